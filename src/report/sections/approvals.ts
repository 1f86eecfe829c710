import type { DemandedApproval, RunRecord } from '../../store/record.ts'
import type { Signed } from '../documents/source.ts'
import { type Html, html } from '../html.ts'
import { clip, formatTime } from '../numbers.ts'

/** Who had to approve the result, who did, and what else was signed about the run. */
export function approvals({ approvals: demanded = [] }: RunRecord, signed: Signed | undefined): Html | undefined {
  const { provenance = [], approvals: given = [], damaged = 0 } = signed ?? {}
  const isSigned = provenance.length + given.length + damaged > 0
  if (demanded.length === 0 && !isSigned) return undefined
  return html`<section aria-labelledby="approvals"><h2 id="approvals">Approvals</h2>
${demanded.length > 0 && demandedTable(demanded)}
${signed !== undefined && isSigned && statementTable(signed)}</section>`
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

function statementTable({ provenance, approvals: given, damaged }: Signed): Html {
  const rows = [
    ...provenance.map((key) => ({ what: 'attested', key, at: undefined, note: '' })),
    ...given.map(({ role, key, at, note }) => ({ what: `approved as ${clip(role, 100)}`, key, at, note })),
  ]
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Signed statements"><table class="lineage">
<caption>Signed statements about this run</caption>
<thead><tr><th scope="col">Statement</th><th scope="col">Signature</th><th scope="col">Key</th><th scope="col">When</th><th scope="col">Note</th></tr></thead>
<tbody>${rows.map(
    ({ what, key, at, note }) => html`<tr><th scope="row">${what}</th><td><span class="mark pass">✓ verified</span></td>
<td class="mono">${key.slice(0, 16)}</td><td>${at === undefined ? '—' : clip(formatTime(at), 40)}</td><td>${clip(note, 500)}</td></tr>`,
  )}
${damaged > 0 && html`<tr><th scope="row">${damaged} more</th><td><span class="mark fail">✗ not verified</span></td><td>—</td><td>—</td><td></td></tr>`}</tbody></table></div>`
}
