import type { ClusterTrait, Evaluation } from '../../store/evaluation.ts'
import { type Html, html } from '../html.ts'
import { clip, formatNumber, formatShare } from '../numbers.ts'
import { shownTable } from '../table.ts'

/** Most clusters whose rows are described side by side. */
const mostClusters = 12

/** Sizes of the clusters, and what the training rows of each are like. */
export function clusterTables({ clusterResults, parts }: Evaluation): Html | undefined {
  if (clusterResults === undefined) return undefined
  const { clusters, profile } = clusterResults
  const shown = clusters.slice(0, mostClusters)
  const share = (rows: number, all: number): string => (all === 0 ? '' : formatShare(rows / all))
  return html`${shownTable({
    title: 'Clusters',
    columns: ['Cluster', 'Train rows', 'Share', 'Test rows', 'Share of test', 'Mean distance in test'],
    rows: clusters.map((one) => [
      one.cluster,
      one.train,
      share(one.train, parts.train.rows),
      one.test,
      share(one.test, parts.test.rows),
      one.distance,
    ]),
  })}
${
  profile.length > 0 &&
  html`<div class="scroll" tabindex="0" role="group" aria-label="What the clusters are like"><table><caption>What the clusters are like: mean of a number, most frequent value of a category with its share (training rows)</caption>
<thead><tr><th scope="col">Column</th><th scope="col" class="n">All</th>${shown.map(({ cluster }) => html`<th scope="col" class="n">${cluster}</th>`)}</tr></thead>
<tbody>${profile.map(
    ({ column, all, clusters: traits }) =>
      html`<tr><th scope="row">${clip(column, 60)}</th>${[all, ...traits.slice(0, mostClusters)].map(traitCell)}</tr>`,
  )}</tbody></table></div>`
}
${clusters.length > shown.length && html`<p class="muted">${formatNumber(clusters.length - shown.length)} more clusters are not described.</p>`}`
}

function traitCell({ value, share }: ClusterTrait): Html {
  if (value === null) return html`<td class="n">—</td>`
  if (typeof value === 'number') return html`<td class="n">${formatNumber(value)}</td>`
  return html`<td class="n">${clip(value, 30)} <span class="muted">${share !== undefined && formatShare(share)}</span></td>`
}

/** How many rows are anomalies by the model's own threshold. */
export function anomalyLine({ anomalyResults, parts }: Evaluation): Html | undefined {
  if (anomalyResults === undefined) return undefined
  const { threshold, above } = anomalyResults
  const of = (part: 'train' | 'test'): string =>
    `${formatNumber(above[part])} of ${formatNumber(parts[part].rows)} ${part} rows (${parts[part].rows === 0 ? '—' : formatShare(above[part] / parts[part].rows)})`
  return html`<p>Above the threshold of ${formatNumber(threshold)}, and so anomalies: ${of('train')}, ${of('test')}.</p>`
}
