import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DaybookError } from '../base/errors.ts'
import { clientError, errorBody, statusOf } from './error-answer.ts'
import type { ErrorText } from './protocol/protocol.ts'

/** What an exchange needs to know of the port that it came in by. */
export interface Port {
  readonly closing: boolean
  /** Told of faults that clients only learn the existence of. */
  onFault(fault: unknown): void
  /** Told of every answer that was sent. */
  onSent(): void
}

/** What an answer is counted as. */
export interface Label {
  readonly protocol: string
  readonly model: string
  readonly version: string
}

export const jsonType = 'application/json; charset=utf-8'

/** Answers are for who asked alone, and are what they say they are. */
const plainHeaders: readonly string[] = ['cache-control', 'no-store', 'x-content-type-options', 'nosniff']

/** A request, and the answer that it gets: exactly one. */
export class Exchange {
  readonly request: IncomingMessage
  /** Address without what follows `?`. */
  readonly path: string
  /** What follows `?`; empty where nothing does. */
  readonly query: string
  readonly began = performance.now()
  label: Label | undefined
  /** How the route that was found tells errors. */
  form: ((error: DaybookError) => ErrorText) | undefined
  readonly #response: ServerResponse
  readonly #port: Port
  #status = 0

  constructor(request: IncomingMessage, response: ServerResponse, port: Port) {
    this.request = request
    this.#response = response
    this.#port = port
    const url = request.url ?? '/'
    const query = url.indexOf('?')
    this.path = query < 0 ? url : url.slice(0, query)
    this.query = query < 0 ? '' : url.slice(query + 1)
  }

  /** Status of the answer; 0 before there is one. */
  get status(): number {
    return this.#status
  }

  /** Answers. `headers` is a flat list of names and values behind those that every answer has. */
  send(status: number, type: string, text: string | Uint8Array, headers: readonly string[] = []): void {
    if (this.#status !== 0) return
    this.#status = status
    const length = typeof text === 'string' ? Buffer.byteLength(text) : text.byteLength
    const all = ['content-type', type, 'content-length', String(length), ...plainHeaders, ...headers]
    if (this.#port.closing) all.push('connection', 'close')
    this.#response.writeHead(status, all)
    this.#response.end(text)
    this.#port.onSent()
  }

  /** Answers with JSON. */
  sendJson(status: number, value: unknown, headers?: readonly string[]): void {
    this.send(status, jsonType, JSON.stringify(value), headers)
  }

  /** Answers with an error, as the route tells errors. A fault is told to the port, and to the client that there was one. */
  fail(thrown: unknown): void {
    const told = clientError(thrown)
    if (told.code === 'SERVE_FAULT') this.#port.onFault(thrown)
    const { type, text } = this.form?.(told) ?? { type: jsonType, text: JSON.stringify(errorBody(told)) }
    this.send(statusOf(told), type, text, headersOf(told))
  }
}

/** What a client needs to know apart from the words. */
function headersOf(error: DaybookError): readonly string[] {
  switch (error.code) {
    case 'SERVE_WRONG_METHOD':
      return ['allow', String(error.values.allowed)]
    case 'SERVE_UNAUTHORIZED':
      return ['www-authenticate', 'Bearer']
    case 'SERVE_BUSY':
    case 'SERVE_CLOSING':
      return ['retry-after', '1']
    default:
      return []
  }
}
