import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { type DaybookError, fail } from '../base/errors.ts'
import type { AccessCheck } from './access.ts'
import { Admission } from './admission.ts'
import { errorBody, statusOf } from './error-answer.ts'
import { Exchange, jsonType, type Port } from './exchange.ts'
import type { ServeLimits } from './limits.ts'
import { mediaTypeOf } from './media-type.ts'
import { type Route, Routes } from './route.ts'

/** Certificate chain and private key, PEM. */
export interface TlsFiles {
  readonly certificate: string | Buffer
  readonly key: string | Buffer
}

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  readonly routes: readonly Route[]
  readonly limits: ServeLimits
  readonly mayAsk: AccessCheck
  readonly tls?: TlsFiles | undefined
  /** How errors are told where there is no route. */
  readonly error: (path: string) => Route['error']
  /** Told of every answer. */
  readonly onAnswer: (exchange: Exchange) => void
  /** Told of faults that clients only learn the existence of. */
  readonly onFault: (fault: unknown) => void
}

/** One port: finds the route, asks for the token, reads the body within its limits, tells errors. */
export class Listener implements Port {
  readonly #options: ListenerOptions
  readonly #routes: Routes
  readonly #server: Server
  readonly #admission: Admission
  #closing = false
  #underWay = 0

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#routes = new Routes(options.routes)
    this.#admission = new Admission(options.limits.waitMs)
    this.#server = httpServer(options, (request, response) => this.#take(request, response))
  }

  /** Does work of the server's own, for which requests may have to wait. */
  hold<T>(work: () => Promise<T>): Promise<T> {
    return this.#admission.hold(work)
  }

  get closing(): boolean {
    return this.#closing
  }

  onFault(fault: unknown): void {
    this.#options.onFault(fault)
  }

  onSent(): void {
    this.#admission.worked(performance.now())
  }

  /** Requests that were not answered yet. */
  get underWay(): number {
    return this.#underWay
  }

  /** @throws DaybookError SERVE_PORT_IN_USE, SERVE_CANNOT_LISTEN */
  async listen(): Promise<{ readonly url: string; readonly port: number }> {
    const { host, port, tls } = this.#options
    await new Promise<void>((done, failed) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        failed(
          error.code === 'EADDRINUSE'
            ? fail('SERVE_PORT_IN_USE', { port, host }, { cause: error })
            : fail('SERVE_CANNOT_LISTEN', { port, host, reason: error.code ?? error.message }, { cause: error }),
        )
      })
      this.#server.listen({ host: host.replace(/^\[|\]$/g, ''), port }, done)
    })
    const taken = (this.#server.address() as AddressInfo).port
    const name = host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host
    return { url: `${tls ? 'https' : 'http'}://${name}:${taken}`, port: taken }
  }

  /** Takes no more requests, lets those under way end within the grace, and stops. */
  async close(): Promise<void> {
    this.#closing = true
    if (!this.#server.listening) return
    const hangUp = setTimeout(() => this.#server.closeAllConnections(), this.#options.limits.graceMs)
    await new Promise<void>((done) => this.#server.close(() => done()))
    clearTimeout(hangUp)
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new Exchange(request, response, this)
    this.#underWay++
    response.once('close', () => {
      this.#underWay--
      this.#options.onAnswer(exchange)
    })
    request.on('error', () => {}) // a client that goes away in the middle of its request
    const found = this.#routes.find(exchange.path)
    const route = found?.routes.find(({ method }) => method === request.method) ?? found?.routes[0]
    exchange.form = route?.error ?? this.#options.error(exchange.path)
    if (route?.protocol !== undefined) exchange.label = { protocol: route.protocol, model: '', version: '' }
    try {
      if (found === undefined || route === undefined) throw fail('SERVE_NOT_FOUND', {})
      this.#guard(exchange, route, found.routes)
      if (request.method === 'POST') this.#readBody(exchange, route, found.names)
      else route.answer(exchange, found.names, noBody, undefined)
    } catch (thrown) {
      exchange.fail(thrown)
    }
  }

  /** Refuses before a body is read: a wrong method, what comes too late, what may not be asked, what is too much. */
  #guard(exchange: Exchange, route: Route, all: readonly Route[]): void {
    const { method, headers } = exchange.request
    if (method !== route.method && !(method === 'HEAD' && route.method === 'GET')) {
      throw fail('SERVE_WRONG_METHOD', { allowed: all.map((one) => one.method).join(', ') })
    }
    if (route.scope === undefined) return
    if (this.#closing) throw fail('SERVE_CLOSING', {})
    const access = this.#options.mayAsk(headers.authorization, route.scope)
    if (access === 'unknown') throw fail('SERVE_UNAUTHORIZED', {})
    if (access === 'forbidden') throw fail('SERVE_FORBIDDEN', { scope: route.scope })
    if (route.sheds && !this.#admission.admits(exchange.began)) throw fail('SERVE_BUSY', {})
  }

  #readBody(exchange: Exchange, route: Route, names: Parameters<Route['answer']>[1]): void {
    const { request } = exchange
    const type = mediaTypeOf(request.headers['content-type'])
    const encoding = request.headers['content-encoding'] ?? 'identity'
    if (route.takes !== undefined && !(route.takes(type) && encoding === 'identity')) {
      throw fail('SERVE_WRONG_MEDIA_TYPE', {})
    }
    const limit = this.#options.limits.bodyBytes
    if (Number(request.headers['content-length'] ?? 0) > limit) throw fail('SERVE_BODY_TOO_LARGE', { limit })
    let size = 0
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => {
      size += piece.length
      if (size <= limit) pieces.push(piece)
      else {
        pieces.length = 0
        exchange.fail(fail('SERVE_BODY_TOO_LARGE', { limit }))
      }
    })
    request.on('end', () => {
      if (exchange.status !== 0) return
      const [first = noBody] = pieces
      try {
        route.answer(exchange, names, pieces.length > 1 ? Buffer.concat(pieces, size) : first, type)
      } catch (thrown) {
        exchange.fail(thrown)
      }
    })
  }
}

const noBody = Buffer.alloc(0)

/** Node's server with short patience: requests that drip in are dropped, headers are small, connections are counted. */
function httpServer(
  { limits, tls }: ListenerOptions,
  take: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const patience = {
    requestTimeout: limits.timeoutMs,
    headersTimeout: limits.timeoutMs,
    keepAliveTimeout: 10_000,
    connectionsCheckingInterval: Math.min(1000, limits.timeoutMs / 2),
    maxHeaderSize: 16 * 1024,
    noDelay: true,
  }
  const server =
    tls === undefined
      ? createServer(patience, take)
      : (createTlsServer({ ...patience, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' }, take) as Server)
  server.maxConnections = limits.connections
  server.on('clientError', refuseConnection)
  return server
}

/** Answers what is no HTTP, comes too slowly or has too large headers, and hangs up. */
function refuseConnection(error: { readonly code?: string }, duplex: unknown): void {
  const socket = duplex as Socket
  if (socket.destroyed || !socket.writable) return
  let told: DaybookError = fail('SERVE_BAD_REQUEST', { reason: 'this is not HTTP' })
  if (error.code === 'HPE_HEADER_OVERFLOW') told = fail('SERVE_HEADERS_TOO_LARGE', {})
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') told = fail('SERVE_TIMEOUT', {})
  const body = JSON.stringify(errorBody(told))
  const head = [
    `HTTP/1.1 ${statusOf(told)} Refused`,
    `Content-Type: ${jsonType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`)
}
