import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

// The program `server.mjs` of a package: it serves the module beside it and imports nothing but Node. `daybook serve` does more.

interface Scoring {
  readonly digest: string
  readonly signature: object
  scoreBatch(rows: readonly object[]): object[]
}

const limits = { bodyBytes: 1024 * 1024, rows: 1000, timeoutMs: 10_000 }
const loopback = new Set(['127.0.0.1', '::1', 'localhost'])

class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

async function main(): Promise<void> {
  const { PORT = '8080', HOST = '127.0.0.1', DAYBOOK_TOKEN: token = '' } = process.env
  if (token === '' && !loopback.has(HOST)) {
    process.stderr.write(
      `${HOST} can be reached by others: set DAYBOOK_TOKEN to what requests must bring as a bearer token.\n`,
    )
    process.exitCode = 2
    return
  }
  const model = (await import(new URL('./index.js', import.meta.url).href)) as Scoring
  const server = createServer(
    { requestTimeout: limits.timeoutMs, headersTimeout: limits.timeoutMs },
    (request, response) => {
      answer(request, model, token).then(
        ({ status, body }) => send(response, status, body),
        (thrown: unknown) => send(response, ...told(thrown)),
      )
    },
  )
  server.on('error', ({ message }) => {
    process.stderr.write(`${message}\n`)
    process.exitCode = 1
  })
  server.listen(Number(PORT), HOST, () => {
    const { port } = server.address() as { port: number }
    process.stdout.write(`Serving model ${model.digest} on http://${HOST}:${port}\n`)
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => close(server))
}

async function answer(
  request: IncomingMessage,
  model: Scoring,
  token: string,
): Promise<{ readonly status: number; readonly body: object }> {
  const path = request.url?.split('?')[0]
  if (request.method === 'GET' && (path === '/health/live' || path === '/health/ready' || path === '/ping'))
    return { status: 200, body: {} }
  if (token !== '' && !isBearer(request.headers.authorization, token))
    throw new Refusal(401, 'a bearer token is needed')
  if (request.method === 'GET' && path === '/signature') return { status: 200, body: model.signature }
  if (path !== '/predict')
    throw new Refusal(404, 'there is nothing here: POST /predict, GET /signature, GET /health/ready')
  if (request.method !== 'POST') throw new Refusal(405, 'POST is expected')
  const rows = rowsOf(await bodyOf(request))
  const answers = model.scoreBatch(rows) as readonly { readonly prediction: unknown; readonly [key: string]: unknown }[]
  return { status: 200, body: { predictions: answers, model: { digest: model.digest } } }
}

function isBearer(header: string | undefined, token: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(header ?? ''), hash(`Bearer ${token}`))
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes > limits.bodyBytes) throw new Refusal(413, `at most ${limits.bodyBytes} bytes are taken`)
    chunks.push(chunk as Buffer)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new Refusal(400, 'the body is not JSON')
  }
}

function rowsOf(body: unknown): readonly object[] {
  const rows = (body as { readonly rows?: unknown } | null)?.rows
  if (!Array.isArray(rows)) throw new Refusal(400, '`{ "rows": [ … ] }` is expected')
  if (rows.length > limits.rows) throw new Refusal(413, `at most ${limits.rows} rows are taken`)
  if (rows.some((row) => typeof row !== 'object' || row === null || Array.isArray(row)))
    throw new Refusal(400, 'a row is an object of columns')
  return rows
}

/** What a caller learns of a fault: what is wrong with the rows, and of all else that there was one. */
function told(thrown: unknown): [status: number, body: object] {
  if (thrown instanceof Refusal) return [thrown.status, { error: thrown.message }]
  const { code, message } = thrown as { readonly code?: unknown; readonly message: string }
  if (typeof code === 'string' && code.startsWith('ROW_')) return [400, { error: message, code }]
  process.stderr.write(`${String(thrown)}\n`)
  return [500, { error: 'the model failed' }]
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  response.writeHead(status, status === 413 ? { ...headers, connection: 'close' } : headers).end(text)
}

function close(server: Server): void {
  server.close()
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), limits.timeoutMs).unref()
}

await main()
