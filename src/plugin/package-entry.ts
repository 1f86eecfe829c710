import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { PackageJson } from './code-digest.ts'

/**
 * The file that `import 'package/subpath'` loads: what the package's `exports` say under the conditions `node`, `import`,
 * `module-sync`, `default`; without `exports` the file of that name, or `main`. `subpath` is '' for the package itself.
 * Node resolves from the importing module alone, and a page is none: hence this.
 *
 * @returns undefined where the package does not offer it.
 */
export function packageEntry(folder: string, { exports, main }: PackageJson, subpath: string): string | undefined {
  const target = exports === undefined ? legacyTarget(folder, main, subpath) : exportedTarget(exports, subpath)
  if (target === undefined || target.split('/').includes('..')) return undefined
  const file = join(folder, target)
  return existsSync(file) ? file : undefined
}

function legacyTarget(folder: string, main: string | undefined, subpath: string): string | undefined {
  const names = subpath === '' ? [main, 'index.js', 'index.mjs'] : [subpath, `${subpath}.js`, `${subpath}.mjs`]
  return names.find((name) => name !== undefined && existsSync(join(folder, name)))
}

function exportedTarget(exports: unknown, subpath: string): string | undefined {
  const wanted = subpath === '' ? '.' : `./${subpath}`
  if (typeof exports !== 'object' || exports === null || !Object.keys(exports).some((key) => key.startsWith('.'))) {
    return wanted === '.' ? chooseTarget(exports) : undefined // sugar for the main entry alone
  }
  const entries = exports as Readonly<Record<string, unknown>>
  if (Object.hasOwn(entries, wanted)) return chooseTarget(entries[wanted])
  for (const [pattern, target] of Object.entries(entries)) {
    const [before, after] = pattern.split('*')
    if (before === undefined || after === undefined) continue
    if (!wanted.startsWith(before) || !wanted.endsWith(after) || wanted.length <= before.length + after.length) continue
    return chooseTarget(target)?.replaceAll('*', wanted.slice(before.length, wanted.length - after.length))
  }
  return undefined
}

function chooseTarget(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (Array.isArray(target)) return target.map(chooseTarget).find((one) => one !== undefined)
  if (typeof target !== 'object' || target === null) return undefined
  for (const [condition, inner] of Object.entries(target)) {
    if (!['node', 'import', 'module-sync', 'default'].includes(condition)) continue
    const chosen = chooseTarget(inner)
    if (chosen !== undefined) return chosen
  }
  return undefined
}
