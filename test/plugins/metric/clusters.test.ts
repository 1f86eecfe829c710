import type { Features } from 'daybook/frame'
import { scoringKernels } from 'daybook/kernels'
import type { MetricInput } from 'daybook/plugin'
import t from 'tap'
import anomalyRate from '../../../plugins/metric/anomaly-rate.ts'
import daviesBouldin from '../../../plugins/metric/davies-bouldin.ts'
import inertia from '../../../plugins/metric/inertia.ts'
import silhouette from '../../../plugins/metric/silhouette.ts'
import { dense, noise, sparse } from '../algorithm/fitting.ts'

const kernels = scoringKernels()

function input(X: Features, labels: readonly number[], weight?: readonly number[]): MetricInput {
  return {
    task: 'clustering',
    rows: X.rows,
    classes: [],
    y: new Int32Array(),
    labels: Int32Array.from(labels),
    distances: Float64Array.from(labels),
    features: () => X,
    order: () => new Uint32Array(),
    ...(weight && { weight: Float64Array.from(weight) }),
  }
}

function value(metric: typeof silhouette, rows: MetricInput): number {
  return metric.compute(rows, {}, { params: {}, kernels })
}

const X = dense([
  [1, 2],
  [2, 1],
  [1, 1],
  [8, 9],
  [9, 8],
  [8, 8],
  [4, 5],
  [5, 4.5],
  [20, 0],
])
const labels = [0, 0, 0, 1, 1, 1, 2, 2, 3]

t.test('values are those of scikit-learn 1.9.1', async (t) => {
  t.ok(Math.abs(value(silhouette, input(X, labels)) - 0.6838098593196925) < 1e-12)
  t.ok(Math.abs(value(daviesBouldin, input(X, labels)) - 0.19939707792814834) < 1e-12)
})

t.test('sparse rows and any numbers of clusters give the same', async (t) => {
  const other = labels.map((label) => 1000 - 7 * label)
  t.equal(value(silhouette, input(sparse(X), labels)), value(silhouette, input(X, labels)))
  t.equal(value(daviesBouldin, input(sparse(X), labels)), value(daviesBouldin, input(X, labels)))
  t.ok(Math.abs(value(silhouette, input(X, other)) - value(silhouette, input(X, labels))) < 1e-15)
})

t.test('one cluster, no rows of weight, missing values: not defined', async (t) => {
  for (const metric of [silhouette, daviesBouldin]) {
    t.ok(Number.isNaN(value(metric, input(X, new Array(9).fill(3)))))
    t.ok(Number.isNaN(value(metric, input(X, labels, new Array(9).fill(0)))))
    t.ok(Number.isNaN(value(metric, input(dense([[1], [Number.NaN], [3]]), [0, 0, 1]))))
    t.ok(Number.isNaN(value(metric, { ...input(X, labels), features: undefined as never })))
  }
  t.ok(Number.isNaN(value(inertia as never, input(dense([]), []))))
  t.ok(Number.isNaN(value(anomalyRate as never, input(dense([]), []))))
})

t.test('of many rows a silhouette takes every so many', async (t) => {
  const random = noise(10_000, 'many rows')
  const rows = random.map((at, row) => [at + 5 * (row % 2)])
  const all = dense(rows)
  const found = value(
    silhouette,
    input(
      all,
      rows.map((_, row) => row % 2),
    ),
  )
  const fifth = rows.filter((_, row) => row % 5 === 0)
  const wanted = value(
    silhouette,
    input(
      dense(fifth),
      fifth.map((_, i) => (5 * i) % 2),
    ),
  )
  t.equal(found, wanted)
})

t.test('the distance of the algorithm makes inertia, its threshold the rate', async (t) => {
  t.equal(value(inertia as never, input(X, labels)), (3 + 8 + 9) / 9)
  t.equal(value(anomalyRate as never, input(X, labels)), 3 / 9)
  t.equal(value(anomalyRate as never, input(X, labels, [1, 0, 0, 3, 0, 0, 0, 0, 0])), 0.75)
})
