import type { Json } from '../../base/json.ts'
import { type Difference, diffRuns, openStore, storeFolder } from '../../index.ts'
import { alignColumns, type Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

/** Prints what differs between two runs, and nothing else, by group. */
export async function diff(a: string, b: string, options: CommonOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const [before, after] = [await store.runs.resolve(a), await store.runs.resolve(b)]
  const differences = diffRuns(before, after)
  terminal.envelope({
    formatVersion: '1.0',
    a: before.id,
    b: after.id,
    same: before.digest === after.digest,
    differences: differences as unknown as Json,
  })
  terminal.result(`${before.id} -> ${after.id}`)
  if (before.digest === after.digest) terminal.result('Their results are equal, bit for bit.')
  for (const group of new Set(differences.map((difference) => difference.group))) {
    terminal.result()
    terminal.result(terminal.paint('bold', group))
    const rows = differences.filter((difference) => difference.group === group).map(rowOf)
    for (const line of alignColumns(rows)) terminal.result(`  ${line}`)
  }
  return 0
}

function rowOf({ what, a, b }: Difference): string[] {
  return [what, text(a), '->', text(b)]
}

function text(value: Json): string {
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  return shown.length > 48 ? `${shown.slice(0, 47)}…` : shown
}
