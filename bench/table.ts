import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeData } from './array-file.ts'
import { type BenchData, type BenchShape, makeData } from './data.ts'
import type { Print } from './report.ts'

/** One table of `npm run bench`. */
export interface BenchTable {
  readonly name: string
  readonly summary: string
  /** About how long it takes on two cores. */
  readonly minutes: number
  run(options: TableOptions): Promise<void>
}

export interface TableOptions {
  /** Runs of each contender. */
  readonly runs: number
  /** A part of the table alone, such as one data set or algorithm, where it has parts that are named. */
  readonly only?: string
  readonly print: Print
}

/** Makes data, writes its file, and removes the file when the work is done. */
export async function withData<T>(
  shape: BenchShape,
  work: (path: string, data: BenchData) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-data-'))
  try {
    const path = join(folder, 'data')
    const data = makeData(shape)
    writeData(path, data)
    return await work(path, data)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function threadsOf(count: number): string {
  return count === 1 ? '1 thread' : `${count} threads`
}

export function countOf(count: number): string {
  return count.toLocaleString('en')
}
