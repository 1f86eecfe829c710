import t from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { fail } from '../../src/base/errors.ts'
import type { Frame, NumberColumn } from '../../src/frame/index.ts'
import type { Model, Scored } from '../../src/model/index.ts'
import type { NamedModel, ServedModel } from '../../src/serve/index.ts'
import { keepAlive, leaks, send } from './client.ts'
import { signature, tinyModel } from './model.ts'
import { keptLog, start } from './start.ts'

/** A version that says `yes` where the income is below a bound. */
function version(name: string, id: string, bound: number): ServedModel {
  const scoreConformed = (frame: Frame): Scored => {
    const yes = Array.from((frame.get('income') as NumberColumn).values, (income) => (income < bound ? 0.9 : 0.2))
    return { rows: frame.rows, output: 'probabilities', values: Float64Array.from(yes.flatMap((p) => [1 - p, p])) }
  }
  const model: Model = { ...tinyModel(), scoreConformed, digest: digestBytes(`model ${id}`) }
  return { name, version: id, model, run: digestBytes(`run ${id}`) }
}

function named(name: string, bounds: Record<string, number>, champion: string, challenger?: string): NamedModel {
  const versions = Object.entries(bounds).map(([id, bound]) => version(name, id, bound))
  return { name, versions, champion, challenger }
}

const body = { rows: [{ income: 5, purpose: 'car' }] }

t.test('several models and versions, and their aliases', async (t) => {
  const models = [named('loans', { v1: 1, v2: 10 }, 'v1', 'v2'), named('cards', { a: 10 }, 'a')]
  const { url } = await start(t, { models })
  const asked = async (path: string) => {
    const { json, headers, status } = await send(`${url}${path}/predict`, { body })
    return status === 200
      ? [json.predictions[0], json.model.name, json.model.version, headers['x-daybook-run-digest']]
      : status
  }
  const [v1, v2, a] = ['v1', 'v2', 'a'].map((id) => digestBytes(`run ${id}`))
  t.same(await asked(''), ['no', 'loans', 'v1', v1], 'the first model answers, by its champion')
  t.same(await asked('/models/loans'), ['no', 'loans', 'v1', v1])
  t.same(await asked('/models/loans/versions/v2'), ['yes', 'loans', 'v2', v2])
  t.same(await asked('/models/loans/versions/champion'), ['no', 'loans', 'v1', v1])
  t.same(await asked('/models/loans/versions/challenger'), ['yes', 'loans', 'v2', v2])
  t.same(await asked('/models/cards'), ['yes', 'cards', 'a', a])
  t.same(await asked('/models/cards/versions/challenger'), 404)
  t.same(await asked('/models/none'), 404)
  t.same((await send(`${url}/v2/models/loans`)).json.versions, ['v1', 'v2'])
})

t.test('the challenger scores the same rows after the answer; differences are counted, no rows kept', async (t) => {
  const models = [named('loans', { v1: 1, v2: 10 }, 'v1', 'v2')]
  const log = keptLog()
  const { url, management } = await start(t, { models, management: {}, log })
  const rows = [0.5, 5, 50].map((income) => ({ income, purpose: 'car' }))
  t.same((await send(`${url}/predict`, { body: { rows } })).json.predictions, ['yes', 'no', 'no'])
  await new Promise((done) => setTimeout(done, 20))
  const { text } = await send(`${management}/metrics`)
  const value = (name: string) =>
    Number(new RegExp(`^${name}\\{[^}]*champion="v1",challenger="v2"[^}]*\\} (.+)$`, 'm').exec(text)?.[1])
  t.equal(value('daybook_shadow_rows_total'), 3)
  t.equal(value('daybook_shadow_different_total'), 1)
  t.equal(value('daybook_shadow_dropped_total'), 0)
  t.equal(value('daybook_shadow_score_difference_count'), 3)
  t.ok(Math.abs(value('daybook_shadow_score_difference_sum') - 0.7) < 1e-9)
  await send(`${url}/models/loans/versions/v2/predict`, { body: { rows } })
  t.match(
    (await send(`${management}/metrics`)).text,
    /daybook_shadow_rows_total\{[^}]*\} 3\n/,
    'who asks for a version gets that alone',
  )
  t.notMatch(JSON.stringify(log.lines), /income|"car"/)
})

