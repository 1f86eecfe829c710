// Pages whose algorithm learns without a target, from the page to a prediction.
import { join } from 'node:path'
import t from 'tap'
import { openRunModel } from '../../src/run/index.ts'
import type { Evaluation } from '../../src/store/evaluation.ts'
import { openStore, type RunRecord, type Store } from '../../src/store/index.ts'
import { makeWorkshop, plugins, type SeenRun, seeRun } from './workshop.ts'

const data = (more = ''): string => `data:
  use: csv
  with: { path: loans.csv }
  key: id
  columns:
    when: { type: date, role: ignore }
    branch: { role: ignore }
    purpose: { role: protected }
    income: { type: number }
    repaid: { role: protected }
  split: { by: random, test: 0.25, validation: 0.1 }
${more}`
const withTruth = (positive = ''): string =>
  data()
    .replace('    repaid: { role: protected }\n', '    id: { role: ignore }\n')
    .replace('  key: id\n', `  target: { column: repaid${positive} }\n`)

const clusters: Readonly<Record<string, string | null>> = {
  data: data(),
  preprocess: 'preprocess: [{ use: impute, with: { number: median } }, standardize]',
  algorithm: 'algorithm: { use: k-means, with: { k: 3, starts: 2 } }',
  evaluate: 'evaluate: { folds: 3, resamples: 20 }',
}
const anomalies: Readonly<Record<string, string | null>> = {
  ...clusters,
  algorithm: `algorithm: { use: ${join(plugins, 'far-out.js')}, with: { above: 1.5 } }`,
}

async function storeOf(folder: string): Promise<Store> {
  return openStore(join(folder, '.daybook'))
}

async function evaluationOf(store: Store, record: RunRecord): Promise<Evaluation> {
  const output = record.result.cells.find(({ id }) => id === 'evaluate')?.output as string
  return JSON.parse(new TextDecoder().decode(await store.objects.get(output))) as Evaluation
}

function recordOf({ finished, thrown }: SeenRun): RunRecord {
  if (finished === undefined) throw thrown
  return finished.record
}

t.test('clusters: run, record, evaluation, gate, prediction, again from the cache', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page({ ...clusters, gates: 'gates: [{ metric: silhouette, atLeast: 0.1, on: folds }]' })
  const first = recordOf(await seeRun(page))
  t.equal(first.error, null)
  t.equal(first.status, 'ok')
  t.same(Object.keys(first.result.metrics?.test ?? {}), ['davies-bouldin', 'inertia', 'silhouette'], 'all that fit')
  t.ok((first.result.metrics?.test.silhouette ?? 0) > 0.2)
  t.ok(first.result.metrics?.folds?.silhouette?.values.every((value) => value !== null && value > 0.1))
  t.same(Object.keys(first.result.metrics?.intervals ?? {}), ['inertia'], 'the others are too dear to resample')
  t.match(first.result.model, { algorithm: 'k-means', task: 'clustering', features: 2 })

  const store = await storeOf(workshop.folder)
  const evaluation = await evaluationOf(store, first)
  t.match(evaluation, { task: 'clustering', output: 'clusters', classes: [], target: null, classResults: null })
  const found = evaluation.clusterResults
  t.same(
    found?.clusters.map(({ cluster }) => cluster),
    [0, 1, 2],
  )
  const { rows } = first.result.split
  t.equal(
    found?.clusters.reduce((sum, { train }) => sum + train, 0),
    rows.train,
  )
  t.same(
    found?.profile.map(({ column }) => column),
    ['income', 'debt', 'purpose', 'repaid'],
    'features, and columns kept for looking at',
  )
  t.ok(found?.profile[0]?.clusters.every(({ value }) => typeof value === 'number'))
  t.match(found?.profile[2]?.all, { value: /car|home|other/, share: Number })
  t.equal(evaluation.stability.scores[0]?.name, 'cluster')

  const model = await openRunModel(store, first)
  t.match(model.signature, { task: 'clustering', output: 'clusters', target: null })
  const [answer] = model.predictRows([{ income: 3000, debt: 100 }])
  t.ok(answer !== undefined && [0, 1, 2].includes(answer.prediction as number) && (answer.distance ?? -1) >= 0)
  t.same(model.predictRows([{ income: null, debt: 100 }]).length, 1)

  const again = recordOf(await seeRun(page, { threads: 1 }))
  t.equal(again.digest, first.digest)
  t.ok(again.observed.cells.every(({ state }) => state === 'cached'))
  const elsewhere = makeWorkshop(t)
  const other = elsewhere.page({ ...clusters, gates: 'gates: [{ metric: silhouette, atLeast: 0.1, on: folds }]' })
  t.equal(recordOf(await seeRun(other, { threads: 1 })).digest, first.digest, 'one thread gives the same bytes')
})

