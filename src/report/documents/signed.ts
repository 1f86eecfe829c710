import { attestationsOf } from '../../store/attestations.ts'
import type { Store } from '../../store/open-store.ts'
import type { RunRecord } from '../../store/record.ts'
import type { Signed } from './source.ts'

/** What stands beside a run's record in its store: its ledger entry, and the statements that were signed and verify. */
export async function signedFor(record: RunRecord, store: Store): Promise<Signed> {
  const entry = await store.runs.find(record.id)
  const { found, damaged } = await attestationsOf(record, store)
  return {
    entry,
    provenance: found.filter(({ kind }) => kind === 'provenance').map(({ key }) => key),
    approvals: found.flatMap(({ approval, key }) => (approval === undefined ? [] : [{ ...approval, key }])),
    damaged: damaged.length,
  }
}
