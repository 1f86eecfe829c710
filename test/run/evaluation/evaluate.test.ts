import t from 'tap'
import accuracy from '../../../plugins/metric/accuracy.ts'
import anomalyRate from '../../../plugins/metric/anomaly-rate.ts'
import auc from '../../../plugins/metric/auc.ts'
import averagePrecision from '../../../plugins/metric/average-precision.ts'
import balancedAccuracy from '../../../plugins/metric/balanced-accuracy.ts'
import brier from '../../../plugins/metric/brier.ts'
import f1 from '../../../plugins/metric/f1.ts'
import gini from '../../../plugins/metric/gini.ts'
import inertia from '../../../plugins/metric/inertia.ts'
import ks from '../../../plugins/metric/ks.ts'
import logLoss from '../../../plugins/metric/log-loss.ts'
import mae from '../../../plugins/metric/mae.ts'
import mcc from '../../../plugins/metric/mcc.ts'
import precision from '../../../plugins/metric/precision.ts'
import r2 from '../../../plugins/metric/r2.ts'
import recall from '../../../plugins/metric/recall.ts'
import rmse from '../../../plugins/metric/rmse.ts'
import silhouette from '../../../plugins/metric/silhouette.ts'
import { canonicalJson } from '../../../src/base/canonical.ts'
import type { Json } from '../../../src/base/json.ts'
import { RandomStream } from '../../../src/base/random.ts'
import { Frame } from '../../../src/frame/index.ts'
import { scoringKernels } from '../../../src/kernels/index.ts'
import { quantile } from '../../../src/model/drift/cuts.ts'
import type { Defined } from '../../../src/plugin/api.ts'
import { thin } from '../../../src/run/evaluation/curves.ts'
import { evaluateParts, type MetricCell, type ScoredRows } from '../../../src/run/evaluation/index.ts'

const kernels = scoringKernels()
const stream = new RandomStream({ seed: 1, cell: 'test', purpose: 'rows' })

function cell(plugin: Defined<'metric'>): MetricCell {
  const params = 'average' in plugin.params ? { average: 'macro' } : {}
  return { id: plugin.id, plugin: { plugin, use: plugin.id, origin: 'built-in', code: '' }, params }
}
const ranking = [
  auc,
  gini,
  ks,
  averagePrecision,
  accuracy,
  precision,
  recall,
  f1,
  mcc,
  balancedAccuracy,
  brier,
  logLoss,
].map(cell)
const settings = { resamples: 0, seed: 7, cell: 'evaluate', kernels }

/** Rows whose class is drawn by their probability: calibrated by construction. */
function binaryRows(rows: number, from: number): ScoredRows {
  const values = new Float64Array(rows * 2)
  const y = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const p = stream.uniform(2 * (from + row))
    values[2 * row] = 1 - p
    values[2 * row + 1] = p
    y[row] = stream.uniform(2 * (from + row) + 1) < p ? 1 : 0
  }
  return { y, scored: { rows, output: 'probabilities', values } }
}
const binary = { task: 'binary', classes: ['no', 'yes'], target: 'paid', output: 'probabilities' } as const

