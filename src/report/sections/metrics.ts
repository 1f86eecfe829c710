import type { Json } from '../../base/json.ts'
import type { RunMetrics, RunRecord } from '../../store/record.ts'
import { type Html, html } from '../html.ts'
import { formatMetric, formatNumber } from '../numbers.ts'
import { isObject } from '../view.ts'

/** Ids of the metrics in the order of the page; those that it does not name follow by name. */
export function metricOrder(record: RunRecord): string[] {
  const computed = Object.keys(record.result.metrics?.test ?? {})
  const evaluate = record.result.page.evaluate
  const named = isObject(evaluate) && Array.isArray(evaluate.metrics) ? evaluate.metrics.map(idOf) : []
  const first = named.filter((id): id is string => id !== undefined && computed.includes(id))
  return [...new Set([...first, ...computed])]
}

function idOf(metric: Json): string | undefined {
  if (typeof metric === 'string') return metric
  if (!isObject(metric)) return undefined
  const name = metric.id ?? metric.use
  return typeof name === 'string' ? name : undefined
}

/** Metrics on the training, validation and test rows, with intervals, and over the folds. */
export function metricTable(record: RunRecord): Html | undefined {
  const metrics = record.result.metrics
  if (!metrics) return undefined
  const intervals = metrics.intervals && Object.keys(metrics.intervals).length > 0 ? metrics.intervals : undefined
  const any = intervals && Object.values(intervals)[0]
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Metrics"><table>
<caption>Metrics${any && `, with ${formatNumber(any.level * 100)} % bootstrap intervals on the test rows (${formatNumber(any.resamples)} resamples)`}</caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="n">Test</th>${intervals && html`<th scope="col">Interval</th>`}
${metrics.folds && html`<th scope="col" class="n">Folds, mean ± sd</th>`}${metrics.validation && html`<th scope="col" class="n">Validation</th>`}<th scope="col" class="n">Train</th></tr></thead>
<tbody>${metricOrder(record).map((name, i) => metricRow(metrics, name, i === 0))}</tbody></table></div>`
}

function metricRow(metrics: RunMetrics, name: string, lead: boolean): Html {
  const interval = metrics.intervals?.[name]
  const folds = metrics.folds?.[name]
  return html`<tr${lead && html` class="lead"`}><th scope="row">${name}</th><td class="n">${formatMetric(metrics.test[name])}</td>
${metrics.intervals && html`<td>${interval && `${formatMetric(interval.low)} to ${formatMetric(interval.high)}`}</td>`}
${metrics.folds && html`<td class="n">${folds && `${formatMetric(folds.mean)} ± ${formatMetric(folds.sd)}`}</td>`}
${metrics.validation && html`<td class="n">${formatMetric(metrics.validation[name])}</td>`}<td class="n">${formatMetric(metrics.train[name])}</td></tr>`
}
