import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { decodeState, type StateObject } from '../../src/plugin/api.ts'
import { openStore, type RunRecord } from '../../src/store/index.ts'
import { makeWorkshop, type SeenRun, seeRun } from './workshop.ts'

const evaluate = 'evaluate: { metrics: [auc], folds: 0, resamples: 0 }'

async function stateOf(folder: string, record: RunRecord, cell: string): Promise<StateObject> {
  const store = await openStore(join(folder, '.daybook'))
  const digest = record.result.cells.find(({ id }) => id === cell)?.output as string
  return decodeState(await store.objects.get(digest)) as StateObject
}

/** Codes of warnings, each with its cell. */
function warnings({ events }: SeenRun): string[] {
  return events.flatMap((event) => (event.type === 'cellWarned' ? [`${event.cell} ${event.warning.code}`] : []))
}

t.test(
  'a column of noise that names single rows teaches nothing, since training rows are transformed out of fold',
  async (t) => {
    const workshop = makeWorkshop(t)
    const lines = Array.from({ length: 900 }, (_, i) => `c${(i * 7919) % 300},${(i * 104_729) % 7 < 2 ? 'yes' : 'no'}`)
    writeFileSync(join(workshop.folder, 'noise.csv'), `code,y\n${lines.join('\n')}\n`)
    const { finished } = await seeRun(
      workshop.page({
        data: `data: { use: csv, with: { path: noise.csv }, target: y, columns: { code: { type: category, unseen: other } } }`,
        preprocess: 'preprocess: [{ use: woe, with: { minShare: 0, bins: 20 } }]',
        algorithm: 'algorithm: { use: logistic, with: { l2: 0 } }',
        evaluate,
      }),
    )
    const record = finished?.record as RunRecord
    const store = await openStore(join(workshop.folder, '.daybook'))
    const { algorithm } = JSON.parse(
      new TextDecoder().decode(await store.objects.get(record.result.model?.digest as string)),
    ) as { algorithm: { state: string } }
    const { coefficients } = decodeState(await store.objects.get(algorithm.state)) as StateObject
    const [coefficient = Number.NaN] = coefficients as Float64Array
    t.ok(coefficient > -0.35, `in the fold that fitted them the coefficient is near -1, here it is ${coefficient}`)
    const { final, folds } = (await stateOf(workshop.folder, record, 'woe')) as {
      final: StateObject
      folds: StateObject[]
    }
    t.equal(folds.length, 5)
    t.notSame(folds[0], final)
  },
)

t.test('what a cell shows is its fit on all training rows, and folds are quiet', async (t) => {
  const workshop = makeWorkshop(t)
  const run = await seeRun(
    workshop.page({
      preprocess: 'preprocess: [{ use: woe, columns: [debt, income] }, one-hot]',
      evaluate: 'evaluate: { metrics: [auc], folds: 2, resamples: 0 }',
    }),
  )
  t.equal(run.thrown, undefined)
  t.same(
    warnings(run).filter((warning) => !warning.startsWith('checks')),
    ['woe WOE_TOO_GOOD'],
  )
  const record = run.finished?.record as RunRecord
  const store = await openStore(join(workshop.folder, '.daybook'))
  const shown = async (cell: string) => {
    const digest = record.observed.cells.find(({ id }) => id === cell)?.shown as string
    return JSON.parse(new TextDecoder().decode(await store.objects.get(digest))) as { tables: { title: string }[] }
  }
  t.same((await shown('woe')).tables.map(({ title }) => title).sort(), ['Information value', 'debt', 'income'])
  t.notOk((await shown('fold-1')).tables.some(({ title }) => title === 'Information value'))
})

t.test(
  "class weights are the algorithm's own: they change neither key nor output of a cell that sees the target",
  async (t) => {
    const preprocess = 'preprocess: [{ use: woe, columns: [debt, income] }, one-hot]'
    const cellOf = async (algorithm: string) => {
      const { finished } = await seeRun(makeWorkshop(t).page({ preprocess, evaluate, algorithm }))
      const record = finished?.record as RunRecord
      const find = <C extends { readonly id: string }>(cells: readonly C[]) => cells.find(({ id }) => id === 'woe')
      return { key: find(record.observed.cells)?.key, output: find(record.result.cells)?.output }
    }
    t.same(
      await cellOf('algorithm: { use: logistic, with: { classWeight: balanced } }'),
      await cellOf('algorithm: logistic'),
    )
  },
)
