import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, userInfo } from 'node:os'
import { promisify } from 'node:util'
import type { RunObserved } from '../store/index.ts'

type Machine = Pick<RunObserved, 'tool' | 'node' | 'os' | 'arch' | 'cpu' | 'cpus' | 'user'>

/** What a run is seen to run on. No host name. */
export function observeMachine(): Machine {
  return {
    tool: `daybook ${version()}`,
    node: process.versions.node,
    os: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    user: userName(),
  }
}

/** Version of Daybook. */
export function version(): string {
  const file = new URL('../../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version
}

/** Who runs this process. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown' // a process whose user has no entry
  }
}

/** Commit of the folder, and whether files that Git knows were changed; undefined where there is no Git. */
export async function observeGit(folder: string): Promise<RunObserved['git']> {
  const git = async (...words: string[]): Promise<string> => {
    const options = ['-C', folder, '--no-optional-locks', '-c', 'core.fsmonitor=false', ...words]
    return (await promisify(execFile)('git', options, { timeout: 2000 })).stdout.trim()
  }
  try {
    const [commit, changes] = await Promise.all([
      git('rev-parse', 'HEAD'),
      git('status', '--porcelain', '--untracked-files=no'),
    ])
    return { commit, dirty: changes !== '' }
  } catch {
    return undefined
  }
}
