// Faults of servers that others have had: what is wrong is refused, nothing leaks, and the server goes on.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { root } from '../root.ts'
import { leaks, raw, send } from './client.ts'
import { served, tinyModel } from './model.ts'
import { keptLog, start } from './start.ts'

const row = { income: 2, purpose: 'car' }

async function goesOn(t: Test, url: string): Promise<void> {
  t.equal((await send(`${url}/predict`, { body: { rows: [row] } })).status, 200, 'the server goes on')
}

t.test('27: a million rows, a body of 100 MB, chunks without end, a slow client, headers of 64 KB', async (t) => {
  const { url, port } = await start(t, { limits: { timeoutMs: 10_000, bodyBytes: 100_000, rows: 100 } })
  const impatient = await start(t, { limits: { timeoutMs: 400 } })
  const many = await send(`${url}/invocations`, {
    text: `income,purpose\n${'2,car\n'.repeat(10_000)}`,
    headers: { 'content-type': 'text/csv' },
  })
  t.equal(many.status, 413)
  t.same(many.json, { error_code: 'BAD_REQUEST', message: 'there are 10000 rows, at most 100 are scored at a time' })

  const head = 'POST /v2/models/loans/infer HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
  t.match(
    await raw(url, `${head}Content-Length: 104857600\r\n\r\n{"inputs":`),
    /^HTTP\/1\.1 413 [\s\S]*"the body is larger than 100000 bytes"/,
  )
  t.match(await endless(port, `${head}Transfer-Encoding: chunked\r\n\r\n`), /^HTTP\/1\.1 413 /)
  t.match(await raw(impatient.url, `${head}Content-Length: 50\r\n\r\n{`), /^HTTP\/1\.1 408 |^$/)
  t.match(await raw(url, `${head}X-Long: ${'a'.repeat(65_536)}\r\n\r\n`), /^HTTP\/1\.1 431 /)
  t.match(await raw(url, `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`), /^HTTP\/1\.1 400 /)
  t.match(await raw(url, `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{}`), /^HTTP\/1\.1 400 /)
  await goesOn(t, url)
})

/** Sends chunks until the server has had enough. */
function endless(port: number, head: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const chunk = `4000\r\n${'1'.repeat(0x4000)}\r\n`
    let more: NodeJS.Timeout | undefined
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(head)
      more = setInterval(() => socket.writable && socket.write(chunk), 1)
    })
    socket.on('data', (data) => {
      answer += data
      clearInterval(more)
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(more)
      resolve(answer)
    })
  })
}

t.test('28: JSON nested 10,000 deep, wherever it may stand', async (t) => {
  const { url } = await start(t)
  const deep = (open: string, close: string, inside = '') => open.repeat(10_000) + inside + close.repeat(10_000)
  const nests = [deep('[', ']'), deep('{"a":', '}', '1'), deep('[{"a":', '}]', '1')]
  for (const nest of nests) {
    for (const [path, text] of [
      ['/predict', nest],
      ['/predict', `{"rows":${nest}}`],
      ['/predict', `{"rows":[{"income":${nest},"purpose":"car"}]}`],
      ['/invocations', `{"inputs":${nest}}`],
      ['/invocations', `{"instances":[{"income":${nest},"purpose":"car"}]}`],
      ['/invocations', `{"dataframe_split":{"columns":["income","purpose"],"data":[[${nest},"car"]]}}`],
      ['/v2/models/loans/infer', `{"inputs":${nest}}`],
      ['/v2/models/loans/infer', `{"inputs":[{"name":"income","shape":[1],"datatype":"FP64","data":${nest}}]}`],
      ['/v2/models/loans/infer', `{"inputs":[],"parameters":{"a":${nest}}}`],
      ['/v2/models/loans/infer', `{"id":${nest},"inputs":[]}`],
    ] as const) {
      const { status, text: answer } = await send(`${url}${path}`, { text })
      t.equal(status, 400, path)
      t.ok(answer.length < 400 && !leaks.test(answer), answer.slice(0, 400))
    }
  }
  await goesOn(t, url)
})

t.test('27: numbers that are none, and those that lose digits', async (t) => {
  const { url } = await start(t)
  for (const number of ['NaN', 'Infinity', '-Infinity', '1e999', '0x10', '01', '"2"'])
    t.equal(
      (await send(`${url}/predict`, { text: `{"rows":[{"income":${number},"purpose":"car"}]}` })).status,
      400,
      number,
    )
  const { json } = await send(`${url}/predict`, { text: '{"rows":[{"income":-0,"purpose":"car"}]}' })
  t.same(json.probabilities, [{ no: 0.5, yes: 0.5 }], '-0 is 0')
})

