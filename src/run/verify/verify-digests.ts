import { checkRun, type LedgerEntry, type Store } from '../../store/index.ts'
import { problemOf, type Verification, verdictOfFiles } from './verification.ts'

/**
 * Holds a run against its digests without repeating it: its record and what it claims, its entry of the ledger and those next to
 * it, events, report, files of targets, signed statements and every object that it needs.
 */
export async function verifyDigests(entry: LedgerEntry, store: Store): Promise<Verification> {
  const { damages, checked } = await checkRun(entry, store)
  const problems = damages.map(({ error, path }) => problemOf(error, path))
  const notes = ['Nothing was repeated: files and objects are those that were recorded.']
  return verdictOfFiles(entry.run, { checked, problems }, problems.length === 0 ? notes : [])
}
