import fc from 'fast-check'
import t from 'tap'
import accuracy from '../../../plugins/metric/accuracy.ts'
import auc from '../../../plugins/metric/auc.ts'
import averagePrecision from '../../../plugins/metric/average-precision.ts'
import balancedAccuracy from '../../../plugins/metric/balanced-accuracy.ts'
import brier from '../../../plugins/metric/brier.ts'
import f1 from '../../../plugins/metric/f1.ts'
import gini from '../../../plugins/metric/gini.ts'
import ks from '../../../plugins/metric/ks.ts'
import logLoss from '../../../plugins/metric/log-loss.ts'
import mae from '../../../plugins/metric/mae.ts'
import mape from '../../../plugins/metric/mape.ts'
import mcc from '../../../plugins/metric/mcc.ts'
import mse from '../../../plugins/metric/mse.ts'
import precision from '../../../plugins/metric/precision.ts'
import r2 from '../../../plugins/metric/r2.ts'
import recall from '../../../plugins/metric/recall.ts'
import rmse from '../../../plugins/metric/rmse.ts'
import { scoringKernels } from '../../../src/kernels/index.ts'
import type { Defined, MetricInput } from '../../../src/plugin/api.ts'

type Metric = Defined<'metric'>
const all: readonly Metric[] = [
  accuracy,
  auc,
  averagePrecision,
  balancedAccuracy,
  brier,
  f1,
  gini,
  ks,
  logLoss,
  mae,
  mape,
  mcc,
  mse,
  precision,
  r2,
  recall,
  rmse,
]
const kernels = scoringKernels()

interface Rows {
  readonly task: MetricInput['task']
  readonly y: readonly number[]
  readonly scores?: readonly number[] | undefined
  readonly probabilities?: readonly (readonly number[])[] | undefined
  readonly labels?: readonly number[] | undefined
  readonly values?: readonly number[] | undefined
  readonly weight?: readonly number[] | undefined
  /** Multi-class: how many classes there are. */
  readonly k?: number
}

function inputOf(given: Rows): MetricInput {
  const { task, y } = given
  const k = given.k ?? Math.max(2, ...y.map((code) => code + 1), ...(given.labels ?? []).map((code) => code + 1))
  const scores =
    given.scores ??
    (task === 'multiclass' ? given.probabilities?.flat() : given.probabilities?.map((p) => p[1] as number))
  const stride = task === 'multiclass' ? k : 1
  return {
    task,
    rows: y.length,
    classes: task === 'regression' ? [] : Array.from({ length: k }, (_, i) => String(i)),
    y: task === 'regression' ? Float32Array.from(y) : Int32Array.from(y),
    ...(given.weight && { weight: Float64Array.from(given.weight) }),
    ...(given.values && { values: Float64Array.from(given.values) }),
    ...(given.labels && { labels: Int32Array.from(given.labels) }),
    ...(given.probabilities && { probabilities: Float64Array.from(given.probabilities.flat()) }),
    ...(scores && { scores: Float64Array.from(scores) }),
    order: (code = 0) =>
      Uint32Array.from(y.keys()).sort((a, b) => {
        const offset = stride === 1 ? 0 : code
        return (scores?.[a * stride + offset] as number) - (scores?.[b * stride + offset] as number) || a - b
      }),
  }
}

function value(metric: Metric, rows: Rows, params: Record<string, unknown> = {}): number {
  const filled = 'average' in metric.params ? { average: 'macro', ...params } : params
  return metric.compute(inputOf(rows), filled, { params: filled, kernels })
}

function near(t: Tap, found: number, wanted: number, message?: string): void {
  t.ok(Math.abs(found - wanted) < 1e-12, `${message ?? ''} ${found} is ${wanted}`)
}
type Tap = { ok(value: unknown, message: string): unknown }

t.test('the example of every metric holds', async (t) => {
  for (const metric of all) {
    const { example } = metric
    if (example === undefined) t.fail(`${metric.id} has no example`)
    else near(t, value(metric, example), example.gives, metric.id)
  }
})

// Values from scikit-learn's documentation of precision_score, recall_score, f1_score and balanced_accuracy_score.
t.test('several classes as in the documentation of scikit-learn', async (t) => {
  const rows: Rows = { task: 'multiclass', y: [0, 1, 2, 0, 1, 2], labels: [0, 2, 1, 0, 0, 1] }
  near(t, value(precision, rows), 2 / 9)
  near(t, value(precision, rows, { average: 'micro' }), 1 / 3)
  near(t, value(precision, rows, { average: 'weighted' }), 2 / 9)
  near(t, value(recall, rows), 1 / 3)
  near(t, value(f1, rows), 4 / 15)
  near(t, value(f1, rows, { average: 'micro' }), 1 / 3)
  near(t, value(balancedAccuracy, { task: 'binary', y: [0, 1, 0, 0, 1, 0], labels: [0, 1, 0, 0, 0, 1] }), 0.625)
})

t.test('probabilities of several classes, by hand', async (t) => {
  const rows: Rows = {
    task: 'multiclass',
    y: [0, 1, 2],
    probabilities: [
      [0.5, 0.25, 0.25],
      [0.25, 0.25, 0.5],
      [0, 0, 1],
    ],
  }
  near(t, value(logLoss, rows), Math.LN2, '(ln 2 + 2 ln 2 + 0) / 3')
  near(t, value(brier, rows), (0.25 + 0.0625 + 0.0625 + (0.0625 + 0.5625 + 0.25)) / 3)
  // Class 0: .5 above .25 and 0. Class 1: .25 ties with .25, is above 0. Class 2: 1 above .25 and .5.
  near(t, value(auc, rows), (1 + 0.75 + 1) / 3)
})

