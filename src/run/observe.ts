import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, userInfo } from 'node:os'
import type { RunObserved } from '../store/index.ts'

type Machine = Pick<
  RunObserved,
  'tool' | 'node' | 'v8' | 'icu' | 'os' | 'arch' | 'cpu' | 'cpus' | 'user' | 'timeZone' | 'locale'
>

/** What a run is seen to run on. No host name. */
export function observeMachine(): Machine {
  const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions()
  return {
    tool: `daybook ${version()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    icu: process.versions.icu ?? 'none',
    os: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    user: userName(),
    timeZone,
    locale,
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