t.test('a small binary case, by hand', async (t) => {
  const p = [0.1, 0.4, 0.35, 0.8]
  const test: ScoredRows = {
    y: Int32Array.of(0, 0, 1, 1),
    scored: { rows: 4, output: 'probabilities', values: Float64Array.from(p.flatMap((v) => [1 - v, v])) },
  }
  const found = evaluateParts({ ...settings, signature: binary, metrics: ranking, train: test, test })
  t.equal(found.metrics.test.auc, 0.75)
  t.equal(found.metrics.test.accuracy, 0.75)
  t.same(found.better['log-loss'], 'lower')
  t.same(found.parts.test, { rows: 4, counts: [2, 2], mean: null })
  t.same(found.classResults?.confusion, [
    [2, 0],
    [1, 1],
  ])
  const [curves] = found.classResults?.curves ?? []
  t.same(curves?.roc, {
    points: [
      [0, 0],
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [1, 1],
    ],
    area: 0.75,
  })
  t.same(curves?.pr?.points, [
    [0.5, 1],
    [0.5, 0.5],
    [1, 2 / 3],
    [1, 0.5],
  ])
  t.equal(curves?.pr?.rate, 0.5)
  t.equal(curves?.ks?.distance, 0.5)
  t.equal(curves?.ks?.at, 0.1)
  t.same(curves?.calibration?.bins[0], { from: 0.1, to: 0.2, rows: 1, predicted: 0.1, observed: 0 })
  t.same(
    found.classResults?.deciles.map((decile) => decile.rows),
    [1, 1, 1, 1],
    'fewer rows than deciles',
  )
  t.equal(found.stability.scores[0]?.psi, 0, 'equal parts are stable')
})

t.test('calibrated probabilities, many rows', async (t) => {
  const [train, test] = [binaryRows(4000, 10000), binaryRows(4000, 0)]
  const found = evaluateParts({
    ...settings,
    resamples: 100,
    signature: binary,
    metrics: ranking,
    train,
    test,
    folds: [train, test],
  })
  const curves = found.classResults?.curves[0]
  for (const bin of curves?.calibration?.bins ?? []) t.ok(Math.abs(bin.predicted - bin.observed) < 0.1)
  t.ok((curves?.calibration?.error ?? 1) < 0.03)
  t.equal(curves?.calibration?.brier, found.metrics.test.brier)
  t.ok(
    Math.abs((curves?.roc?.area ?? 0) - (found.metrics.test.auc as number)) < 1e-12,
    'the curve has the area of the metric',
  )
  t.ok(Math.abs((curves?.ks?.distance ?? 0) - (found.metrics.test.ks as number)) < 1e-12)
  t.ok(Math.abs((curves?.pr?.average ?? 0) - (found.metrics.test['average-precision'] as number)) < 1e-12)
  for (const points of [curves?.roc?.points, curves?.pr?.points, curves?.ks?.class]) {
    t.ok(points !== undefined && points.length <= 200 && points.length > 100)
  }
  t.same(curves?.roc?.points.at(-1), [1, 1])
  const deciles = found.classResults?.deciles ?? []
  t.same(
    deciles.map((decile) => decile.rows),
    new Array(10).fill(400),
  )
  t.ok(Math.abs((deciles.at(-1)?.captured ?? 0) - 1) < 1e-12)
  t.ok(Math.abs((deciles.at(-1)?.cumulativeLift ?? 0) - 1) < 1e-12)
  t.ok(deciles.every((decile, i) => i === 0 || decile.highest <= (deciles[i - 1]?.lowest ?? 0)))
  // Uniform probabilities that hold: auc is 5/6, the Brier score 1/6.
  const interval = found.metrics.intervals?.auc
  t.ok(
    interval !== undefined && interval.low < 5 / 6 && interval.high > 5 / 6 && interval.high - interval.low < 0.04,
    'covers 5/6',
  )
  const error = found.metrics.intervals?.brier
  t.ok(error !== undefined && error.low < 1 / 6 && error.high > 1 / 6)
  t.same(found.metrics.folds?.auc?.values, [found.metrics.train.auc, found.metrics.test.auc])
  t.ok((found.stability.scores[0]?.psi ?? 1) < 0.02)
  t.doesNotThrow(() => canonicalJson(found as unknown as Json))
  const again = evaluateParts({
    ...settings,
    resamples: 100,
    signature: binary,
    metrics: ranking,
    train,
    test,
    folds: [train, test],
  })
  t.same(again, found)
})

