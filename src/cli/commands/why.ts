import type { Json } from '../../base/json.ts'
import { openStore, storeFolder, whyRan } from '../../index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

/** Says why a cell of a run ran or was cached: the part of its key that changed, and where that began. */
export async function why(run: string, cell: string, options: CommonOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const reason = await whyRan(await store.runs.resolve(run), cell, store)
  terminal.envelope({ formatVersion: '1.0', ...(reason as unknown as { readonly [key: string]: Json }) })
  terminal.result(`${cell} ${reason.state} in run ${reason.run}: ${reason.why}`)
  // Folds change with the cells that they repeat: what was changed once is said once.
  const cells = new Map<string, string[]>()
  for (const cause of reason.causes) cells.set(cause.why, [...(cells.get(cause.why) ?? []), cause.cell])
  for (const [why, at] of cells) terminal.result(`  because of ${at.join(', ')}: ${why}`)
  if (reason.state === 'ran' && reason.before !== null) terminal.result(`  compared with run ${reason.before}`)
  return 0
}
