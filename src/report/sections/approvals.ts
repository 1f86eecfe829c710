import type { DemandedApproval, RunRecord } from '../../store/record.ts'
import { type Html, html } from '../html.ts'
import { clip, formatTime } from '../numbers.ts'

/** A signed statement about the run, as it was found when the report was set. */
export interface ReportedStatement {
  /** Role of an approval; undefined for an attestation of where the run came from. */
  readonly role?: string
  readonly key?: string
  readonly note?: string
  /** By its own word, ISO 8601. */
  readonly at?: string
  /** Undefined where the signature holds; else what is wrong. */
  readonly fault?: string
}

/** Who had to approve the result, who did, and what else was signed about the run. */
export function approvals(
  { approvals: demanded = [] }: RunRecord,
  statements: readonly ReportedStatement[],
): Html | undefined {
  if (demanded.length === 0 && statements.length === 0) return undefined
  return html`<section aria-labelledby="approvals"><h2 id="approvals">Approvals</h2>
${demanded.length > 0 && demandedTable(demanded)}
${statements.length > 0 && statementTable(statements)}</section>`
}

function demandedTable(demanded: readonly DemandedApproval[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Approvals"><table class="lineage">
<caption>What the page demands before anything is deployed</caption>
<thead><tr><th scope="col">Role</th><th scope="col">Signature</th><th scope="col">Key</th><th scope="col">When</th><th scope="col">Note</th></tr></thead>
<tbody>${demanded.map(
    ({ role, by, at, note }) => html`<tr><th scope="row">${role}</th>
<td>${by === null ? html`<span class="mark fail">waited for</span>` : html`<span class="mark pass">✓ verified</span>`}</td>
<td class="mono">${by?.slice(0, 16) ?? '—'}</td><td>${at === null ? '—' : clip(formatTime(at), 40)}</td><td>${clip(note ?? '', 500)}</td></tr>`,
  )}</tbody></table></div>`
}

function statementTable(statements: readonly ReportedStatement[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Signed statements"><table class="lineage">
<caption>Signed statements about this run</caption>
<thead><tr><th scope="col">Statement</th><th scope="col">Signature</th><th scope="col">Key</th><th scope="col">When</th><th scope="col">Note</th></tr></thead>
<tbody>${statements.map(
    ({
      role,
      key,
      at,
      note,
      fault,
    }) => html`<tr><th scope="row">${role === undefined ? 'attested' : `approved as ${clip(role, 100)}`}</th>
<td>${fault === undefined ? html`<span class="mark pass">✓ verified</span>` : html`<span class="mark fail">✗ ${clip(fault, 300)}</span>`}</td>
<td class="mono">${key?.slice(0, 16) ?? '—'}</td><td>${at === undefined ? '—' : clip(formatTime(at), 40)}</td><td>${clip(note ?? '', 500)}</td></tr>`,
  )}</tbody></table></div>`
}