t.test('bootstrap of a mean is as wide as theory says', async (t) => {
  const rows = 2000
  const values = Float64Array.from({ length: rows }, (_, i) => stream.uniform(90000 + i))
  const part: ScoredRows = { y: new Float32Array(rows), scored: { rows, output: 'values', values } }
  const signature = { task: 'regression', classes: [], target: 'x', output: 'values' } as const
  const found = evaluateParts({ ...settings, resamples: 400, signature, metrics: [cell(mae)], train: part, test: part })
  const { low, high } = found.metrics.intervals?.mae ?? { low: 0, high: 0 }
  const theory = (2 * 1.96 * Math.sqrt(1 / 12)) / Math.sqrt(rows)
  t.ok(Math.abs((high - low) / theory - 1) < 0.15, `${high - low} is about ${theory}`)
})

t.test('several classes', async (t) => {
  const rows = 300
  const y = Int32Array.from({ length: rows }, (_, i) => i % 3)
  const values = new Float64Array(rows * 3)
  for (let row = 0; row < rows; row++) {
    for (let code = 0; code < 3; code++)
      values[row * 3 + code] = code === (row + (row % 5 === 0 ? 1 : 0)) % 3 ? 0.6 : 0.2
  }
  const part: ScoredRows = { y, scored: { rows, output: 'probabilities', values } }
  const signature = { task: 'multiclass', classes: ['a', 'b', 'c'], target: 'k', output: 'probabilities' } as const
  const found = evaluateParts({ ...settings, resamples: 20, signature, metrics: ranking, train: part, test: part })
  t.same(found.classResults?.confusion, [
    [80, 20, 0],
    [0, 80, 20],
    [20, 0, 80],
  ])
  t.equal(found.metrics.test.accuracy, 0.8)
  // Of each class 80 of 100 rows score .6, of the others 20 of 200: half of the ties and .8 · .9.
  t.ok(Math.abs((found.metrics.test.auc as number) - (0.8 * 0.9 + (0.8 * 0.1 + 0.2 * 0.9) / 2)) < 1e-12)
  t.equal(found.metrics.test.gini, null, 'a metric of binary tasks is null')
  t.same(
    found.classResults?.curves.map((curves) => curves.class),
    ['a', 'b', 'c'],
  )
  t.same(found.classResults?.deciles, [])
  t.same(
    found.stability.scores.map((score) => score.name),
    ['score of a', 'score of b', 'score of c'],
  )
})

t.test('scores without probabilities', async (t) => {
  const part: ScoredRows = {
    y: Int32Array.of(0, 1, 1),
    scored: { rows: 3, output: 'scores', values: Float64Array.of(-1, 2, -3) },
  }
  const found = evaluateParts({
    ...settings,
    signature: { ...binary, output: 'scores' },
    metrics: ranking,
    train: part,
    test: part,
  })
  t.equal(found.metrics.test.auc, 0.5)
  t.equal(found.metrics.test.brier, null)
  t.equal(found.classResults?.curves[0]?.calibration, null)
  t.same(found.classResults?.scores?.edges.at(0), -3)
  t.same(found.classResults?.confusion, [
    [1, 0],
    [1, 1],
  ])
})

