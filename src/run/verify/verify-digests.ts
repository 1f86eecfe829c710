import { checkRun, type LedgerEntry, type Store } from '../../store/index.ts'
import { forgottenNote, problemOf, type Verification, verdictOfFiles } from './verification.ts'

/**
 * Holds a run against its digests without repeating it: its record and what it claims, its entry of the ledger and those next to
 * it, events, report, files of targets, signed statements and every object that it needs.
 */
export async function verifyDigests(entry: LedgerEntry, store: Store): Promise<Verification> {
  const tombstone = await store.runs.forgotten(entry.run)
  const { damages, checked } = await checkRun(entry, store, { mayLack: new Set(tombstone?.objects) })
  const problems = damages.map(({ error, path }) => problemOf(error, path))
  const notes = ['Nothing was repeated: files and objects are those that were recorded.']
  const verdict = verdictOfFiles(entry.run, { checked, problems }, problems.length === 0 ? notes : [])
  if (tombstone === undefined || problems.length > 0) return verdict
  return {
    ...verdict,
    verdict: 'unverifiable',
    notes: [forgottenNote(tombstone), 'What is left is what was recorded.'],
  }
}
