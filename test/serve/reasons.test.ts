import t from 'tap'
import type { JsonObject } from '../../src/base/json.ts'
import { type FinishedRun, loadRun } from '../../src/index.ts'
import { reasonsAsked } from '../../src/serve/protocol/reasons-asked.ts'
import { makeWorkshop, seeRun } from '../run/workshop.ts'
import { send } from './client.ts'
import { tinyModel } from './model.ts'
import { start } from './start.ts'

const rows = [
  { income: null, purpose: 'car' },
  { income: 6, purpose: 'home' },
]

t.test('what an address may ask for', async (t) => {
  t.same(reasonsAsked('reasons=4'), { count: 4 })
  t.same(reasonsAsked('of=yes&reasons=100'), { count: 100, of: 'yes' })
  for (const wrong of [
    'reasons=0',
    'reasons=101',
    'reasons=-1',
    'reasons=1.5',
    'reasons=',
    'reasons=4&reasons=4',
    'of=yes',
    'reason=1',
  ])
    t.throws(() => reasonsAsked(wrong), { code: 'SERVE_BAD_REQUEST' }, wrong)
})

t.test('reasons a row; requests with and without them share a batch', async (t) => {
  const { url } = await start(t, { batching: { maxDelayMs: 20 } })
  const ask = (query: string) => send(`${url}/predict${query}`, { body: { rows } })
  const [plain, yes, no] = await Promise.all([ask(''), ask('?reasons=2'), ask('?reasons=2&of=no')])
  t.same(plain.json.predictions, ['yes', 'no'])
  t.notOk('reasons' in plain.json)
  t.same(yes.json.reasons, [[{ column: 'income', contribution: 0.25, reason: 'income' }], []])
  t.same(no.json.reasons, [[], [{ column: 'income', contribution: 0.375, reason: 'income' }]])
  t.same(no.json.probabilities, plain.json.probabilities)
})

t.test('what cannot be told why is refused, and harms no neighbour', async (t) => {
  const { url } = await start(t, { batching: { maxDelayMs: 20 } })
  const ask = (query: string) => send(`${url}/predict${query}`, { body: { rows } })
  const [good, other, unknown, bad] = await Promise.all([
    ask('?reasons=1'),
    ask('?reasons=1&of=perhaps'),
    ask('?reason=1'),
    ask('?reasons=many'),
  ])
  t.equal(good.status, 200)
  t.match(other, { status: 400, json: { error: { code: 'MODEL_REASON_CLASS' } } })
  t.match(unknown, { status: 400, json: { error: { code: 'SERVE_BAD_REQUEST', hint: 'Did you mean `reasons`?' } } })
  t.match(bad, { status: 400, json: { error: { code: 'SERVE_BAD_REQUEST' } } })
  const clusters = tinyModel({}, { task: 'clustering', output: 'clusters', classes: [] })
  const { url: other2 } = await start(t, { model: clusters })
  t.match(await send(`${other2}/predict?reasons=1`, { body: { rows } }), {
    status: 400,
    json: { error: { code: 'MODEL_NO_REASONS' } },
  })
})

t.test('the description says so', async (t) => {
  const { url } = await start(t)
  const { json } = await send(`${url}/openapi.json`)
  for (const path of ['/predict', '/models/{model}/predict', '/models/{model}/versions/{version}/predict']) {
    const names = json.paths[path].post.parameters.map((one: { name: string }) => one.name)
    t.same(names.slice(-2), ['reasons', 'of'])
  }
  t.ok(json.components.schemas.Answer.properties.reasons)
})

t.test('a trained model: the same reasons here, in a scoring thread and without HTTP', async (t) => {
  const page = makeWorkshop(t).page({
    evaluate: 'evaluate: { folds: 0, resamples: 0 }',
    algorithm: 'algorithm: { use: gradient-boosting, with: { trees: 10, minChildWeight: 1 } }',
    preprocess: 'preprocess: [impute, one-hot]',
  })
  const { finished, thrown } = await seeRun(page)
  if (thrown) throw thrown
  const { store, record } = finished as FinishedRun
  const served = await loadRun(store, record.id)
  const models = [{ name: served.name, versions: [served], champion: served.version }]
  const { server, url } = await start(t, { models, threads: 1 })
  const few: JsonObject[] = [
    { income: 1200, debt: 900, purpose: 'car' },
    { income: 3900, debt: 20, purpose: 'other' },
  ]
  const many = Array.from({ length: 900 }, (_, i) => few[i % 2] as JsonObject)
  const expected = JSON.parse(JSON.stringify(served.model.predictRows(few, { count: 2 }).map(({ reasons }) => reasons)))
  const here = await send(`${url}/predict?reasons=2`, { body: { rows: few } })
  t.same(here.json.reasons, expected)
  let there = await send(`${url}/predict?reasons=2`, { body: { rows: many } })
  for (let time = 0; time < 100 && server.threads === 0; time++) {
    await new Promise((done) => setTimeout(done, 50))
    there = await send(`${url}/predict?reasons=2`, { body: { rows: many } })
  }
  t.ok(server.threads > 0, 'a thread answered')
  t.same(there.json.reasons.slice(0, 2), expected)
  t.equal(there.json.reasons.length, 900)
})
