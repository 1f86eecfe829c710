import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../root.ts'
import { makeWorkshop, seeRun } from './workshop.ts'

t.test('a lock is written by a good run, kept by an equal one, and equal in another store', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page()
  const file = join(workshop.folder, 'page.lock.json')
  t.equal((await seeRun(page)).finished?.lock, undefined, 'a page without a lock')
  t.notOk(existsSync(file))
  const updated = await seeRun(page, { lock: 'update' })
  t.match(updated.finished?.lock, { file, state: 'updated', moved: [] })
  const text = readFileSync(file, 'utf8')
  const lock = JSON.parse(text)
  t.match(lock, { format: 1, pipeline: 'loans', digest: updated.finished?.record.digest })
  t.same(Object.keys(lock.inputs), ['data.path'])
  t.match(lock.plugins, { data: 'csv@1', impute: 'impute@1', train: 'logistic@1', 'evaluate.auc': 'auc@1' })
  t.same(lock.code, {}, 'what comes with Daybook goes by its version')
  t.notMatch(text, workshop.folder)
  await seeRun(page, { lock: 'update', store: join(workshop.folder, 'other'), threads: 1 })
  t.equal(readFileSync(file, 'utf8'), text)
  const frozen = await seeRun(page, { lock: 'frozen', store: join(workshop.folder, 'third') })
  t.match(frozen.finished?.lock, { state: 'kept', moved: [] })
})

t.test('a frozen run starts from nothing else than the lock says; a plain one tells what moved', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page()
  t.match((await seeRun(page, { lock: 'frozen' })).thrown, { code: 'LOCK_ABSENT' })
  await seeRun(page, { lock: 'update' })
  writeFileSync(workshop.data, readFileSync(workshop.data, 'utf8').replace('L3,', 'L3000,'))
  workshop.page({ algorithm: 'algorithm: { use: logistic, with: { l2: 4 } }' })
  const refused = await seeRun(page, { lock: 'frozen' })
  t.same(refused.events, [], 'nothing ran')
  t.same(
    refused.thrown?.all.map(({ code, values }) => [code, values.what]),
    [
      ['LOCK_MOVED', 'page'],
      ['LOCK_MOVED', 'input data.path'],
    ],
  )
  const plain = await seeRun(page)
  t.equal(plain.finished?.record.status, 'ok')
  const moved = plain.finished?.lock?.moved.map(({ what }) => what) ?? []
  t.equal(plain.finished?.lock?.state, 'moved')
  t.ok(['page', 'input data.path', 'cell data', 'cell train', 'model', 'digest'].every((what) => moved.includes(what)))
  t.match((await seeRun(page, { lock: 'update', overrides: ['seed=4'] })).thrown, { code: 'LOCK_OVERRIDDEN' })
})

t.test('foreign plugins are locked by their code, outcomes by their bytes', async (t) => {
  const workshop = makeWorkshop(t)
  const source = (
    shift: number,
  ) => `import { definePreprocess } from '${join(root, 'dist', 'src', 'plugin', 'index.js')}'
export default definePreprocess({ id: 'shift', version: 1, summary: 'Adds ${shift}.', takes: ['number'], params: {},
  output: (columns) => columns, fit: () => ({}),
  apply: (_, frame) => frame.columns.map((column) => ({ ...column, values: column.values.map((x) => x + ${shift}) })) })
`
  writeFileSync(join(workshop.folder, 'shift.mjs'), source(1))
  const page = workshop.page({ preprocess: 'preprocess: [{ use: impute }, one-hot, { use: ./shift.mjs }]' })
  const first = await seeRun(page, { lock: 'update' })
  t.equal(first.thrown, undefined)
  const file = join(workshop.folder, 'page.lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  t.same(Object.keys(lock.code), ['shift'])
  writeFileSync(
    file,
    JSON.stringify({ ...lock, model: '0'.repeat(64), cells: { ...lock.cells, train: '0'.repeat(64) } }),
  )
  const other = await seeRun(page, { lock: 'frozen' })
  t.same(
    other.finished?.lock?.moved.map(({ what }) => what),
    ['cell train', 'model'],
  )
  writeFileSync(join(workshop.folder, 'shift.mjs'), source(2))
  t.match((await seeRun(page, { lock: 'frozen' })).thrown, { code: 'LOCK_MOVED', values: { what: 'code shift' } })
  for (const text of ['{', '{"format":2}', '{"format":1}', 'null']) {
    writeFileSync(file, text)
    t.match((await seeRun(page)).thrown, { code: 'LOCK_UNREADABLE' }, text)
  }
})
