import type { Test } from 'tap'
import type { Model } from '../../src/model/index.ts'
import { plainToken } from '../../src/serve/access.ts'
import { createServer, type ServeLog, type ServeOptions, type Server } from '../../src/serve/index.ts'
import { served, tinyModel } from './model.ts'

export interface Started extends Partial<ServeOptions> {
  readonly model?: Model
  readonly token?: string
}

/** Options of a server over the tiny model, on a free port. */
export function optionsOf({ model = tinyModel(), token, ...options }: Started = {}): ServeOptions {
  return {
    models: [served(model)],
    port: 0,
    ...(token !== undefined && { tokens: () => [plainToken(token)] }),
    ...options,
    limits: { waitMs: 60_000, ...options.limits }, // a busy machine refuses nothing, unless that is what is tested
  }
}

export interface Running {
  readonly server: Server
  readonly url: string
  readonly port: number
  /** Address of the management port; empty where there is none. */
  readonly management: string
}

/** Starts a server that ends with the test. */
export async function start(t: Test, options: Started = {}): Promise<Running> {
  const server = createServer(optionsOf(options))
  const { url, port, management = '' } = await server.listen()
  t.teardown(() => server.close())
  return { server, url, port, management }
}

/** A log that keeps what it is told. */
export function keptLog(): ServeLog & { readonly lines: { level: string; fields: object; message: string }[] } {
  const lines: { level: string; fields: object; message: string }[] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message })
  return { debugs: true, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), lines }
}
