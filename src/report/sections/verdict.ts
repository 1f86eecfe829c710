import type { GateResult, RunRecord, RunStatus } from '../../store/record.ts'
import { type Html, html } from '../html.ts'
import { formatDuration, formatMetric, formatNumber, formatTime } from '../numbers.ts'
import { metricOrder } from './metrics.ts'

const statusWords: Readonly<Record<RunStatus, { readonly text: string; readonly tone: string }>> = {
  ok: { text: 'Passed', tone: 'ok' },
  failed: { text: 'Failed', tone: 'bad' },
  gateFailed: { text: 'Gate failed', tone: 'bad' },
  interrupted: { text: 'Interrupted', tone: 'warn' },
}

function wordsOf({ status, approvals = [], result }: RunRecord): { readonly text: string; readonly tone: string } {
  if (status !== 'ok') return statusWords[status]
  if (approvals.some(({ by }) => by === null)) return { text: 'Waits for approval', tone: 'warn' }
  return result.gates.length === 0 ? { text: 'Finished', tone: 'ok' } : statusWords.ok
}

/** The strip on top: what came of the run, in numbers. */
export function verdict(record: RunRecord): Html {
  const { result, observed } = record
  const { text, tone } = wordsOf(record)
  const rows = result.split.rows
  return html`<dl class="verdict">
<div><dt>Status</dt><dd class="big ${tone}">${text}</dd>${gateList(result.gates)}</div>
${primaryMetric(record)}
${
  typeof rows.test === 'number' &&
  html`<div><dt>Test rows</dt><dd class="big">${formatNumber(rows.test)}</dd><dd class="small muted">${Object.entries(
    rows,
  )
    .filter(([part, count]) => part !== 'test' && count > 0)
    .map(([part, count]) => `${formatNumber(count)} ${part}`)
    .join(' · ')}</dd></div>`
}
<div><dt>Run digest</dt><dd class="mono" title="${record.digest}">${record.digest.slice(0, 12)}…</dd>
<dd class="small muted">${formatTime(observed.finishedAt)}<br>took ${formatDuration(observed.durationMs)}</dd></div>
</dl>`
}

function primaryMetric(record: RunRecord): Html | undefined {
  const { metrics, gates } = record.result
  if (!metrics) return undefined
  const names = metricOrder(record)
  const name = gates.find((gate) => gate.on === 'test' && gate.metric in metrics.test)?.metric ?? names[0]
  if (name === undefined) return undefined
  const interval = metrics.intervals?.[name]
  return html`<div><dt>${name} on the test rows</dt><dd class="big">${formatMetric(metrics.test[name])}</dd>
${interval && html`<dd class="small muted">${formatNumber(interval.level * 100)} % interval ${formatMetric(interval.low)} to ${formatMetric(interval.high)}</dd>`}</div>`
}

function gateList(gates: readonly GateResult[]): Html | undefined {
  if (gates.length === 0) return undefined
  return html`<dd><ul class="gates">${gates.map((gate) => html`<li><span class="mark ${gate.passed ? 'pass' : 'fail'}"><span aria-hidden="true">${gate.passed ? '✓' : '✗'}</span><span class="hidden">${gate.passed ? 'passed' : 'failed'}</span></span> ${gate.metric} ${formatMetric(gate.value)} <span class="muted">${gateSign(gate)}</span></li>`)}</ul></dd>`
}

/** A gate's outcome as a sign and a word, not by colour alone. */
export function gateMark(gate: GateResult): Html {
  return gate.passed ? html`<span class="mark pass">✓ passed</span>` : html`<span class="mark fail">✗ failed</span>`
}

function gateSign({ atLeast, atMost, on }: GateResult): string {
  const signs = [
    atLeast !== undefined && `≥ ${formatNumber(atLeast)}`,
    atMost !== undefined && `≤ ${formatNumber(atMost)}`,
  ]
  return `${signs.filter(Boolean).join(', ')}${on === 'folds' ? ' in folds' : ''}`
}

/** What a gate asks for. */
export function gateBound(gate: GateResult): string {
  const bounds = []
  if (gate.atLeast !== undefined) bounds.push(`at least ${formatMetric(gate.atLeast)}`)
  if (gate.atMost !== undefined) bounds.push(`at most ${formatMetric(gate.atMost)}`)
  return `${bounds.join(', ')}${gate.on === 'folds' ? ' (mean of the folds)' : ''}`
}
