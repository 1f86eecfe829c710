import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { createServer } from '../../src/serve/index.ts'
import { raw } from './client.ts'
import { signature, tinyModel } from './model.ts'
import { optionsOf, type Started, start as startServer } from './start.ts'

const digest = digestBytes('the run')

async function start(t: Test, options: Started = {}): Promise<string> {
  return (await startServer(t, options)).url
}

interface Asked {
  readonly body?: unknown
  readonly text?: string | Uint8Array
  readonly headers?: Record<string, string>
  readonly method?: string
}

async function ask(url: string, { body, text, headers, method = 'POST' }: Asked = {}) {
  const given = text ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await fetch(url, {
    method,
    headers: { ...(given !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(given !== undefined && { body: given as string }),
  })
  const answer = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text: answer,
    json: answer === '' ? undefined : JSON.parse(answer),
  }
}

const row = { income: 2, purpose: 'car' }

t.test('POST /predict answers as the design says', async (t) => {
  const url = await start(t)
  const { status, json, headers } = await ask(`${url}/predict`, {
    body: { rows: [row, { income: null, purpose: 'home', since: '2026-01-31', owner: true, loanId: 'L1' }] },
  })
  t.equal(status, 200)
  t.same(json, {
    predictions: ['no', 'yes'],
    probabilities: [
      { no: 0.75, yes: 0.25 },
      { no: 0.25, yes: 0.75 },
    ],
    model: { name: 'loans', version: '7', digest: digestBytes('tiny model') },
  })
  t.equal(headers.get('x-daybook-run-digest'), digest)
  t.match(headers.get('content-type'), /^application\/json; charset=utf-8/)
  t.equal(headers.get('cache-control'), 'no-store')
})

t.test('scores arrive to the bit', async (t) => {
  const url = await start(t)
  const incomes = [0.1, 1 / 3, 1e-300, 12345.678]
  const { json } = await ask(`${url}/predict`, {
    body: { rows: incomes.map((income) => ({ income, purpose: 'car' })) },
  })
  t.same(
    json.probabilities.map((one: { yes: number }) => one.yes),
    incomes.map((income) => 1 / (2 + income)),
  )
})

t.test('values and scores', async (t) => {
  const values = await start(t, { model: tinyModel({}, { output: 'values', classes: [], task: 'regression' }) })
  t.match((await ask(`${values}/predict`, { body: { rows: [row] } })).json, { predictions: [0.25] })
  const scores = await start(t, { model: tinyModel({}, { output: 'scores' }) })
  t.match((await ask(`${scores}/predict`, { body: { rows: [row] } })).json, { predictions: ['yes'], scores: [0.25] })
})

t.test('clusters and anomalies', async (t) => {
  const without = { classes: [], target: null }
  const clusters = await start(t, { model: tinyModel({}, { ...without, output: 'clusters', task: 'clustering' }) })
  const answer = (await ask(`${clusters}/predict`, { body: { rows: [row] } })).json
  t.match(answer, { predictions: [0], distances: [0.25] })
  const described = (await ask(`${clusters}/openapi.json`, { method: 'GET' })).json
  t.match(described.components.schemas.Answer.properties, {
    predictions: { items: { type: 'integer' } },
    distances: { type: 'array' },
  })
  const strange = await start(t, { model: tinyModel({}, { ...without, output: 'scores', task: 'anomaly' }) })
  t.match((await ask(`${strange}/predict`, { body: { rows: [row] } })).json, { predictions: [true], scores: [0.25] })
  const items = (await ask(`${strange}/openapi.json`, { method: 'GET' })).json.components.schemas.Answer.properties
  t.match(items, { predictions: { items: { type: 'boolean' } }, scores: { type: 'array' } })
})

t.test('health', async (t) => {
  const url = await start(t, { token: 'a secret' })
  t.same((await ask(`${url}/health/live`, { method: 'GET' })).json, { live: true })
  t.same((await ask(`${url}/health/ready`, { method: 'GET' })).json, { ready: true })
  t.equal((await ask(`${url}/health/ready`, { method: 'HEAD' })).status, 200)
})

t.test('GET /openapi.json describes rows and answers', async (t) => {
  const url = await start(t)
  const { json } = await ask(`${url}/openapi.json`, { method: 'GET' })
  t.equal(json.openapi, '3.1.0')
  for (const path of ['/predict', '/invocations', '/v2/models/{model}/infer', '/health/ready', '/openapi.json'])
    t.ok(json.paths[path], path)
  t.same(json.components.schemas.Row.required, ['income', 'purpose'])
  t.match(json.components.schemas.Row.properties, {
    income: { type: ['number', 'null'], minimum: 0, description: 'In EUR. May be null.' },
    purpose: { type: 'string', enum: ['car', 'home'] },
    since: { type: ['string', 'null'] },
  })
  t.equal(json.components.schemas.Request.properties.rows.maxItems, 1000)
})

t.test('a bad row gets 400 with code, row and column', async (t) => {
  const url = await start(t)
  const cases: readonly [unknown, string, number, string][] = [
    [{ purpose: 'car' }, 'ROW_MISSING_COLUMN', 1, 'income'],
    [{ ...row, income: '2' }, 'ROW_BAD_VALUE', 1, 'income'],
    [{ ...row, income: -1 }, 'ROW_BAD_VALUE', 1, 'income'],
    [{ ...row, purpose: null }, 'ROW_BAD_VALUE', 1, 'purpose'],
    [{ ...row, purpose: 'boat' }, 'ROW_BAD_VALUE', 1, 'purpose'],
    [{ ...row, purpose: ['car'] }, 'ROW_BAD_VALUE', 1, 'purpose'],
    [{ ...row, since: 'soon' }, 'ROW_BAD_VALUE', 1, 'since'],
    [{ ...row, owner: 'yes' }, 'ROW_BAD_VALUE', 1, 'owner'],
    [{ ...row, incom: 3 }, 'ROW_UNKNOWN_COLUMN', 1, 'incom'],
  ]
  for (const [bad, code, at, column] of cases) {
    const { status, json } = await ask(`${url}/predict`, { body: { rows: [row, bad] } })
    t.equal(status, 400, JSON.stringify(bad))
    t.match(json.error, { code, row: at, column })
    t.type(json.error.message, 'string')
  }
  t.equal(
    (
      await ask(`${url}/predict`, {
        text: `{"rows":[${JSON.stringify(row).replace('{', '{"__proto__":{"income":1},')}]}`,
      })
    ).json.error.column,
    '__proto__',
  )
})

t.test('a body that is no list of rows gets 400', async (t) => {
  const url = await start(t)
  const texts = [
    '[]',
    '{}',
    'null',
    '3',
    '"rows"',
    '{"rows":{}}',
    '{"rows":[]}',
    '{"rows":[3]}',
    '{"rows":[[1]]}',
    '{"rows":[null]}',
    '{"row":[]}',
    '{"rows":[{"income":2,"purpose":"car"}],"more":1}',
    '{',
    '',
    ' ',
    '{"rows":[NaN]}',
    '{"rows":[1e999]}',
    '\ufeff{"rows":[]}',
  ]
  for (const text of texts) {
    const { status, json } = await ask(`${url}/predict`, { text })
    t.equal(status, 400, text)
    t.type(json.error.code, 'string')
    t.notMatch(JSON.stringify(json), /\bat |\/src\/|\.js/)
  }
  t.match((await ask(`${url}/predict`, { text: '{"row":[]}' })).json.error.hint, 'Did you mean `rows`?')
  t.equal(
    (await ask(`${url}/predict`, { text: new Uint8Array([0x7b, 0xff, 0x7d]) })).json.error.message,
    'the body is not UTF-8',
  )
})

t.test('deep JSON is refused', async (t) => {
  const url = await start(t)
  for (const text of [
    '['.repeat(100_000),
    `{"rows":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  ]) {
    const { status, json } = await ask(`${url}/predict`, { text })
    t.equal(status, 400)
    t.notMatch(json.error.message, '[')
  }
  const brackets = { ...row, purpose: '['.repeat(1000) }
  t.equal(
    (await ask(`${url}/predict`, { body: { rows: [brackets] } })).json.error.code,
    'ROW_BAD_VALUE',
    'brackets in text are text',
  )
})

t.test('too much is refused', async (t) => {
  const url = await start(t, { limits: { bodyBytes: 2000, rows: 3 } })
  t.match(await ask(`${url}/predict`, { body: { rows: [row, row, row, row] } }), {
    status: 413,
    json: { error: { code: 'SERVE_TOO_MANY_ROWS' } },
  })
  t.match(await ask(`${url}/predict`, { text: ' '.repeat(3000) }), {
    status: 413,
    json: { error: { code: 'SERVE_BODY_TOO_LARGE' } },
  })
  t.equal((await ask(`${url}/predict`, { body: { rows: [row, row, row] } })).status, 200, 'the server goes on')
})

t.test('a header of 64 KB', async (t) => {
  const url = await start(t)
  const answer = await raw(url, `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(65_536)}\r\n\r\n`)
  t.match(answer, /^HTTP\/1\.1 431 /)
  t.match(answer, 'SERVE_HEADERS_TOO_LARGE')
  t.match(await raw(url, 'NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*SERVE_BAD_REQUEST/)
})

t.test('what drips in too slowly is dropped', async (t) => {
  const url = await start(t, { limits: { timeoutMs: 200 } })
  const head = 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
  t.match(await raw(url, `${head}Content-Length: 1000\r\n\r\n{"rows":`), /408|^$/)
  t.match(await raw(url, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"row`), /408|^$/)
  t.match(await raw(url, head), /408|^$/)
})

t.test('wrong media types', async (t) => {
  const url = await start(t)
  for (const type of [
    'text/xml',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'application/jsonp',
    'nonsense',
  ]) {
    const { status, json } = await ask(`${url}/predict`, { body: { rows: [row] }, headers: { 'content-type': type } })
    t.equal(status, 415, type)
    t.equal(json.error.code, 'SERVE_WRONG_MEDIA_TYPE')
  }
  t.equal((await ask(`${url}/predict`, { body: { rows: [row] }, headers: { 'content-encoding': 'gzip' } })).status, 415)
  t.equal(
    (
      await ask(`${url}/predict`, {
        body: { rows: [row] },
        headers: { 'content-type': 'application/json; charset="UTF-8"' },
      })
    ).status,
    200,
  )
})

t.test('unknown addresses and wrong methods', async (t) => {
  const url = await start(t)
  for (const path of ['/', '/nothing', '/predict/', '/Predict', '/predict%2F', '/%zz', '/../etc/passwd']) {
    const { status, json } = await ask(`${url}${path}`, { method: 'GET' })
    t.equal(status, 404, path)
    t.equal(json.error.code, 'SERVE_NOT_FOUND')
  }
  t.equal((await ask(`${url}/nothing`, { text: '<x/>', headers: { 'content-type': 'text/xml' } })).status, 404)
  for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const { status, headers, json } = await ask(`${url}/predict`, { method })
    t.equal(status, 405, method)
    t.equal(headers.get('allow'), 'POST')
    t.equal(json.error.code, 'SERVE_WRONG_METHOD')
  }
  t.equal((await ask(`${url}/predict?token=x`, { body: { rows: [row] } })).status, 200)
})