t.test('anomalies: nobody knows which', async (t) => {
  const workshop = makeWorkshop(t)
  const record = recordOf(await seeRun(workshop.page(anomalies)))
  t.equal(record.error, null)
  t.same(Object.keys(record.result.metrics?.test ?? {}), ['anomaly-rate'])
  const store = await storeOf(workshop.folder)
  const evaluation = await evaluationOf(store, record)
  t.match(evaluation, { task: 'anomaly', output: 'scores', classes: [], classResults: null })
  t.equal(evaluation.anomalyResults?.threshold, 1.5)
  const rate = (evaluation.anomalyResults?.above.test ?? 0) / (record.result.split.rows.test ?? 1)
  t.equal(record.result.metrics?.test['anomaly-rate'], rate)
  const model = await openRunModel(store, record)
  const [plain, odd] = model.predictRows([
    { income: 2500, debt: 500 },
    { income: 90_000, debt: 500 },
  ])
  t.match(plain, { prediction: false, score: Number })
  t.match(odd, { prediction: true, score: Number })
})

t.test('anomalies: a target says which, to evaluation alone', async (t) => {
  const workshop = makeWorkshop(t)
  const sections = {
    ...anomalies,
    data: withTruth(', positive: "no"'),
    evaluate: 'evaluate: { metrics: [auc, average-precision, precision, anomaly-rate], folds: 3, resamples: 20 }',
    gates: 'gates: [{ metric: anomaly-rate, atMost: 0.5 }]',
  }
  const record = recordOf(await seeRun(workshop.page(sections)))
  t.equal(record.error, null, 'the algorithm was told nothing')
  t.equal(record.status, 'ok')
  const { metrics } = record.result
  for (const metric of ['auc', 'average-precision', 'precision', 'anomaly-rate']) {
    t.type(metrics?.test[metric], 'number', metric)
    t.ok(metrics?.folds?.[metric]?.values.every((value) => value !== null))
    t.ok(metrics?.intervals?.[metric])
  }
  const store = await storeOf(workshop.folder)
  const evaluation = await evaluationOf(store, record)
  t.match(evaluation, { task: 'anomaly', classes: ['yes', 'no'], target: 'repaid' })
  t.equal(evaluation.classResults?.curves[0]?.class, 'no')
  t.equal(evaluation.classResults?.curves[0]?.roc?.area, metrics?.test.auc)
  t.equal(evaluation.parts.test.counts.length, 2)
  const model = await openRunModel(store, record)
  t.match(model.signature, { classes: [], target: 'repaid', ignored: ['id', 'purpose', 'branch', 'when', 'repaid'] })
  t.match(model.predictRows([{ income: 90_000, debt: 500, repaid: 'yes' }]), [{ prediction: true }])
  t.equal(record.result.page.data && JSON.stringify(record.result.page.data).includes('"stratify":true'), true)
})

t.test('what only a fit can find', async (t) => {
  const workshop = makeWorkshop(t)
  const record = recordOf(
    await seeRun(workshop.page({ ...clusters, algorithm: 'algorithm: { use: k-means, with: { k: 500 } }' })),
  )
  t.equal(record.status, 'failed')
  t.match(record.error, { code: 'FIT_TOO_FEW_ROWS', cell: 'train', message: /500 clusters .* hold 1\d\d of them/ })
})
