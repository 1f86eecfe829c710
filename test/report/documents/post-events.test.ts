// Lineage events over HTTP, against servers that the test makes.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { DaybookError } from '../../../src/base/errors.ts'
import { type PostOptions, postEvents } from '../../../src/report/documents/post-events.ts'

const events = '{"eventType":"START"}\n{"eventType":"COMPLETE"}\n'
const token = 'a-token-that-nobody-may-see'

async function serve(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request) text += piece
  return text
}

async function failure(url: string, options?: PostOptions): Promise<DaybookError> {
  try {
    await postEvents(events, url, options)
  } catch (thrown) {
    if (thrown instanceof DaybookError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

t.test('each event is one POST of JSON, with the token in the header', async (t) => {
  const seen: { method: string | undefined; type: string | undefined; bearer: string | undefined; body: string }[] = []
  const url = await serve(t, async (request, response) => {
    const { method, headers } = request
    seen.push({ method, type: headers['content-type'], bearer: headers.authorization, body: await textOf(request) })
    response.writeHead(201).end('made')
  })
  t.equal(await postEvents(events, url, { token }), 2)
  const head = { method: 'POST', type: 'application/json', bearer: `Bearer ${token}` }
  t.same(seen, [
    { ...head, body: '{"eventType":"START"}' },
    { ...head, body: '{"eventType":"COMPLETE"}' },
  ])
  await postEvents(events, url)
  t.equal(seen[2]?.bearer, undefined)
})

t.test('a refusal is told with its status and a short clean piece of its words, and ends it', async (t) => {
  let asked = 0
  const url = await serve(t, (_, response) => {
    asked++
    response.writeHead(422)
    response.end(`bad\u0007 field\u202e\n for ${token}: ${'x'.repeat(100_000)}`)
  })
  const error = await failure(`${url}?apiKey=secret#part`, { token })
  t.equal(error.code, 'POST_REFUSED')
  t.ok(error.message.startsWith(`${url} answered 422 to event 1 of 2: “bad field for …: xxx`), error.message)
  t.ok(error.message.length < 300)
  t.notMatch(error.message, /secret|nobody|[\p{Cc}\p{Cf}]/u)
  t.equal(asked, 1)
})

t.test('an answer without words is told by its status; an endless one is left', async (t) => {
  const silent = await serve(t, (_, response) => response.writeHead(503).end())
  t.match((await failure(silent)).message, /answered 503 to event 1 of 2$/)
  const endless = await serve(t, (_, response) => {
    response.writeHead(500)
    const more = (): void => {
      if (!response.destroyed) response.write('no '.repeat(5000), more)
    }
    more()
  })
  t.match((await failure(endless, { timeoutMs: 5000 })).message, /answered 500 to event 1 of 2: “no no/)
})

t.test('redirects are not followed: they would carry the token elsewhere', async (t) => {
  let reached = false
  const elsewhere = await serve(t, (_, response) => {
    reached = true
    response.end()
  })
  for (const status of [301, 302, 307, 308]) {
    const url = await serve(t, (_, response) => response.writeHead(status, { location: elsewhere }).end('moved'))
    t.match(await failure(url, { token }), {
      code: 'POST_REFUSED',
      message: new RegExp(`answered ${status} to event 1 of 2: redirects are not followed`),
    })
  }
  t.notOk(reached)
})

t.test('who does not answer, or is not there', async (t) => {
  const deaf = await serve(t, () => {})
  t.match(await failure(deaf, { timeoutMs: 60 }), { code: 'POST_FAILED', message: /no answer within 60 ms/ })
  const drip = await serve(t, (_, response) => response.writeHead(500).write('a'))
  t.match(await failure(drip, { timeoutMs: 200 }), { code: 'POST_FAILED', message: /no answer within 200 ms/ })
  const hangsUp = await serve(t, (request) => request.socket.destroy())
  t.equal((await failure(hangsUp)).code, 'POST_FAILED')
  t.match(await failure('http://127.0.0.1:9/x?key=secret'), {
    code: 'POST_FAILED',
    message: /^http:\/\/127\.0\.0\.1:9\/x took/,
  })
})

t.test('addresses and tokens that nothing is sent to or with', async (t) => {
  const bad: readonly (readonly [string, PostOptions, string])[] = [
    ['lineage.example.org', {}, 'POST_BAD_URL'],
    ['', {}, 'POST_BAD_URL'],
    ['file:///etc/passwd', {}, 'POST_BAD_URL'],
    ['ftp://example.org/', {}, 'POST_BAD_URL'],
    ['javascript:alert(1)', {}, 'POST_BAD_URL'],
    ['https://user:secret@example.org/', {}, 'POST_BAD_URL'],
    ['http://example.org/api', { token }, 'POST_BAD_URL'],
    ['http://127.0.0.1.example.org/api', { token }, 'POST_BAD_URL'],
    ['http://127.0.0.1:9/', { token: 'line\nbreak' }, 'POST_BAD_TOKEN'],
    ['http://127.0.0.1:9/', { token: 'ümlaut' }, 'POST_BAD_TOKEN'],
  ]
  for (const [url, options, code] of bad) {
    const error = await failure(url, options)
    t.equal(error.code, code, url)
    t.notMatch(`${error.message} ${error.hint}`, /secret|nobody|break|ümlaut/)
  }
})