t.test('a token: asked for, compared in full, never taken from the address', async (t) => {
  const url = await start(t, { token: 'a secret of some length' })
  const body = { rows: [row] }
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    'Bearer a',
    'Basic YTpi',
    'Bearer a secret of some length',
  ]) {
    const { status, json, headers } = await ask(`${url}/predict`, { body, headers: { authorization } })
    t.equal(status, 401, authorization)
    t.equal(json.error.code, 'SERVE_UNAUTHORIZED')
    t.equal(headers.get('www-authenticate'), 'Bearer')
  }
  t.equal((await ask(`${url}/predict?token=a%20secret`, { body })).status, 401)
  t.equal((await ask(`${url}/openapi.json`, { method: 'GET' })).status, 401)
  const plain = await start(t, { token: 'abc123' })
  t.equal((await ask(`${plain}/predict`, { body, headers: { authorization: 'Bearer abc123' } })).status, 200)
  t.equal((await ask(`${plain}/predict`, { body, headers: { authorization: 'bearer  abc123' } })).status, 200)
})

t.test('a host that others reach needs a token', async (t) => {
  for (const host of ['0.0.0.0', '::', '192.168.1.2', '127.0.0.1.example.org', 'example.org']) {
    t.throws(() => createServer(optionsOf({ host })), { code: 'SERVE_NEEDS_TOKEN' }, host)
    t.throws(() => createServer(optionsOf({ management: { host } })), { code: 'SERVE_NEEDS_TOKEN' }, host)
  }
  for (const host of ['127.0.0.1', 'localhost', '::1', '127.1.2.3']) t.ok(createServer(optionsOf({ host })), host)
  t.ok(createServer(optionsOf({ host: '0.0.0.0', token: 'abc' })))
})

