import type { Digest } from '../../base/digest.ts'
import { driftWord } from '../../model/drift/psi.ts'
import type { Evaluation, PartSummary, Stability } from '../../store/evaluation.ts'
import { miniBars } from '../bars.ts'
import { classFigures } from '../charts/classes.ts'
import { anomalyFigures, clusterFigures } from '../charts/groups.ts'
import { regressionFigures } from '../charts/regression.ts'
import type { FigureDrawer } from '../figure.ts'
import { type Html, html } from '../html.ts'
import { clip, formatMetric, formatNumber, formatShare } from '../numbers.ts'
import { shownTable } from '../table.ts'
import { isObject, type ReadObject, type RunView, readJson } from '../view.ts'
import { anomalyLine, clusterTables } from './groups.ts'
import { metricTable } from './metrics.ts'

/** Columns whose stability is printed openly, and in all. */
const openColumns = 12
const mostColumns = 100

/** Classes whose confusion is printed. */
const mostClasses = 20

/** What the test rows say of the model: metrics, confusion, curves, tenths, residuals, stability. */
export async function evaluationSection(
  evaluation: Evaluation | undefined,
  view: RunView,
  drawer: FigureDrawer,
): Promise<Html> {
  if (evaluation === undefined) return html`${metricTable(view.record)}`
  const { classResults, regressionResults, clusterResults, anomalyResults } = evaluation
  const specs = [
    ...(classResults ? classFigures(classResults) : []),
    ...(regressionResults ? regressionFigures(regressionResults) : []),
    ...(clusterResults ? clusterFigures(clusterResults) : []),
    ...(anomalyResults && !classResults ? anomalyFigures(anomalyResults) : []),
  ]
  const figures: Html[] = []
  for (const figure of specs) figures.push(await drawer.draw(figure))
  return html`${metricTable(view.record)}
${foldValues(view)}
${partTable(evaluation)}
${anomalyResults && anomalyLine(evaluation)}
${classResults && confusionTable(evaluation)}
${figures.length > 0 && html`<h4>On the test rows</h4><div class="charts">${figures}</div>`}
${classResults && classResults.deciles.length > 0 && decileTable(evaluation)}
${regressionResults && errorTable(evaluation)}
${clusterResults && clusterTables(evaluation)}
${stabilityTables(evaluation)}`
}

/** What the `evaluate` cell wrote; undefined where it is not to be had, or is no evaluation. */
export async function readEvaluation(output: Digest | null, read: ReadObject): Promise<Evaluation | undefined> {
  const value = await readJson(output, read)
  return isObject(value) && isObject(value.parts) && isObject(value.stability)
    ? (value as unknown as Evaluation)
    : undefined
}

function foldValues({ record }: RunView): Html | undefined {
  const folds = record.result.metrics?.folds
  const count = Math.max(0, ...Object.values(folds ?? {}).map(({ values }) => values.length))
  if (!folds || count === 0) return undefined
  const columns = Array.from({ length: count }, (_, i) => i)
  return html`<details class="data"><summary>Metrics of each fold</summary><div class="scroll" tabindex="0" role="group" aria-label="Metrics of each fold"><table>
<thead><tr><th scope="col">Metric</th>${columns.map((i) => html`<th scope="col" class="n">Fold ${i + 1}</th>`)}</tr></thead>
<tbody>${Object.entries(folds).map(([name, { values }]) => html`<tr><th scope="row">${name}</th>${columns.map((i) => html`<td class="n">${formatMetric(values[i])}</td>`)}</tr>`)}</tbody></table></div></details>`
}