t.test('a metric that is not defined is NaN', async (t) => {
  const positives: Rows = { task: 'binary', y: [1, 1], scores: [0.2, 0.3], labels: [1, 1] }
  for (const metric of [auc, gini, ks, mcc, balancedAccuracy]) t.ok(Number.isNaN(value(metric, positives)), metric.id)
  const negatives: Rows = { task: 'binary', y: [0, 0], scores: [0.2, 0.3], labels: [0, 0] }
  for (const metric of [auc, averagePrecision, precision, recall, f1]) {
    t.ok(Number.isNaN(value(metric, negatives)), metric.id)
  }
  t.equal(value(mcc, { task: 'binary', y: [0, 1], labels: [1, 1] }), 0, 'one label only')
  t.ok(Number.isNaN(value(r2, { task: 'regression', y: [2, 2], values: [1, 3] })))
  t.ok(Number.isNaN(value(mape, { task: 'regression', y: [0, 2], values: [1, 3] })))
  t.equal(
    value(mape, { task: 'regression', y: [0, 2], values: [1, 3], weight: [0, 1] }),
    0.5,
    'a row of weight 0 does not count',
  )
})

const binary = fc
  .array(fc.record({ y: fc.nat(1), score: fc.nat(12), weight: fc.nat(3) }), { minLength: 2, maxLength: 40 })
  .filter((rows) => new Set(rows.map((row) => row.y)).size === 2)

t.test('auc, ks and average precision against their definitions', async (t) => {
  fc.assert(
    fc.property(binary, (rows) => {
      const given: Rows = { task: 'binary', y: rows.map((row) => row.y), scores: rows.map((row) => row.score / 4 - 1) }
      const [ups, downs] = [rows.filter((row) => row.y === 1), rows.filter((row) => row.y === 0)]
      const pairs = ups.flatMap((up) =>
        downs.map((down) => (up.score > down.score ? 1 : up.score === down.score ? 0.5 : 0)),
      )
      const area = pairs.reduce<number>((a, b) => a + b, 0) / pairs.length
      const share = (side: typeof rows, at: number) => side.filter((row) => row.score <= at).length / side.length
      const gap = Math.max(...rows.map((row) => Math.abs(share(ups, row.score) - share(downs, row.score))))
      const average =
        ups.reduce((sum, up) => {
          const above = rows.filter((row) => row.score >= up.score)
          return sum + above.filter((row) => row.y === 1).length / above.length
        }, 0) / ups.length
      for (const [metric, wanted] of [
        [auc, area],
        [gini, 2 * area - 1],
        [ks, gap],
        [averagePrecision, average],
      ] as const) {
        if (Math.abs(value(metric, given) - wanted) > 1e-12) throw new Error(`${metric.id} is not ${wanted}`)
      }
      const moved = rows.map((row) => row.score ** 3 + 100)
      for (const metric of [auc, gini, ks, averagePrecision]) {
        if (value(metric, { ...given, scores: moved }) !== value(metric, given))
          throw new Error(`${metric.id} sees more than order`)
      }
      const turned = value(auc, { ...given, scores: (given.scores ?? []).map((score) => -score) })
      if (Math.abs(turned + value(auc, given) - 1) > 1e-12) throw new Error('turned scores do not give 1 - auc')
    }),
  )
  t.pass('by definition')
})

t.test('a weight counts as so many rows, in every metric', async (t) => {
  const some = binary.filter((rows) => [0, 1].every((code) => rows.some((row) => row.y === code && row.weight > 0)))
  fc.assert(
    fc.property(some, (rows) => {
      const repeated = rows.flatMap((row) => new Array<typeof row>(row.weight).fill(row))
      const given = (list: typeof rows, task: 'binary' | 'regression'): Rows => ({
        task,
        y: list.map((row) => (task === 'binary' ? row.y : row.y + row.score / 2 + 1)),
        ...(task === 'binary'
          ? {
              labels: list.map((row) => (row.score > 6 ? 1 : 0)),
              probabilities: list.map((row) => [1 - row.score / 16, row.score / 16]),
            }
          : { values: list.map((row) => row.score) }),
      })
      for (const metric of all) {
        const task = metric.tasks.includes('binary') ? 'binary' : 'regression'
        const weighed = value(metric, { ...given(rows, task), weight: rows.map((row) => row.weight) })
        const plain = value(metric, given(repeated, task))
        const equal = Number.isNaN(plain) ? Number.isNaN(weighed) : Math.abs(weighed - plain) < 1e-9
        if (!equal) throw new Error(`${metric.id}: ${weighed} is not ${plain}`)
      }
    }),
  )
  t.pass('equal')
})

t.test('mcc is the correlation of the class indicators (Gorodkin)', async (t) => {
  const pairs = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 3, maxLength: 30 })
  fc.assert(
    fc.property(pairs, (rows) => {
      const [y, labels] = [rows.map(([a]) => a), rows.map(([, b]) => b)]
      if (new Set(y).size < 2 || new Set(labels).size < 2) return
      const covariance = (a: number[], b: number[]) =>
        [0, 1, 2].reduce((sum, code) => {
          const share = (codes: number[]) => codes.filter((c) => c === code).length / codes.length
          const both = a.filter((c, i) => c === code && b[i] === code).length / a.length
          return sum + both - share(a) * share(b)
        }, 0)
      const wanted = covariance(y, labels) / Math.sqrt(covariance(y, y) * covariance(labels, labels))
      const found = value(mcc, { task: 'multiclass', y, labels, k: 3 })
      if (Math.abs(found - wanted) > 1e-12) throw new Error(`${found} is not ${wanted}`)
    }),
  )
  t.pass('equal')
})