t.test('a port in use, a port that is not to be had', async (t) => {
  const url = await start(t)
  const second = createServer(optionsOf({ port: Number(new URL(url).port) }))
  await t.rejects(second.listen(), { code: 'SERVE_PORT_IN_USE', message: /port \d+ of 127\.0\.0\.1 is in use/ })
  const nowhere = createServer(optionsOf({ host: '192.0.2.1', token: 'abc' }))
  await t.rejects(nowhere.listen(), { code: 'SERVE_CANNOT_LISTEN' })
})

t.test('a fault is told as a fault, its cause to the log alone', async (t) => {
  const faults: unknown[] = []
  const broken = tinyModel({
    scoreConformed: () => {
      throw new Error('secret /home/path in a stack')
    },
  })
  const log = { debugs: false, debug() {}, info() {}, warn() {}, error: (fault: unknown) => void faults.push(fault) }
  const url = await start(t, { model: broken, log })
  const { status, json, text } = await ask(`${url}/predict`, { body: { rows: [row] } })
  t.equal(status, 500)
  t.same(json, { error: { code: 'SERVE_FAULT', message: 'the server failed to answer', hint: 'Its log says why.' } })
  t.notMatch(text, 'secret')
  t.equal(faults.length, 1)
})

t.test('rows of neighbours are not mixed up under load, and one bad request spoils no other', async (t) => {
  const url = await start(t)
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      ask(`${url}/predict`, { body: { rows: [{ income: i % 10 === 9 ? 'bad' : i, purpose: 'car' }] } }),
    ),
  )
  answers.forEach(({ status, json }, i) => {
    if (i % 10 === 9) t.equal(status, 400)
    else if (json.probabilities[0].yes !== 1 / (2 + i)) t.fail(`row ${i} got another's answer`)
  })
})

t.test('closing lets requests under way end', async (t) => {
  const server = createServer(optionsOf({ limits: { graceMs: 300 } }))
  const { url, port } = await server.listen()
  const started = performance.now()
  const text = JSON.stringify({ rows: [row] })
  const head = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${text.length}\r\n\r\n`
  const under = connect(port, '127.0.0.1')
  let answer = ''
  under.on('data', (data) => {
    answer += data
  })
  under.write(head + text.slice(0, 5))
  while (!answer.includes('100 Continue')) await once(under, 'data')
  const closed = server.close()
  under.write(text.slice(5))
  await Promise.all([closed, once(under, 'close')])
  t.match(answer, /HTTP\/1\.1 200 /)
  t.ok(performance.now() - started < 3000)
  await t.rejects(fetch(`${url}/health/live`))
})

t.test('what the answers are made of does not depend on the names of classes', async (t) => {
  const url = await start(t, { model: tinyModel({}, { ...signature, classes: ['__proto__', 'constructor'] }) })
  const { text } = await ask(`${url}/predict`, { body: { rows: [row] } })
  t.match(text, '"probabilities":[{"__proto__":0.75,"constructor":0.25}]')
})