t.test('a challenger that refuses rows harms nobody', async (t) => {
  const [champion] = named('loans', { v1: 1 }, 'v1').versions as [ServedModel]
  const narrow = version('loans', 'v2', 1)
  const columns = signature.columns.map((column) =>
    column.name === 'purpose' ? { ...column, levels: ['home'] } : column,
  )
  const challenger = { ...narrow, model: { ...narrow.model, signature: { ...signature, columns } } }
  const models = [{ name: 'loans', versions: [champion, challenger], champion: 'v1', challenger: 'v2' }]
  const log = keptLog()
  const { url, management } = await start(t, { models, management: {}, log })
  t.equal((await send(`${url}/predict`, { body })).status, 200)
  t.match((await send(`${management}/metrics`)).text, /daybook_shadow_dropped_total\{[^}]*\} 1\n/)
  t.same(
    log.lines.filter(({ level }) => level === 'error'),
    [],
  )
})

t.test('the repository: index, unload, load', async (t) => {
  let configured = named('loans', { v1: 1 }, 'v1')
  const load = async (name: string) => {
    if (name !== 'loans') throw fail('SERVE_NO_MODEL', {})
    return configured
  }
  const { url, management } = await start(t, { models: [configured], management: {}, load })
  const repository = (path: string, sent: object = { method: 'POST' }) =>
    send(`${management}/v2/repository${path}`, sent)
  t.same((await send(`${management}/v2`)).json.extensions, ['model_repository'])
  t.same((await repository('/index')).json, [{ name: 'loans', version: 'v1', state: 'READY', reason: '' }])
  t.equal((await repository('/models/other/load')).status, 404)
  t.equal((await repository('/models/other/unload')).status, 404)
  configured = named('loans', { v1: 1, v2: 10 }, 'v2')
  const loaded = await repository('/models/loans/load')
  t.equal(loaded.status, 200)
  t.same((await send(`${url}/predict`, { body })).json.predictions, ['yes'])
  t.equal((await repository('/models/loans/unload')).status, 200)
  t.equal((await send(`${url}/predict`, { body })).status, 404)
  t.equal((await send(`${url}/v2/health/ready`)).status, 503)
  t.equal((await send(`${url}/ping`)).status, 503)
  t.same(
    (await repository('/index', { body: {} })).json.map(({ state }: { state: string }) => state),
    ['UNAVAILABLE', 'UNAVAILABLE'],
  )
  t.same((await repository('/index', { body: { ready: true } })).json, [])
  t.equal((await repository('/index', { body: { ready: 'yes' } })).status, 400)
  t.equal((await repository('/models/loans/load')).status, 200)
  t.equal((await send(`${url}/predict`, { body })).status, 200)
  t.equal(
    (await send(`${url}/v2/repository/index`, { method: 'POST' })).status,
    404,
    'not on the port that is open to clients',
  )
})

