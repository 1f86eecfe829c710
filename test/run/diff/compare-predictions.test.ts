import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { JsonObject } from '../../../src/base/json.ts'
import { comparePredictions, type PredictionDiff } from '../../../src/run/diff/compare-predictions.ts'
import { openRunModel } from '../../../src/run/index.ts'
import { type Evaluation, openStore, type RunRecord, type Store } from '../../../src/store/index.ts'
import { makeWorkshop, plugins, type SeenRun, seeRun, type Workshop } from '../workshop.ts'

function recordOf({ finished, thrown }: SeenRun): RunRecord {
  if (finished === undefined) throw thrown
  return finished.record
}

const storeOf = (workshop: Workshop): Promise<Store> => openStore(join(workshop.folder, '.daybook'))

async function diffOf(a: RunRecord, b: RunRecord, store: Store): Promise<PredictionDiff> {
  const found = await comparePredictions(a, b, store)
  if (!found?.compared) throw new Error(found?.reason ?? 'one model')
  return found.diff
}

const quick = 'evaluate: { metrics: [accuracy], folds: 0, resamples: 0 }'
const constant = `algorithm: { use: ${join(plugins, 'faulty.js')}, with: { mode: none } }`

t.test('against a model of one answer, flips are what the confusion matrix of the other says', async (t) => {
  const workshop = makeWorkshop(t, 400)
  const a = recordOf(await seeRun(workshop.page({ algorithm: constant, evaluate: quick })))
  const b = recordOf(await seeRun(workshop.page({ evaluate: quick })))
  const store = await storeOf(workshop)
  const evaluation = async ({ result }: RunRecord): Promise<Evaluation> => {
    const { output } = result.cells.find(({ id }) => id === 'evaluate') ?? {}
    return JSON.parse(new TextDecoder().decode(await store.objects.get(output as string)))
  }
  // [actual][predicted], classes [no, yes]
  const was = (await evaluation(a)).classResults?.confusion as readonly number[][]
  const is = (await evaluation(b)).classResults?.confusion as readonly number[][]
  const answer = (was[0]?.[1] ?? 0) + (was[1]?.[1] ?? 0) > 0 ? 1 : 0
  const other = 1 - answer
  const [right, wrong] = [is[other]?.[other] ?? 0, is[answer]?.[other] ?? 0]
  t.ok(right > 0 && wrong > 0)
  const diff = await diffOf(a, b, store)
  t.equal(diff.rows, b.result.split.rows.test)
  t.match(diff.flips, { rows: right + wrong, truth: { becameRight: right, becameWrong: wrong } })
  t.equal(diff.trainedBefore, 0, 'the key keeps rows in their part')
  t.equal(diff.smallestSlice, 5)
  const byPurpose = diff.slices.filter(({ column }) => column === 'purpose')
  t.equal(
    byPurpose.reduce((sum, { flips = 0 }) => sum + flips, 0),
    right + wrong,
    'every flip is in one level',
  )
  t.notOk(
    diff.slices.some(({ column }) => column === 'id' || column === 'branch'),
    'nothing is sliced by what identifies a row or is not looked at',
  )
  t.equal(await comparePredictions(b, b, store), undefined, 'one model')
})

