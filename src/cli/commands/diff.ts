import type { Json } from '../../base/json.ts'
import { comparePredictions, diffRuns, openStore, storeFolder } from '../../index.ts'
import type { Terminal } from '../output.ts'
import type { RunDiff } from './diff-rows.ts'
import type { CommonOptions } from './options.ts'

interface DiffOptions extends CommonOptions {
  readonly md?: boolean
}

/** Prints what differs between two runs, and nothing else, by group. */
export async function diff(a: string, b: string, options: DiffOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const [before, after] = [await store.runs.resolve(a), await store.runs.resolve(b)]
  const predictions = await comparePredictions(before, after, store)
  const found: RunDiff = { a: before, b: after, differences: diffRuns(before, after), predictions }
  terminal.envelope({
    formatVersion: '1.0',
    a: before.id,
    b: after.id,
    same: before.digest === after.digest,
    differences: found.differences as unknown as Json,
    predictions: (predictions ?? null) as unknown as Json,
  })
  if (options.md === true) {
    const { diffMarkdown } = await import('./diff-markdown.ts')
    for (const line of diffMarkdown(found)) terminal.result(line)
  } else {
    const { diffText } = await import('./diff-text.ts')
    for (const line of diffText(found, terminal)) terminal.result(line)
  }
  return 0
}