t.test('31: reloads under load, good and broken ones: no request fails', async (t) => {
  let count = 0
  const load = async () => {
    count++
    if (count % 3 === 0) throw new Error('broken at /tmp/somewhere')
    if (count % 3 === 1) throw fail('MODEL_CORRUPT', { reason: 'a secret' })
    return named('loans', { [`v${count}`]: count }, `v${count}`)
  }
  const log = keptLog()
  const { url, management } = await start(t, { models: [named('loans', { v0: 0 }, 'v0')], management: {}, load, log })
  let going = true
  const client = async () => {
    const seen = []
    while (going) seen.push(await send(`${url}/predict`, { body }, keepAlive))
    return seen
  }
  const clients = Array.from({ length: 8 }, client)
  const reloads = []
  for (let i = 0; i < 30; i++) {
    reloads.push(await send(`${management}/v2/repository/models/loans/load`, { method: 'POST' }))
    await new Promise((done) => setTimeout(done, 5))
  }
  going = false
  const seen = (await Promise.all(clients)).flat()
  t.same(
    seen.filter(({ status }) => status !== 200),
    [],
    'no request failed',
  )
  t.ok(seen.length > 100, `${seen.length} requests`)
  const wrong = seen.filter(({ json, headers }) => {
    const id = json.model.version
    const expected = 5 < Number(id.slice(1)) ? 'yes' : 'no'
    return json.predictions[0] !== expected || headers['x-daybook-run-digest'] !== digestBytes(`run ${id}`)
  })
  t.same(wrong, [], 'each was answered by the version that it names')
  t.equal(reloads.filter(({ status }) => status === 200).length, 10)
  for (const { status, text, json } of reloads.filter((reply) => reply.status !== 200)) {
    t.equal(status, 400)
    t.match(json.error, 'the model was not loaded, what was served before goes on')
    t.notMatch(text, leaks)
    t.notMatch(text, 'secret')
  }
  t.equal(log.lines.filter(({ message }) => message === 'model not loaded').length, 20)
  const { text } = await send(`${management}/metrics`)
  t.match(text, /daybook_model_loads_total\{model="loans",outcome="ok"[^}]*\} 10\n/)
  t.match(text, /daybook_model_loads_total\{model="loans",outcome="failed"[^}]*\} 20\n/)
  keepAlive.destroy()
})

t.test('metrics: every instrument is described, and labels are closed', async (t) => {
  const models = [named('loans', { v1: 1, v2: 10 }, 'v1', 'v2')]
  const { url, management } = await start(t, { models, management: {} })
  for (let i = 0; i < 3; i++) await send(`${url}/predict`, { body })
  await send(`${url}/invocations`, { body: { instances: [{ income: 'x', purpose: 'car' }] } })
  for (let i = 0; i < 5; i++) await send(`${url}/v2/models/guess-${i}/infer`, { body: {} })
  await send(`${url}/invocations`, { text: '{}', headers: { 'content-type': 'text/xml' } })
  const { text, headers } = await send(`${management}/metrics`)
  t.match(headers['content-type'], /^text\/plain/)
  t.notMatch(text, 'description missing')
  t.notMatch(text, 'guess-')
  const names = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
  for (const name of [
    'daybook_infer_requests_total',
    'daybook_infer_duration_seconds',
    'daybook_infer_queue_seconds',
    'daybook_infer_batch_size',
    'daybook_infer_inflight',
    'daybook_model_ready',
    'daybook_model_info',
  ])
    t.ok(names.has(name), name)
  const request = (protocol: string, code: number) =>
    Number(
      new RegExp(
        `^daybook_infer_requests_total\\{[^}]*protocol="${protocol}",code="${code}"[^}]*\\} (\\d+)$`,
        'm',
      ).exec(text)?.[1],
    )
  t.equal(request('predict', 200), 3)
  t.equal(request('mlflow', 400), 1)
  t.equal(request('v2', 404), 5)
  t.equal(request('mlflow', 415), 1, 'what is refused before it is read is counted too')
  t.match(text, /daybook_infer_duration_seconds_bucket\{[^}]*protocol="predict"[^}]*le="\+Inf"\} 3\n/)
  t.match(text, `daybook_model_info{model="loans",version="v1",run_digest="${digestBytes('run v1')}"`)
  const again = await start(t, { models: [named('other', { v1: 1 }, 'v1')], management: {} })
  t.notMatch((await send(`${again.management}/metrics`)).text, 'loans', 'servers share nothing')
})
