import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** A Node of another major version, from its npm package; undefined where the registry cannot be reached. */
export function nodeOf(major: number, folder: string): string | undefined {
  try {
    execFileSync('npm', ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `node@${major}`], {
      stdio: 'ignore',
      timeout: 180_000,
    })
    const node = join(folder, 'node_modules', '.bin', 'node')
    return execFileSync(node, ['--version'], { encoding: 'utf8' }).startsWith(`v${major}.`) ? node : undefined
  } catch {
    return undefined
  }
}
