import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Digest } from '../base/digest.ts'
import { type DaybookError, fail } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { Model } from '../model/index.ts'
import { type AccessCheck, accessCheck } from './access.ts'
import { clientError, errorBody, statusOf } from './error-answer.ts'
import { parseBody } from './json-body.ts'
import { openApi } from './openapi.ts'
import { predictAnswer, rowsOf, type ServedModel } from './predict.ts'

export interface ServeLimits {
  /** Largest body in bytes. */
  readonly bodyBytes: number
  /** Most rows of one request. */
  readonly rows: number
  /** Time for a request to arrive in full. */
  readonly timeoutMs: number
  /** Most connections at a time. */
  readonly connections: number
  /** Time that requests get to end when the server closes. */
  readonly graceMs: number
}

export const defaultLimits: ServeLimits = {
  bodyBytes: 1024 * 1024,
  rows: 1000,
  timeoutMs: 10_000,
  connections: 1024,
  graceMs: 10_000,
}

export interface ServeOptions {
  /** Name of the model: the pipeline's. */
  readonly name: string
  /** What the answers call its version, such as the run's id. */
  readonly version: string
  readonly model: Model
  /** Digest of the run that made the model: every answer carries it, so that a score leads back to its record. */
  readonly digest: Digest
  /** Default 127.0.0.1: reached from this machine alone. */
  readonly host?: string
  /** Default 8080; 0 takes any free one. */
  readonly port?: number
  /** What requests must bring as `Authorization: Bearer`. Needed where others can reach the host. */
  readonly token?: string | undefined
  readonly limits?: Partial<ServeLimits>
  /** Told of faults that clients only learn the existence of. */
  readonly onFault?: (error: unknown) => void
}

/** A server that is ready to listen. */
export interface Server {
  /**
   * Starts listening.
   *
   * @returns the address, with the port that was taken
   * @throws DaybookError SERVE_PORT_IN_USE, SERVE_CANNOT_LISTEN
   */
  listen(): Promise<{ readonly url: string; readonly port: number }>
  /** Takes no more requests, lets those under way end (up to `graceMs`), and stops. */
  close(): Promise<void>
}

/** One address of the server; other protocols are rows more in the table of them. */
interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** True where no token is asked for. */
  readonly open?: boolean
  answer(request: FastifyRequest): { readonly status: number; readonly body: Json }
}

/**
 * Serves a model over HTTP: `POST /predict`, `GET /health/live`, `GET /health/ready`, `GET /openapi.json`. Rows take the
 * path that test rows took when the model was evaluated, so the scores are the same to the bit.
 *
 * @throws DaybookError SERVE_NEEDS_TOKEN where the host is open to others and there is no token
 */
export async function createServer(options: ServeOptions): Promise<Server> {
  const { host = '127.0.0.1', port = 8080, token, digest } = options
  const limits = { ...defaultLimits, ...options.limits }
  const mayAsk = accessCheck(host, token)
  const state = { closing: false }
  const routes = routesOf(options, limits, state)
  const { fastify } = await import('fastify')
  const server = fastify({
    bodyLimit: limits.bodyBytes,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (error, _request, reply) => {
      const told = clientError(error, limits.bodyBytes)
      const answer = reply as unknown as FastifyReply
      void answer.code(statusOf(told)).headers(plainHeaders(digest)).send(errorBody(told))
    },
    serverFactory: (handler) => httpServer(handler, limits),
    clientErrorHandler: refuseConnection,
  })
  takeJsonAlone(server)
  guard(server, routes, mayAsk, state, digest)
  server.setErrorHandler((error, _request, reply) => {
    const told = clientError(error, limits.bodyBytes)
    if (told.code === 'SERVE_FAULT') options.onFault?.(error)
    void reply.code(statusOf(told)).send(errorBody(told))
  })
  for (const { method, path, answer } of routes) {
    server.route({
      method,
      url: path,
      handler: async (request, reply) => {
        const { status, body } = answer(request)
        return reply.code(status).send(body)
      },
    })
  }
  return {
    listen: () => listen(server, host, port),
    close: () => close(server, state, limits.graceMs),
  }
}

