import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/**
 * Largest resident memory of this process so far, in bytes. Where the system tells it, that of the program alone: what
 * `getrusage` says counts the parent's memory in, from before the program was started.
 */
export function peakMemory(): number {
  return 1024 * (statusKib('VmHWM') ?? process.resourceUsage().maxRSS)
}

/** Resident memory of this process, in bytes. */
export function residentMemory(): number {
  return process.memoryUsage.rss()
}

function statusKib(name: string): number | undefined {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))
    return found === null ? undefined : Number(found[1])
  } catch {
    return undefined
  }
}

/** CPU seconds of this process, of all its threads. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** CPU seconds of the whole machine since it was started. */
export function machineCpuSeconds(): number {
  const busy = cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq)
  return busy.reduce((sum, milliseconds) => sum + milliseconds, 0) / 1e3
}