t.test('no answer holds what was sent, a stack or a path', async (t) => {
  const log = keptLog()
  const { url } = await start(t, { log, token: 'open-sesame' })
  const secret = 'MARIA-JONES-1970'
  const headers = { authorization: 'Bearer open-sesame' }
  for (const [path, text] of [
    ['/predict', `{"rows":[{"income":"${secret}","purpose":"car"}]}`],
    ['/predict', `{"rows":[{"income":2,"purpose":"${secret}"}]}`],
    ['/predict', `{"rows":[{"income":2,"purpose":"car","since":"${secret}"}]}`],
    ['/predict', `{"rows":["${secret}"]}`],
    ['/predict', `{"rows":[{"income":2,"purpose":["${secret}"]}]}`],
    ['/predict', `{"${secret}":[]}`],
    ['/predict', `{"rows":[${secret}]}`],
    ['/invocations', `{"inputs":"${secret}"}`],
    ['/invocations', `{"instances":[{"income":"${secret}","purpose":"car"}]}`],
    ['/v2/models/loans/infer', `{"inputs":[{"name":"income","shape":[1],"datatype":"FP64","data":["${secret}"]}]}`],
    ['/v2/models/loans/infer', `{"inputs":[{"name":"income","shape":[1],"datatype":"${secret}","data":[]}]}`],
    [`/v2/models/${secret}/infer`, '{}'],
    [`/${secret}`, '{}'],
  ] as const) {
    const { status, text: answer } = await send(`${url}${path}`, { text, headers })
    t.ok(status === 400 || status === 404, `${path} ${status}`)
    t.notMatch(answer, secret)
    t.notMatch(answer, leaks)
  }
  t.ok(log.lines.length >= 13, 'each request has its line')
  t.notMatch(JSON.stringify(log.lines), secret)
  t.notMatch(JSON.stringify(log.lines), 'open-sesame')
})

t.test('34: SIGTERM with 100 requests in flight: all are answered', async (t) => {
  const script = `
    import { createServer } from ${JSON.stringify(join(root, 'dist', 'src', 'serve', 'index.js'))}
    import { served, tinyModel } from ${JSON.stringify(join(root, 'dist', 'test', 'serve', 'model.js'))}
    const server = createServer({ models: [served(tinyModel())], port: 0, limits: { waitMs: 60000 }, batching: { maxDelayMs: 60000, maxBatchSize: 1000 } })
    console.log((await server.listen()).url)
    const all = setInterval(() => server.underWay === 100 && (clearInterval(all), console.log('all')), 5)
    process.once('SIGTERM', async () => { await server.close(); console.log('closed') })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  let out = ''
  child.stdout.on('data', (data) => {
    out += data
  })
  while (!out.includes('\n')) await once(child.stdout, 'data')
  const [url = ''] = out.split('\n')
  const asked = Array.from({ length: 100 }, (_, i) =>
    send(`${url}/predict`, { body: { rows: [{ income: i, purpose: 'car' }] } }),
  )
  while (!out.includes('all')) await once(child.stdout, 'data') // and wait for their batch
  child.kill('SIGTERM')
  const [[code], answers] = await Promise.all([once(child, 'exit'), Promise.all(asked)])
  t.same(
    answers.map(({ status, json }) => [status, json?.probabilities[0].yes]),
    answers.map((_, i) => [200, 1 / (2 + i)]),
  )
  t.equal(code, 0, 'and the process ends by itself')
  t.match(out, 'closed')
})

t.test('what comes while the server closes is told to ask again', async (t) => {
  const { server, url, port } = await start(t, { batching: { maxDelayMs: 100 } })
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => {
    answer += data
  })
  const text = JSON.stringify({ rows: [row] })
  const request = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`
  socket.write(request)
  while (server.underWay === 0) await new Promise((done) => setTimeout(done, 2))
  const closed = server.close()
  socket.write(request)
  await Promise.all([closed, once(socket, 'close')])
  t.match(answer, /^HTTP\/1\.1 200 /, 'what was under way is answered')
  t.match(answer, /connection: close/i)
  await t.rejects(async () => send(url))
})

t.test('too much to do: refused at once, with the time to come again', async (t) => {
  const slow = tinyModel()
  const model = {
    ...slow,
    scoreConformed: (frame: Parameters<typeof slow.scoreConformed>[0]) => {
      const until = performance.now() + 30
      while (performance.now() < until);
      return slow.scoreConformed(frame)
    },
  }
  const { url } = await start(t, { models: [served(model)], limits: { waitMs: 20 }, batching: { maxBatchSize: 1 } })
  const answers = await Promise.all(Array.from({ length: 30 }, () => send(`${url}/predict`, { body: { rows: [row] } })))
  const refused = answers.filter(({ status }) => status !== 200)
  t.ok(refused.length > 0, `${refused.length} of 30 were refused`)
  t.ok(refused.length < 30)
  for (const { status, headers, json } of refused) {
    t.equal(status, 503)
    t.equal(headers['retry-after'], '1')
    t.equal(json.error.code, 'SERVE_BUSY')
  }
  let again = 503 // who comes again is answered sooner or later
  for (let time = 0; time < 100 && again === 503; time++) {
    await new Promise((done) => setTimeout(done, 50))
    again = (await send(`${url}/predict`, { body: { rows: [row] } })).status
  }
  t.equal(again, 200)
})
