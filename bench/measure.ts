import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FileArray, readArrays } from './array-file.ts'
import type { Job, JobAnswer } from './job.ts'
import { cpuSeconds, machineCpuSeconds } from './usage.ts'

/** Cores that other programs may keep busy before a result is marked. */
export const LOAD_LIMIT = 0.5

/** One side of a comparison: a program that takes a {@link Job} as its last argument. */
export interface Contender {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly job: Omit<Job, 'out'>
}

/** Medians over the runs of a contender. */
export interface Measured {
  readonly name: string
  readonly version: string
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMemory: number
  /** Other programs kept more than {@link LOAD_LIMIT} of a core busy, in the run that was disturbed most. */
  readonly loaded: boolean
  /** What the last run wrote: `scores`, and what else its job gives. */
  readonly outcome: Readonly<Record<string, FileArray>>
  /** Digests of the models of all runs, each once. */
  readonly digests: readonly string[]
}

interface Run {
  readonly answer: JobAnswer
  /** Cores that other programs kept busy meanwhile. */
  readonly otherLoad: number
  readonly outcome: Readonly<Record<string, FileArray>>
}

/**
 * Runs contenders by turns, each in a process of its own, so that peak memory and CPU time are its own and what else the
 * machine does weighs on all of them. Undefined stands for one that is not installed.
 */
export function compare<T extends readonly (Contender | undefined)[]>(
  contenders: T,
  runs: number,
): { [K in keyof T]: undefined extends T[K] ? Measured | undefined : Measured } {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-'))
  try {
    const done = contenders.map((): Run[] => [])
    for (let run = 0; run < runs; run++) {
      for (const [i, contender] of contenders.entries())
        if (contender !== undefined) done[i]?.push(runOnce(contender, join(folder, 'outcome')))
    }
    return contenders.map((contender, i) => contender && summary(contender.name, done[i] ?? [])) as never
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runOnce({ name, command, args, env, job }: Contender, out: string): Run {
  const [began, machine, own] = [performance.now(), machineCpuSeconds(), cpuSeconds()]
  const { status, stdout, stderr, error } = spawnSync(command, [...args, JSON.stringify({ ...job, out })], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, ...env },
  })
  if (status !== 0) throw new Error(`${name} ended with ${status ?? error?.message}: ${stderr}`)
  const answer = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as JobAnswer
  const elapsed = (performance.now() - began) / 1e3
  const others = machineCpuSeconds() - machine - (cpuSeconds() - own) - answer.processCpuSeconds
  return { answer, otherLoad: Math.max(0, others / elapsed), outcome: readArrays(out).arrays }
}

function summary(name: string, runs: readonly Run[]): Measured {
  const of = (what: (answer: JobAnswer) => number): number => median(runs.map(({ answer }) => what(answer)))
  return {
    name,
    version: runs[0]?.answer.version ?? '',
    seconds: of(({ seconds }) => seconds),
    cpuSeconds: of((answer) => answer.cpuSeconds),
    peakMemory: of((answer) => answer.peakMemory),
    loaded: runs.some(({ otherLoad }) => otherLoad > LOAD_LIMIT),
    outcome: runs.at(-1)?.outcome ?? {},
    digests: [...new Set(runs.flatMap(({ answer }) => answer.digest ?? []))],
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}