t.test('clusters, by hand', async (t) => {
  const train: ScoredRows = {
    y: new Int32Array(),
    scored: { rows: 3, output: 'clusters', values: Float64Array.of(0, 1, 0, 1, 2, 0) },
  }
  const test: ScoredRows = {
    y: new Int32Array(),
    scored: { rows: 2, output: 'clusters', values: Float64Array.of(0, 3, 0, 1) },
  }
  const described = new Frame(3, [
    { type: 'number', name: 'income', values: Float64Array.of(1, 3, Number.NaN) },
    { type: 'category', name: 'home', levels: ['own', 'rent'], values: Int32Array.of(1, 1, 0) },
    { type: 'text', name: 'name', values: ['a', 'b', 'c'] },
  ])
  const signature = { task: 'clustering', classes: [], target: null, output: 'clusters' } as const
  const found = evaluateParts({
    ...settings,
    resamples: 10,
    signature,
    metrics: [cell(inertia), cell(auc), cell(silhouette)],
    train,
    test,
    described,
  })
  t.same(found.metrics.test, { inertia: 5, auc: null, silhouette: null }, 'nothing is known of the rows themselves')
  t.same(Object.keys(found.metrics.intervals ?? {}), ['inertia'])
  t.same(found.clusterResults?.clusters, [
    { cluster: 0, train: 2, test: 2, distance: 2 },
    { cluster: 2, train: 1, test: 0, distance: null },
  ])
  t.equal(found.clusterResults?.distances?.edges.at(-1), 3)
  t.same(found.clusterResults?.profile, [
    { column: 'income', all: { value: 2 }, clusters: [{ value: 2 }, { value: null }] },
    {
      column: 'home',
      all: { value: 'rent', share: 2 / 3 },
      clusters: [
        { value: 'rent', share: 1 },
        { value: 'own', share: 1 },
      ],
    },
  ])
  t.match(found.stability.scores[0], { name: 'cluster', bins: [{ label: '0' }, { label: '2' }] })
  t.same(found.parts.test, { rows: 2, counts: [], mean: null })
})

t.test('anomalies, by hand', async (t) => {
  const scored = { rows: 4, output: 'scores', values: Float64Array.of(0.1, 0.4, 0.35, 0.8), threshold: 0.35 } as const
  const signature = { task: 'anomaly', classes: [], target: null, output: 'scores' } as const
  const metrics = [cell(anomalyRate), cell(auc), cell(brier)]
  const blind: ScoredRows = { y: new Int32Array(), scored }
  const found = evaluateParts({ ...settings, signature, metrics, train: blind, test: blind })
  t.same(found.metrics.test, { 'anomaly-rate': 0.5, auc: null, brier: null })
  t.match(found.anomalyResults, { threshold: 0.35, above: { train: 2, test: 2 }, scores: { series: ['score'] } })
  t.equal(found.classResults, null)

  const known: ScoredRows = { y: Int32Array.of(0, 0, 1, 1), scored }
  const told = evaluateParts({
    ...settings,
    signature: { ...signature, classes: ['no', 'yes'], target: 'fraud' },
    metrics,
    train: known,
    test: known,
    folds: [known, known],
  })
  t.same(told.metrics.test, { 'anomaly-rate': 0.5, auc: 0.75, brier: null })
  t.equal(told.metrics.folds?.auc?.mean, 0.75)
  t.same(told.classResults?.confusion, [
    [1, 1],
    [1, 1],
  ])
  t.same(told.parts.test.counts, [2, 2])
})

t.test('regression', async (t) => {
  const rows = 1000
  const y = Float32Array.from({ length: rows }, (_, i) => i)
  const values = Float64Array.from({ length: rows }, (_, i) => i + (i % 2 === 0 ? 2 : -1))
  const part: ScoredRows = { y, scored: { rows, output: 'values', values } }
  const signature = { task: 'regression', classes: [], target: 'x', output: 'values' } as const
  const found = evaluateParts({ ...settings, signature, metrics: [rmse, mae, r2].map(cell), train: part, test: part })
  t.equal(found.metrics.test.mae, 1.5)
  const results = found.regressionResults
  t.equal(results?.residualMean, -0.5)
  t.equal(results?.residualSd, 1.5)
  t.equal(
    results?.residuals.counts[0]?.reduce((a, b) => a + b, 0),
    rows,
  )
  t.equal(results?.predicted.length, 20)
  t.same(results?.errors[0], { decile: 1, from: 0, to: 99, rows: 100, bias: 0.5, mae: 1.5, rmse: Math.sqrt(2.5) })
  t.equal(found.parts.test.mean, 499.5)
  t.equal(found.classResults, null)
})

