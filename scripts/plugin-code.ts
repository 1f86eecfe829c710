import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { byCodeUnit } from '../src/base/canonical.ts'
import { type Digest, digestBytes, digestJson } from '../src/base/digest.ts'
import { findPackage, readPackageJson } from '../src/plugin/code-digest.ts'

/**
 * Digest of a built-in plugin's compiled code. It stands on
 *
 * - its own file and everything that this imports by relative path;
 * - `src/frame/` whole, where one of these files imports `daybook/frame`;
 * - `src/kernels/` whole, with both WebAssembly files, where one of these files imports `daybook/kernels` or names `kernels`:
 *   hooks get them through `ctx.kernels` without an import;
 * - name and version of the npm packages that any of these files imports.
 *
 * Each file counts by its path in `dist/` and its content; type declarations and source maps do not count. What the engine
 * does around a plugin (random streams, the state codec, the cast to features) is no code of the plugin: the format number of
 * the cell's key stands for it.
 *
 * @param dist folder of the compiled code
 * @param entry path of the plugin's compiled file
 */
export function digestOfBuiltIn(dist: string, entry: string): Digest {
  const own = filesFrom(entry)
  const texts = own.map((file) => readFileSync(file, 'utf8'))
  const frame = texts.some((text) => importsOf(text).includes('daybook/frame'))
  const kernels = texts.some((text) => /\bkernels\b/.test(text))
  const files = [
    ...own,
    ...(frame ? codeWithin(join(dist, 'src/frame')) : []),
    ...(kernels ? codeWithin(join(dist, 'src/kernels')) : []),
  ]
  const named = files.map((file): [string, Digest] => [
    relative(dist, file).split(sep).join('/'),
    digestBytes(readFileSync(file)),
  ])
  const packages = new Set(files.filter((file) => file.endsWith('.js')).flatMap((file) => packagesOf(file)))
  return digestJson({ files: Object.fromEntries(named), packages: [...packages].sort(byCodeUnit) })
}

/** A file and all that it imports by relative path. */
function filesFrom(entry: string): string[] {
  const found = new Set<string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue
    found.add(file)
    const imports = importsOf(readFileSync(file, 'utf8')).filter((specifier) => specifier.startsWith('.'))
    for (const specifier of imports) {
      const target = resolve(dirname(file), specifier)
      if (existsSync(target)) waiting.push(target)
    }
  }
  return [...found]
}

function codeWithin(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|wasm|json)$/.test(name))
    .map((name) => join(folder, name))
}

/** Specifiers of static and dynamic imports. A comment that looks like one only adds a file. */
function importsOf(code: string): string[] {
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*(['"`])([^'"`\n]+)\1/g)].map((match) => match[2] as string)
}

function packagesOf(file: string): string[] {
  const bare = importsOf(readFileSync(file, 'utf8')).filter((specifier) => !/^(\.|node:|daybook\/)/.test(specifier))
  return bare.flatMap((specifier) => {
    const parts = specifier.split('/')
    const folder = findPackage(parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/'), dirname(file))
    if (folder === undefined) return []
    const { name, version } = readPackageJson(folder)
    return [`${name}@${version}`]
  })
}
