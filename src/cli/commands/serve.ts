import { createServer, loadRun, openStore, serveConfiguration, storeFolder } from '../../index.ts'
import type { RunRecord } from '../../store/record.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

export interface ServeCommandOptions extends CommonOptions {
  readonly port?: number
  readonly host?: string
  readonly token?: string
}

/** A server that answers. */
export interface Serving {
  readonly url: string
  readonly port: number
  /** Says where it listens, waits until the process is told to stop, and finishes the requests under way. */
  untilStopped(): Promise<void>
}

/** Serves a run's model until it is told to stop. */
export async function serve(run: string, options: ServeCommandOptions, terminal: Terminal): Promise<number> {
  const folder = storeFolder(undefined, options.store)
  const store = await openStore(folder, { create: false })
  const record = await store.runs.resolve(run)
  const serving = await startServing(record, folder, options, terminal)
  terminal.envelope({ formatVersion: '1.0', ok: true, run: record.id, url: serving.url, port: serving.port })
  await serving.untilStopped()
  return 0
}

/** Starts a server on the model of a run. What was typed goes before what the page's target says. */
export async function startServing(
  record: RunRecord,
  folder: string,
  options: ServeCommandOptions,
  terminal: Terminal,
): Promise<Serving> {
  const store = await openStore(folder, { create: false })
  const configured = await serveConfiguration(store.runs.folder(record.id))
  const server = await createServer({
    models: [{ name: record.pipeline, versions: [await loadRun(folder, record.id)], champion: record.id }],
    port: options.port ?? configured?.port ?? 8080,
    host: options.host ?? configured?.host ?? '127.0.0.1',
    ...(configured && { limits: { rows: configured.maxRows, timeoutMs: configured.timeoutMs } }),
  })
  const { url, port } = await server.listen()
  const untilStopped = async () => {
    terminal.result(`Serving ${record.pipeline} (run ${record.id}) on ${url}`)
    terminal.message(
      `Ask for a decision: curl ${url}/predict -H 'content-type: application/json' -d '{"rows":[{…}]}'   (Ctrl-C stops)`,
    )
    await new Promise<void>((done) => {
      process.once('SIGINT', () => done())
      process.once('SIGTERM', () => done())
    })
    terminal.message('Stopping: requests under way are finished.')
    await server.close()
  }
  return { url, port, untilStopped }
}