function partTable({ parts, classes, target }: Evaluation): Html {
  const caption = target === null ? 'Rows' : 'Rows and target'
  const shown = classes.slice(0, 10)
  const row = (name: string, part: PartSummary | undefined): Html | undefined =>
    part &&
    html`<tr><th scope="row">${name}</th><td class="n">${formatNumber(part.rows)}</td>
${shown.map((_, i) => html`<td class="n">${formatNumber(part.counts[i] ?? 0)} <span class="muted">${part.rows > 0 && formatShare((part.counts[i] ?? 0) / part.rows)}</span></td>`)}
${part.mean !== null && html`<td class="n">${formatNumber(part.mean)}</td>`}</tr>`
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">Part</th><th scope="col" class="n">Rows</th>${shown.map((name) => html`<th scope="col" class="n">${clip(name, 40)}</th>`)}${parts.test.mean !== null && html`<th scope="col" class="n">Mean of the target</th>`}</tr></thead>
<tbody>${row('train', parts.train)}${row('validation', parts.validation)}${row('test', parts.test)}</tbody></table></div>`
}

function confusionTable({ classes, classResults }: Evaluation): Html | undefined {
  const matrix = classResults?.confusion ?? []
  if (matrix.length === 0) return undefined
  if (classes.length > mostClasses)
    return html`<p class="muted">The confusion of ${classes.length} classes is not printed.</p>`
  return html`<h4>Confusion</h4><div class="scroll" tabindex="0" role="group" aria-label="Confusion"><table class="confusion"><caption>Test rows by actual class (rows) and predicted class (columns), with shares of the actual class</caption>
<thead><tr><td></td>${classes.map((name) => html`<th scope="col">predicted ${clip(name, 40)}</th>`)}</tr></thead>
<tbody>${matrix.map((counts, i) => {
    const all = counts.reduce((sum, count) => sum + count, 0)
    return html`<tr><th scope="row">actual ${clip(classes[i] ?? '', 40)}</th>${counts.map((count) => {
      const share = all === 0 ? 0 : count / all
      return html`<td class="h${Math.ceil(share * 5)}">${formatNumber(count)}<br><span class="small">${formatShare(share)}</span></td>`
    })}</tr>`
  })}</tbody></table></div>`
}

function decileTable({ classResults }: Evaluation): Html {
  const deciles = classResults?.deciles ?? []
  return shownTable({
    title: 'Tenths of the rows, highest scores first',
    columns: [
      'Tenth',
      'Rows',
      'Positives',
      'Rate',
      'Lift',
      'Captured',
      'Cumulative lift',
      'Lowest score',
      'Highest score',
    ],
    rows: deciles.map((one) => [
      one.decile,
      one.rows,
      one.positives,
      formatShare(one.rate),
      one.lift,
      formatShare(one.captured),
      one.cumulativeLift,
      one.lowest,
      one.highest,
    ]),
  })
}

function errorTable({ regressionResults }: Evaluation): Html | undefined {
  const errors = regressionResults?.errors ?? []
  if (errors.length === 0) return undefined
  return shownTable({
    title: 'Errors by tenth of the actual values',
    columns: ['Tenth', 'From', 'To', 'Rows', 'Bias', 'MAE', 'RMSE'],
    rows: errors.map((one) => [one.decile, one.from, one.to, one.rows, one.bias, one.mae, one.rmse]),
  })
}

function stabilityTables({ stability }: Evaluation): Html | undefined {
  const columns = stability.features.slice(0, mostColumns)
  if (columns.length + stability.scores.length === 0) return undefined
  const open = [...stability.scores, ...columns.slice(0, openColumns)]
  const folded = columns.slice(openColumns)
  return html`<h4>Train against test</h4>
<p class="small muted"><span class="key"></span> train <span class="key test"></span> test. Population stability index: below 0.1 stable, above 0.25 shifted.</p>
${stabilityTable('Predictions and the columns that differ most', open)}
${folded.length > 0 && html`<details><summary>${formatNumber(folded.length)} more columns</summary>${stabilityTable('More columns', folded)}</details>`}
${stability.features.length > columns.length && html`<p class="muted">${formatNumber(stability.features.length - columns.length)} more columns differ less and are not printed.</p>`}`
}

function stabilityTable(caption: string, rows: readonly Stability[]): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">Column</th><th scope="col" class="n">PSI</th><th scope="col">Outcome</th><th scope="col">Train and test</th></tr></thead>
<tbody>${rows.map(
    ({
      name,
      psi,
      bins,
    }) => html`<tr><th scope="row">${clip(name, 60)}</th><td class="n">${formatMetric(psi)}</td><td>${outcome(psi)}</td>
<td class="g">${miniBars(
      bins.map((bin) => bin.train),
      bins.map((bin) => bin.test),
    )}</td></tr>`,
  )}</tbody></table></div>`
}

function outcome(psi: number | null): Html {
  if (psi === null) return html`<span class="muted">nothing to compare</span>`
  const word = driftWord(psi)
  return html`<span class="tag ${{ stable: 'ok', moved: 'warn', shifted: 'bad', 'few rows': '' }[word]}">${word}</span>`
}
