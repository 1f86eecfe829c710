import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestJson } from '../../src/base/digest.ts'
import type { Json } from '../../src/base/json.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { InProcessExecutor, openRunModel } from '../../src/run/index.ts'
import { openStore, type RunRecord } from '../../src/store/index.ts'
import { makeWorkshop, plugins, ranOf, seeRun, statesOf } from './workshop.ts'

const all = [
  'data',
  'split',
  'impute',
  'one-hot',
  'standardize',
  'train',
  'fold-1',
  'fold-2',
  'fold-3',
  'checks',
  'evaluate',
  'gates',
]

t.test('a page runs, is recorded, and runs again from the cache', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page()
  const first = await seeRun(page)
  const record = first.finished?.record as RunRecord
  t.same(ranOf(first).sort(), [...all].sort(), 'every cell ran')
  t.equal(record.status, 'ok')
  t.equal(record.error, null)
  t.equal(record.digest, digestJson(record.result as unknown as Json))
  t.same(
    record.result.cells.map(({ id }) => id),
    all,
    'the record keeps the order of the page',
  )
  t.ok(record.result.cells.every(({ output }) => /^[0-9a-f]{64}$/.test(output ?? '')))
  t.ok((record.result.metrics?.test.auc ?? 0) > 0.8, `the model learned: ${record.result.metrics?.test.auc}`)
  t.equal(record.result.metrics?.folds?.auc?.values.length, 3)
  t.equal(record.result.model?.algorithm, 'logistic')
  const { rows } = record.result.split
  t.equal((rows.train ?? 0) + (rows.validation ?? 0) + (rows.test ?? 0), 200)
  t.equal(record.result.folds.length, 3)
  t.notMatch(JSON.stringify(record.result), workshop.folder, 'no path stands in the result')
  t.equal(record.previous, null)

  const start = performance.now()
  const second = await seeRun(page, { threads: 1 })
  t.same(ranOf(second), [], 'an unchanged page runs no cell')
  t.same([...new Set(Object.values(statesOf(second)))], ['cached'])
  t.equal(second.finished?.record.digest, record.digest)
  t.equal(second.finished?.record.previous, record.digest)
  t.ok(performance.now() - start < 1000, `in ${Math.round(performance.now() - start)} ms`)

  const store = await openStore(join(workshop.folder, '.daybook'))
  t.same(
    (await store.runs.list()).map(({ run }) => run),
    [second, first].map((run) => run.finished?.record.id),
  )
  t.same(await store.ledger.check(), [])
  t.same(await store.runs.resolve('loans').then(({ id }) => id), second.finished?.record.id)
  const model = await openRunModel(store, record)
  t.equal(model.digest, record.result.model?.digest)
  const [prediction] = model.predictRows([{ income: 3900, debt: 10, purpose: 'car' }])
  t.equal(prediction?.prediction, 'yes')
  const text = readFileSync(join(first.finished?.folder as string, 'events.ndjson'), 'utf8')
  t.same(JSON.parse(text.split('\n')[0] as string), first.events[0])
})

t.test('only what follows a change runs again', async (t) => {
  const workshop = makeWorkshop(t)
  await seeRun(workshop.page())
  const again = async (sections: Readonly<Record<string, string>>): Promise<string[]> =>
    ranOf(await seeRun(workshop.page(sections))).sort()
  const mean = { preprocess: 'preprocess: [{ use: impute, with: { number: mean } }, one-hot, standardize]' }
  t.same(await again(mean), all.filter((cell) => !['data', 'split', 'checks'].includes(cell)).sort())
  t.same(
    await again({ algorithm: 'algorithm: { use: logistic, with: { l2: 0.5 } }' }),
    ['train', 'fold-1', 'fold-2', 'fold-3', 'evaluate', 'gates'].sort(),
  )
  t.same(await again({ gates: 'gates: [{ metric: auc, atLeast: 0.5 }]' }), ['gates'])
  t.same(await again({ deploy: `deploy: [{ use: ${join(plugins, 'files.js')} }]` }), ['deploy.files'])
  t.same(await again({ note: 'note: prose changes nothing' }), [])
  writeFileSync(workshop.data, readFileSync(workshop.data, 'utf8').replace('L1,', 'L1000,'))
  t.same(await again({}), [...all].sort(), 'other content of the file is another input')
})

