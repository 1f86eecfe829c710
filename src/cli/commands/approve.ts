import { relative } from 'node:path'
import type { Json } from '../../base/json.ts'
import { type ApprovalState, approve as approveRun, findApprovals, openStore, storeFolder } from '../../index.ts'
import type { DemandedApproval } from '../../store/record.ts'
import { keyToSignWith } from '../keys.ts'
import type { Terminal } from '../output.ts'
import { type KeyOptions, signedJson } from './sign.ts'

interface ApproveOptions extends KeyOptions {
  readonly role?: string
  readonly note?: string
}

/** Signs a run off in a role, and says what its page still waits for. */
export async function approve(run: string, options: ApproveOptions, terminal: Terminal): Promise<number> {
  const key = await keyToSignWith(options.key)
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const { role = 'reviewer', note = '' } = options
  const attestation = await approveRun(record, { role, note, at: new Date().toISOString() }, key, store)
  const demands = record.approvals ?? []
  const state = await findApprovals(record.digest, demands, store)
  terminal.envelope({ ...signedJson(attestation, record.id), approvals: approvalsJson(state.approvals) })
  terminal.result(`approved as ${role}: run ${record.id} by key ${key.id}`)
  if (demands.length === 0) return 0
  terminal.message()
  const missing = state.approvals.filter(({ by }) => by === null)
  sayUncounted(state.uncounted, missing, terminal)
  if (missing.length > 0) sayMissing(missing, record.id, store.folder, terminal)
  else terminal.message(`Nothing is waited for any more. Next: npx daybook run ${record.observed.pageFile}`)
  return 0
}

/** What a page demands and who gave it, as `--json` gives it. */
export function approvalsJson(approvals: readonly DemandedApproval[]): Json {
  return approvals.map(({ role, by, run, statement }) => ({ role, by, run, statement }))
}

/** Says which approvals are waited for, and what to type. */
export function sayMissing(
  missing: readonly DemandedApproval[],
  run: string,
  folder: string,
  terminal: Terminal,
): void {
  const roles = missing.map(({ role }) => role)
  const at = storeFolder(undefined) === folder ? '' : ` --store ${relative('.', folder)}`
  const each = roles.length > 1 ? ', each with a key of their own' : ''
  terminal.message(`Nothing is deployed before ${roles.join(' and ')} approved the result${each}:`)
  for (const role of roles) terminal.message(`  npx daybook approve ${run} --role ${role} --key FILE${at}`)
}

/** Says which signed approvals do not count in a role that is waited for, and why. */
export function sayUncounted(
  uncounted: ApprovalState['uncounted'],
  missing: readonly DemandedApproval[],
  terminal: Terminal,
): void {
  for (const { role, key, run, why } of uncounted.filter((one) => missing.some(({ role }) => role === one.role)))
    terminal.message(`The approval as ${role} of run ${run} by key ${key.slice(0, 12)}… does not count: ${why}.`)
}
