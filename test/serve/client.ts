// A client of the test's own: a few lines over node:http, so that nothing of the server's code judges itself.
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what a server answered, to be looked at
  readonly json: any
}

export interface Sent {
  readonly method?: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is. */
  readonly text?: string | Uint8Array
  readonly headers?: Record<string, string>
}

export const keepAlive = new Agent({ keepAlive: true, maxSockets: 300 })

/** Sends a request and waits for the answer. A body makes it a POST of JSON, unless something else is said. */
export function send(url: string, { method, body, text, headers }: Sent = {}, agent?: Agent): Promise<Reply> {
  const given = text ?? (body === undefined ? undefined : JSON.stringify(body))
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: method ?? (given === undefined ? 'GET' : 'POST'),
        ...(agent && { agent }),
        headers: { ...(given !== undefined && { 'content-type': 'application/json' }), ...headers },
      },
      (answer) => {
        const pieces: Buffer[] = []
        answer.on('data', (piece: Buffer) => pieces.push(piece))
        answer.on('error', reject)
        answer.on('end', () => {
          const whole = Buffer.concat(pieces).toString()
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: whole, json: parsed(whole) })
        })
      },
    )
    asked.on('error', reject)
    asked.end(given)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Sends bytes as they are and gives what comes back until the server hangs up. */
export function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    socket.setTimeout(4000, () => socket.destroy())
    socket.on('data', (data) => {
      answer += data
    })
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
  })
}

/** What no answer may hold: stacks, files, paths. */
export const leaks = /\bat \S+ \(|\.[jt]s\b|node_modules|\/(?:home|root|tmp|usr|work|src|dist)\//