t.test('one class only, no rows: nulls, no crash', async (t) => {
  const one: ScoredRows = {
    y: Int32Array.of(0),
    scored: { rows: 1, output: 'probabilities', values: Float64Array.of(0.5, 0.5) },
  }
  const none: ScoredRows = {
    y: new Int32Array(0),
    scored: { rows: 0, output: 'probabilities', values: new Float64Array(0) },
  }
  for (const test of [one, none]) {
    const found = evaluateParts({
      ...settings,
      resamples: 10,
      signature: binary,
      metrics: ranking,
      train: one,
      test,
      folds: [test],
    })
    t.equal(found.metrics.test.auc, null)
    t.equal(found.metrics.folds?.auc?.mean, null)
    t.equal(found.metrics.intervals?.auc, undefined)
    t.equal(found.classResults?.curves[0]?.roc, null)
    t.same(found.classResults?.deciles, [])
    t.doesNotThrow(() => canonicalJson(found as unknown as Json))
  }
  const values: ScoredRows = {
    y: new Float32Array(0),
    scored: { rows: 0, output: 'values', values: new Float64Array(0) },
  }
  const signature = { task: 'regression', classes: [], target: 'x', output: 'values' } as const
  t.equal(
    evaluateParts({ ...settings, signature, metrics: [cell(r2)], train: values, test: values }).regressionResults,
    null,
  )
})

t.test('population stability, by hand', async (t) => {
  const number = (values: number[]) => ({ type: 'number' as const, name: 'age', values: Float64Array.from(values) })
  const purpose = (codes: number[]) => ({
    type: 'category' as const,
    name: 'use',
    levels: ['car', 'tv'],
    values: Int32Array.from(codes),
  })
  const before = Array.from({ length: 10 }, (_, i) => i)
  const train = new Frame(10, [number(before), purpose([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])])
  const test = new Frame(10, [number(before.map(() => Number.NaN)), purpose([0, 0, 0, 0, 1, 1, 1, 1, -2, -1])])
  const part = binaryRows(10, 50000)
  const found = evaluateParts({
    ...settings,
    signature: binary,
    metrics: [],
    train: part,
    test: part,
    frames: { train, test },
  })
  t.same(
    found.stability.features.map((feature) => feature.name),
    ['age', 'use'],
    'by falling index',
  )
  const [age, use] = found.stability.features
  t.same(use?.bins, [
    { label: 'car', train: 0.5, test: 0.4 },
    { label: 'tv', train: 0.5, test: 0.4 },
    { label: '(other)', train: 0, test: 0.1 },
    { label: '(missing)', train: 0, test: 0.1 },
  ])
  const wanted = 2 * -0.1 * Math.log(0.8) + 2 * 0.0999 * Math.log(1000)
  t.ok(Math.abs((use?.psi ?? 0) - wanted) < 1e-9)
  t.same(age?.bins.at(-1), { label: 'missing', train: 0, test: 1 })
  t.equal(age?.bins[0]?.label, '< 0.9')
})

t.test('quantiles and thinning', async (t) => {
  t.equal(quantile([1, 2, 3, 4], 0.5), 2.5)
  t.equal(quantile([1], 0.9), 1)
  const points = Array.from({ length: 5000 }, (_, i) => i)
  const kept = thin(points, (i) => i * i)
  t.ok(kept.length <= 200 && kept[0] === 0 && kept.at(-1) === 4999)
  t.ok(thin(points, () => 1).length <= 200)
})

t.test('20,000 rows, 12 metrics, 200 resamples in time', async (t) => {
  const test = binaryRows(20000, 200000)
  const started = process.hrtime.bigint()
  const found = evaluateParts({ ...settings, resamples: 200, signature: binary, metrics: ranking, train: test, test })
  const ms = Number(process.hrtime.bigint() - started) / 1e6
  t.comment(`${Math.round(ms)} ms`)
  t.ok(found.metrics.intervals?.auc !== undefined)
  t.ok(ms < 8000, 'within a wide margin of the 1.5 s that an idle machine needs at most')
})
