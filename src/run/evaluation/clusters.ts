import type { Column, Frame } from '../../frame/index.ts'
import type { MetricInput } from '../../plugin/api.ts'
import type { ClusterResults, ClusterTrait } from '../../store/evaluation.ts'
import { histogramOf } from './anomalies.ts'

/** Most raw columns that a profile shows. */
const PROFILE_COLUMNS = 40

/** What rows show of a model that tells clusters apart. `frame`: raw training rows to describe, in the order of `train`. */
export function clusterResults(train: MetricInput, test: MetricInput, frame: Frame | undefined): ClusterResults {
  const before = labelsOf(train)
  const after = labelsOf(test)
  const numbers = [...new Set([...before, ...after])].sort((a, b) => a - b)
  const { distances = new Float64Array(0) } = test
  return {
    clusters: numbers.map((cluster) => {
      const rows = rowsWhere(after, cluster)
      const sum = rows.reduce((total, row) => total + (distances[row] as number), 0)
      const distance = rows.length === 0 ? null : sum / rows.length
      return { cluster, train: rowsWhere(before, cluster).length, test: rows.length, distance }
    }),
    distances: histogramOf(distances, 'distance', test.order()),
    profile: frame === undefined ? [] : profileOf(frame, before, numbers),
  }
}

function labelsOf({ labels = new Int32Array(0) }: MetricInput): Int32Array {
  return labels
}

function rowsWhere(labels: Int32Array, cluster: number): number[] {
  const rows: number[] = []
  for (let row = 0; row < labels.length; row++) if (labels[row] === cluster) rows.push(row)
  return rows
}

function profileOf(frame: Frame, labels: Int32Array, numbers: readonly number[]): ClusterResults['profile'] {
  const members = numbers.map((cluster) => rowsWhere(labels, cluster))
  const everyone = Array.from({ length: frame.rows }, (_, row) => row)
  return frame.columns
    .filter(({ type }) => type === 'number' || type === 'category' || type === 'boolean')
    .slice(0, PROFILE_COLUMNS)
    .map((column) => ({
      column: column.name,
      all: traitOf(column, everyone),
      clusters: members.map((rows) => traitOf(column, rows)),
    }))
}

function traitOf(column: Column, rows: readonly number[]): ClusterTrait {
  if (column.type === 'number') {
    const values = rows.map((row) => column.values[row] as number).filter((value) => !Number.isNaN(value))
    return { value: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length }
  }
  if (column.type !== 'category' && column.type !== 'boolean') return { value: null }
  const levels = column.type === 'category' ? column.levels : ['false', 'true']
  const counts = new Array<number>(levels.length).fill(0)
  for (const row of rows) {
    const code = column.values[row] as number
    if (code >= 0) counts[code] = (counts[code] as number) + 1
  }
  const most = Math.max(0, ...counts)
  if (most === 0) return { value: null }
  return { value: levels[counts.indexOf(most)] as string, share: most / rows.length }
}
