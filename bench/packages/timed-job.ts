import type { DenseRows } from '../data.ts'
import type { JobAnswer } from '../job.ts'
import { cpuSeconds, peakMemory } from '../usage.ts'

/** Runs the work that counts, and says what it took. */
export function timedJob(version: string, work: () => void): JobAnswer {
  const [before, began] = [cpuSeconds(), performance.now()]
  work()
  const seconds = (performance.now() - began) / 1e3
  const cpu = cpuSeconds()
  return { seconds, cpuSeconds: cpu - before, processCpuSeconds: cpu, peakMemory: peakMemory(), version }
}

/** Rows as lists of numbers. */
export function rowsOf({ rows, values }: DenseRows, features: number): number[][] {
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * features, (row + 1) * features)])
}
