import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import { openStatement, readSigned, statementsFolder } from './attestations.ts'
import { namesIn } from './durable.ts'
import type { Store } from './open-store.ts'
import type { DemandedApproval, RunRecord } from './record.ts'
import { approvalType } from './statements.ts'

/** Folder, in that of a run, with copies of the approvals that it relied on: it proves them without the runs that were approved. */
export const reliedFolder = 'approvals'

/** An approval that does not hold. */
export interface BrokenApproval {
  /** Path in the store. */
  readonly path: string
  readonly error: DaybookError
}

/** Copies the statements that a run relies on beside its record. */
export async function keepRelied({ id, approvals = [] }: RunRecord, store: Store): Promise<void> {
  for (const { run, statement } of approvals) {
    if (run === null || statement === null) continue
    const name = `${statement}.json`
    await store.runs.writeFile(id, `${reliedFolder}/${name}`, await readFile(join(statementsFolder(run, store), name)))
  }
}

/**
 * Approvals that a run relied on and that do not hold: each lies with the run as a signed statement by the key that the record
 * names, in the role and over the very result.
 */
export async function checkRelied(record: RunRecord, store: Store): Promise<BrokenApproval[]> {
  const broken: BrokenApproval[] = []
  const folder = join('runs', record.id, reliedFolder)
  const strangers = new Set(await namesIn(join(store.folder, folder)))
  for (const approval of record.approvals ?? []) {
    const { role, by, run, statement } = approval
    if (by === null || run === null || statement === null) continue
    const name = `${statement}.json`
    strangers.delete(name)
    try {
      holdStatement(await readSigned(join(store.folder, folder, name), name), approval, record)
    } catch (thrown) {
      const absent = (thrown as NodeJS.ErrnoException).code === 'ENOENT'
      const reason = absent ? 'its statement is not there' : asDaybookError(thrown).message
      const error = fail('SIGN_APPROVAL_GONE', { role, run, key: by, reason }, { cause: thrown })
      broken.push({ path: join(folder, name), error })
    }
  }
  for (const name of strangers) {
    const path = join(folder, name)
    broken.push({ path, error: fail('STORE_FILE_STRANGE', { path }) })
  }
  return broken
}

function holdStatement(
  signed: Parameters<typeof openStatement>[0],
  { role, by }: DemandedApproval,
  { digest, pipeline }: RunRecord,
): void {
  const { key, statement } = openStatement(signed)
  const { predicateType, predicate, subject } = statement
  const wrong = (reason: string) => fail('SIGN_BAD_ENVELOPE', { reason })
  if (key.id !== by) throw wrong('another key signed it')
  if (predicateType !== approvalType || predicate.role !== role) throw wrong('it is no approval in that role')
  const result = subject.find(({ name }) => name === 'result')
  if (result?.digest.sha256 !== digest || predicate.pipeline !== pipeline) throw wrong('it speaks of another result')
}
