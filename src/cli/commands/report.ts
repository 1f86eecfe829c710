import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import {
  findApprovals,
  openStore,
  type RunRecord,
  renderReport,
  type Store,
  signedFor,
  storeFolder,
} from '../../index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

interface ReportOptions extends CommonOptions {
  readonly out?: string
}

/** A run's report: the one in its folder, which the ledger holds; with `--out`, rendered again from the record and what was signed since. */
export async function report(run: string, options: ReportOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const kept = join(store.runs.folder(record.id), 'report.html')
  const file = resolve(options.out ?? kept)
  if (options.out !== undefined || !existsSync(kept)) {
    await writeFile(file, await render(record, store))
  }
  terminal.envelope({ formatVersion: '1.0', ok: true, run: record.id, report: file })
  terminal.result(relative('.', file))
  return 0
}

/** The report as it stands now: who approved since the run ended, and what else was signed. */
async function render(record: RunRecord, store: Store): Promise<string> {
  const { approvals: demands = [] } = record
  const waits = demands.some(({ by }) => by === null)
  const { approvals } = waits ? await findApprovals(record.digest, demands, store) : { approvals: demands }
  const signed = await signedFor(record, store)
  // Where nobody signed anything since, it is the same report again.
  const since = signed.provenance.length + signed.approvals.length + signed.damaged > 0 ? signed : undefined
  const now = { ...record, ...(approvals.length > 0 && { approvals }) }
  return renderReport(now, (digest) => store.objects.get(digest), undefined, since)
}