t.test('threads, executors and stores change nothing', async (t) => {
  const workshop = makeWorkshop(t)
  const sections = {
    preprocess: `preprocess: [impute, { use: ${join(plugins, 'target-mean.js')} }, standardize]`,
    algorithm: 'algorithm: { use: gradient-boosting, with: { trees: 5, subsample: 0.5 } }',
  }
  const page = workshop.page(sections)
  const one = await seeRun(page, { threads: 1, store: join(workshop.folder, 'one') })
  const three = await seeRun(page, { threads: 3, store: join(workshop.folder, 'three') })
  const store = await openStore(join(workshop.folder, 'here'))
  const registry = await openRegistry({ folder: workshop.folder })
  const here = await seeRun(page, {
    store: store.folder,
    executor: () => new InProcessExecutor(store.objects, registry),
  })
  t.equal(here.finished?.record.digest, one.finished?.record.digest, 'in this process')
  t.equal(one.finished?.record.status, 'ok', one.finished?.problem?.message ?? one.thrown?.message ?? 'ok')
  t.equal(three.finished?.record.digest, one.finished?.record.digest)
  t.equal(three.finished?.record.result.model?.digest, one.finished?.record.result.model?.digest)
})

t.test('a gate that fails is recorded, and nothing is deployed', async (t) => {
  const workshop = makeWorkshop(t)
  const deploy = `deploy: [{ use: ${join(plugins, 'files.js')} }]`
  const run = await seeRun(
    workshop.page({
      gates: 'gates: [{ metric: auc, atLeast: 0.999, on: folds }, { metric: auc, atLeast: 0.1 }]',
      deploy,
    }),
  )
  const record = run.finished?.record as RunRecord
  t.equal(record.status, 'gateFailed')
  t.same(
    record.result.gates.map(({ passed }) => passed),
    [false, true],
  )
  t.equal(statesOf(run)['deploy.files'], 'skipped')

  const passed = await seeRun(workshop.page({ deploy }))
  t.equal(passed.finished?.record.status, 'ok')
  const folder = join(passed.finished?.folder as string, 'deploy', 'deploy.files')
  t.equal(readFileSync(join(folder, 'notes', 'hello.txt'), 'utf8'), 'hello from loans')
  t.equal(readFileSync(join(folder, 'model.txt'), 'utf8'), passed.finished?.record.result.model?.digest)
  t.same(
    passed.finished?.record.deploy?.map(({ id }) => id),
    ['deploy.files'],
  )
  const other = await seeRun(
    workshop.page({ deploy: `deploy: [{ use: ${join(plugins, 'files.js')}, with: { path: other.txt } }]` }),
  )
  t.equal(other.finished?.record.digest, passed.finished?.record.digest, 'targets stand outside of the digest')
})

t.test('a compressed model takes the place of the trained one', async (t) => {
  const workshop = makeWorkshop(t)
  const sections = {
    algorithm: `algorithm: ${join(plugins, 'faulty.js')}`,
    preprocess: null,
    compress: `compress: [{ use: ${join(plugins, 'halve.js')} }]`,
  }
  const { finished, thrown } = await seeRun(workshop.page(sections))
  const record = finished?.record as RunRecord
  t.equal(thrown, undefined)
  const outputOf = (id: string) => record.result.cells.find((cell) => cell.id === id)?.output
  t.equal(record.result.model?.digest, outputOf('compress.halve'))
  t.not(outputOf('train'), outputOf('compress.halve'))
})

t.test('what is wrong with the page or its data leaves no record', async (t) => {
  const workshop = makeWorkshop(t)
  const typo = await seeRun(workshop.page({ algorithm: 'algorithm: logistik' }))
  t.equal(typo.thrown?.code, 'PLUGIN_UNKNOWN')
  t.same(typo.events, [], 'before any event')
  const absent = await seeRun(
    workshop.page({ preprocess: 'preprocess: [{ use: standardize, columns: [salary] }, one-hot, impute]' }),
  )
  t.equal(absent.thrown?.exit, 2)
  t.match(absent.thrown?.message, /salary/)
  const bad = workshop.page()
  writeFileSync(workshop.data, readFileSync(workshop.data, 'utf8').replace('L5,1', 'L5,x1'))
  const ragged = await seeRun(bad)
  t.match(ragged.thrown?.code, /^DATA_/)
  t.match(ragged.thrown?.message, /loans\.csv:7/)
  const store = await openStore(join(workshop.folder, '.daybook'))
  t.same(await store.runs.list(), [])
})

t.test('a run is recorded though its report cannot be set', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const report = async () => {
    throw new Error('no ink')
  }
  const run = await seeRun(workshop.page({ evaluate: 'evaluate: { metrics: [auc], resamples: 0 }' }), { report })
  t.match(run.thrown, { code: 'INTERNAL', message: /no ink/ })
  const store = await openStore(join(workshop.folder, '.daybook'))
  t.match(await store.runs.list(), [{ status: 'ok', files: { report: null } }])
})
