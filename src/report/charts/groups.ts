import type { ShownFigure } from '../../plugin/api.ts'
import type { AnomalyResults, ClusterResults } from '../../store/evaluation.ts'
import { formatNumber } from '../numbers.ts'
import { series } from '../theme.ts'
import { byName, quantity, short } from './axes.ts'
import { histogramFigure } from './histogram.ts'

/** Figures of clusters: how many rows each has, and how far test rows lie from the middle of theirs. */
export function clusterFigures(results: ClusterResults): ShownFigure[] {
  const { distances } = results
  const spread =
    distances &&
    histogramFigure(distances, {
      title: 'Distance from the middle of the cluster',
      description: 'How far the test rows lie from the middle of their cluster, on the scale of the algorithm.',
      x: 'Distance',
    })
  return [sizes(results), ...(spread ? [spread] : [])]
}

function sizes({ clusters }: ClusterResults): ShownFigure {
  const parts = ['train', 'test'] as const
  const values = parts.flatMap((part) => {
    const all = clusters.reduce((sum, one) => sum + one[part], 0) || 1
    return clusters.map((one) => ({ cluster: String(one.cluster), series: part, y: short(one[part] / all) }))
  })
  return {
    title: 'Sizes of the clusters',
    description: `Shares of the training and of the test rows in each of ${formatNumber(clusters.length)} clusters.`,
    spec: {
      width: 300,
      height: 300,
      data: { values },
      mark: { type: 'bar' },
      encoding: {
        x: { field: 'cluster', type: 'nominal', title: 'Cluster', sort: null, axis: { labelAngle: 0 } },
        xOffset: { field: 'series', sort: parts },
        y: quantity('y', 'Share of the rows'),
        color: byName(parts, series),
      },
    },
  }
}

/** Figures of anomaly scores. */
export function anomalyFigures({ scores, threshold }: AnomalyResults): ShownFigure[] {
  if (scores === null) return []
  const { spec, ...figure } = histogramFigure(scores, {
    title: 'Anomaly scores',
    description: `Scores of the test rows; those above ${formatNumber(threshold)}, the line, are anomalies.`,
    x: 'Score',
  })
  const { width, height, ...bars } = spec
  const line = {
    data: { values: [{ x: short(threshold) }] },
    mark: { type: 'rule', stroke: 'var(--muted)', strokeDash: [4, 4] },
    encoding: { x: { field: 'x', type: 'quantitative' } },
  }
  return [{ ...figure, spec: { width: width ?? 300, height: height ?? 300, layer: [bars, line] } }]
}