t.test('numbers are those that the models give the same rows', async (t) => {
  const workshop = makeWorkshop(t, 200)
  const data = `data:
  use: csv
  with: { path: loans.csv }
  target: { column: debt, type: number }
  columns: { id: { role: ignore }, when: { role: ignore }, branch: { role: protected }, income: { type: number } }
  split: { by: interval, every: 5 }`
  const page = (l2: number) =>
    workshop.page({
      data,
      algorithm: `algorithm: { use: ridge, with: { l2: ${l2} } }`,
      evaluate: 'evaluate: { folds: 0, resamples: 0 }',
    })
  const [a, b] = [recordOf(await seeRun(page(0))), recordOf(await seeRun(page(500)))]
  const store = await storeOf(workshop)
  const [head = '', ...lines] = readFileSync(workshop.data, 'utf8').trim().split('\n')
  const rows = lines
    .filter((_, row) => row % 5 === 0)
    .map((line): JsonObject => {
      const entries = line.split(',').map((value, i) => [head.split(',')[i], value])
      const { income, purpose, repaid } = Object.fromEntries(entries)
      return { income: income === '' ? null : Number(income), purpose, repaid }
    })
  const [was, is] = [await openRunModel(store, a), await openRunModel(store, b)]
  const before = was.predictRows(rows).map(({ value = 0 }) => value)
  const moved = is.predictRows(rows).map(({ value = 0 }, i) => Math.abs(value - (before[i] ?? 0)))
  const diff = await diffOf(a, b, store)
  t.equal(diff.flips, null)
  t.strictSame(diff.moved, {
    of: 'prediction',
    mean: moved.reduce((sum, one) => sum + one, 0) / 40,
    max: Math.max(...moved),
  })
  t.ok(
    diff.slices.some(({ column, mean = 0 }) => column === 'branch' && mean > 0),
    'protected columns are slices',
  )
})

t.test('rows that trained the first model are counted: it knows their answers', async (t) => {
  const workshop = makeWorkshop(t, 200)
  const data = (test: number, key: string) => `data:
  use: csv
  with: { path: loans.csv }
  target: { column: repaid, positive: "yes" }
  ${key}
  columns: { id: { role: ignore }, when: { role: ignore }, branch: { role: ignore }, income: { type: number } }
  split: { by: random, test: ${test} }`
  const run = async (test: number, key = '') =>
    recordOf(await seeRun(workshop.page({ data: data(test, key), evaluate: quick })))
  const [a, b] = [await run(0.2), await run(0.5)]
  const store = await storeOf(workshop)
  const { rows, trainedBefore } = await diffOf(a, b, store)
  t.equal(rows, 100)
  t.ok(trainedBefore !== null && trainedBefore >= 60 && trainedBefore < 100, `by place: ${trainedBefore}`)
  const keyed = await run(0.5, 'key: id')
  t.equal((await diffOf(a, keyed, store)).trainedBefore, null, 'a row without a key is not found again')
})

t.test('what cannot be compared says why, and throws nothing', async (t) => {
  const workshop = makeWorkshop(t, 200)
  const a = recordOf(await seeRun(workshop.page({ algorithm: constant, evaluate: quick })))
  const b = recordOf(await seeRun(workshop.page({ evaluate: quick })))
  const other = recordOf(
    await seeRun(
      workshop.page({
        data: 'data: { use: csv, with: { path: loans.csv }, target: debt, columns: { income: { type: number }, id: { role: ignore }, when: { role: ignore } } }',
        algorithm: 'algorithm: ridge',
        evaluate: 'evaluate: { folds: 0, resamples: 0 }',
      }),
    ),
  )
  const failed = recordOf(
    await seeRun(workshop.page({ algorithm: constant.replace('none', 'throw'), evaluate: quick })),
  )
  const store = await storeOf(workshop)
  const reason = async (one: RunRecord, two: RunRecord) => {
    const found = await comparePredictions(one, two, store)
    return found?.compared === false ? found.reason : found
  }
  t.match(await reason(a, other), /the first run answers a binary question, the second a regression one/)
  t.match(await reason(a, failed), `run ${failed.id} made no model`)
  const removed = (digest: string) => {
    const file = join(workshop.folder, '.daybook', 'objects', 'sha256', digest.slice(0, 2), digest.slice(2))
    chmodSync(file, 0o600)
    rmSync(file)
  }
  removed(b.result.cells.find(({ id }) => id === 'data')?.output as string)
  t.match(
    await reason(a, b),
    new RegExp(`the rows of run ${b.id} cannot be read: object [0-9a-f]{64} is not in the store`),
  )
  removed(a.result.model?.digest as string)
  t.match(await reason(a, b), new RegExp(`the model of run ${a.id} cannot be opened: object`))
})
