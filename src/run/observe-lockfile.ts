import { stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { hashFile } from '../plan/key.ts'
import type { RunObserved } from '../store/index.ts'

/** Lockfiles of package managers; where a folder has several, the first is the one that its manager goes by. */
const names = ['npm-shrinkwrap.json', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock']

/** Largest lockfile that is hashed. */
const largest = 256 * 2 ** 20

/** The nearest lockfile upward from a folder, by its path from there; null where there is none. */
export async function observeLockfile(folder: string): Promise<RunObserved['lockfile']> {
  const from = resolve(folder)
  for (let at = from; ; at = dirname(at)) {
    for (const name of names) {
      const path = join(at, name)
      const seen = await stat(path).catch(() => undefined)
      if (!seen?.isFile() || seen.size > largest) continue
      const digest = await hashFile(path, name).catch(() => undefined)
      if (digest !== undefined) return { file: relative(from, path).split(sep).join('/'), digest }
    }
    if (dirname(at) === at) return null
  }
}