function routesOf(options: ServeOptions, limits: ServeLimits, state: { readonly closing: boolean }): readonly Route[] {
  const { name, version, model } = options
  const served: ServedModel = { name, version, digest: model.digest }
  const described = openApi({
    name,
    version,
    signature: model.signature,
    rows: limits.rows,
    token: Boolean(options.token),
  })
  return [
    {
      method: 'POST',
      path: '/predict',
      answer: ({ body }) => ({ status: 200, body: predictAnswer(model, rowsOf(body, limits.rows), served) }),
    },
    { method: 'GET', path: '/health/live', open: true, answer: () => ({ status: 200, body: { live: true } }) },
    {
      method: 'GET',
      path: '/health/ready',
      open: true,
      answer: () => ({ status: state.closing ? 503 : 200, body: { ready: !state.closing } }),
    },
    { method: 'GET', path: '/openapi.json', answer: () => ({ status: 200, body: described }) },
  ]
}

/** Refuses before a body is read: what is not there, what may not be asked, what comes too late. */
function guard(
  server: FastifyInstance,
  routes: readonly Route[],
  mayAsk: AccessCheck,
  state: { readonly closing: boolean },
  digest: Digest,
): void {
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(plainHeaders(digest))
    const path = request.url.split('?', 1)[0]
    const here = routes.filter((route) => route.path === path)
    const [route] = here
    if (route === undefined) throw fail('SERVE_NOT_FOUND', {})
    const allowed = here.map(({ method }) => method)
    if (!allowed.some((method) => method === request.method || (method === 'GET' && request.method === 'HEAD'))) {
      reply.header('allow', allowed.join(', '))
      throw fail('SERVE_WRONG_METHOD', { allowed: allowed.join(', ') })
    }
    if (route.open) return
    if (state.closing) throw fail('SERVE_CLOSING', {})
    if (!mayAsk(request.headers.authorization)) {
      reply.header('www-authenticate', 'Bearer')
      throw fail('SERVE_UNAUTHORIZED', {})
    }
  })
}

function plainHeaders(digest: Digest): Record<string, string> {
  return { 'x-daybook-run-digest': digest, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
}

function takeJsonAlone(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
      const encoding = request.headers['content-encoding'] ?? 'identity'
      if ((charset !== undefined && !/^utf-?8$/i.test(charset)) || encoding !== 'identity')
        throw fail('SERVE_WRONG_MEDIA_TYPE', {})
      return parseBody(body)
    },
  )
}

/** Node's server with short patience: requests that drip in are dropped, headers are small, connections are counted. */
function httpServer(handler: Parameters<typeof createHttpServer>[1], limits: ServeLimits): HttpServer {
  const server = createHttpServer(
    {
      requestTimeout: limits.timeoutMs,
      headersTimeout: limits.timeoutMs,
      keepAliveTimeout: 10_000,
      connectionsCheckingInterval: Math.min(1000, limits.timeoutMs / 2),
      maxHeaderSize: 16 * 1024,
    },
    handler,
  )
  server.maxConnections = limits.connections
  return server
}

/** Answers what is no HTTP, comes too slowly or has too large headers, and hangs up. */
function refuseConnection(error: { readonly code?: string }, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return
  let told: DaybookError = fail('SERVE_BAD_REQUEST', { reason: 'this is not HTTP' })
  if (error.code === 'HPE_HEADER_OVERFLOW') told = fail('SERVE_HEADERS_TOO_LARGE', {})
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') told = fail('SERVE_TIMEOUT', {})
  const body = JSON.stringify(errorBody(told))
  const head = [
    `HTTP/1.1 ${statusOf(told)} Refused`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`)
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<{ url: string; port: number }> {
  try {
    await server.listen({ host, port })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw fail('SERVE_PORT_IN_USE', { port, host }, { cause: error })
    throw fail('SERVE_CANNOT_LISTEN', { port, host, reason: code ?? message }, { cause: error })
  }
  const taken = (server.server.address() as AddressInfo).port
  return { url: `http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${taken}`, port: taken }
}

async function close(server: FastifyInstance, state: { closing: boolean }, graceMs: number): Promise<void> {
  state.closing = true
  const hangUp = setTimeout(() => server.server.closeAllConnections(), graceMs)
  try {
    await server.close()
  } finally {
    clearTimeout(hangUp)
  }
}
