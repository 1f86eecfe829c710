import { version } from '../run/observe.ts'
import { accessCheck, type StoredToken } from './access.ts'
import { Catalog } from './catalog.ts'
import { DriftWatch, type DriftWatching } from './drift-watch.ts'
import { errorBody } from './error-answer.ts'
import { type Exchange, jsonType } from './exchange.ts'
import { inferenceRoutes, mlflowRoutes } from './inference-routes.ts'
import { type Batching, defaultBatching, defaultLimits, type ServeLimits } from './limits.ts'
import { Listener, type TlsFiles } from './listener.ts'
import { type ServeLog, silentLog } from './log.ts'
import { loadInto, managementRoutes } from './management-routes.ts'
import type { Metrics } from './metrics.ts'
import { openApi } from './openapi.ts'
import { inference } from './protocol/inference.ts'
import { mlflow } from './protocol/mlflow.ts'
import { predict } from './protocol/predict.ts'
import type { Receipts } from './receipts.ts'
import type { Route } from './route.ts'
import { scoringRoutes } from './scoring-routes.ts'
import { ScoringThreads } from './scoring-threads.ts'
import type { NamedModel } from './served-model.ts'
import { Tallies } from './tallies.ts'

/** Loads a name as it is to be served now. @throws DaybookError SERVE_NO_MODEL where there is none */
export type Load = (name: string) => Promise<NamedModel>

export interface ServeOptions {
  /** What is served. The first answers at addresses that name no model. */
  readonly models: readonly NamedModel[]
  /** Default 127.0.0.1: reached from this machine alone. */
  readonly host?: string | undefined
  /** Default 8080; 0 takes any free one. */
  readonly port?: number | undefined
  /** Tokens that are taken; none: nobody is asked for one. Needed where others can reach the host. */
  readonly tokens?: (() => readonly StoredToken[]) | undefined
  readonly tls?: TlsFiles | undefined
  readonly limits?: Partial<ServeLimits> | undefined
  readonly batching?: Partial<Batching> | undefined
  /** Threads beside the server's own that score large requests. Default 0. */
  readonly threads?: number | undefined
  /** Port of metrics and of the repository of models; absent: there is none. */
  readonly management?: { readonly host?: string | undefined; readonly port?: number | undefined } | undefined
  /** What a reload asks for. */
  readonly load?: Load | undefined
  readonly log?: ServeLog | undefined
  /** How drift is watched, on `/metrics` and in the log; false: it is not. */
  readonly drift?: DriftWatching | false | undefined
  /** Where each decision of `/predict` is written down before it is answered; it is closed with the server. */
  readonly receipts?: Receipts | undefined
}

/** Where a server listens. */
export interface Listening {
  readonly url: string
  readonly port: number
  /** Address of the management port. */
  readonly management: string | undefined
}

/** A server that is ready to listen. */
export interface Server {
  /** Starts listening. @throws DaybookError SERVE_PORT_IN_USE, SERVE_CANNOT_LISTEN */
  listen(): Promise<Listening>
  /** Loads a name anew and exchanges it once it is ready. @throws DaybookError SERVE_NO_MODEL, SERVE_NOT_LOADED */
  reload(name: string): Promise<void>
  /** Requests that were not answered yet. */
  readonly underWay: number
  /** Large requests that other threads have answered. */
  readonly threads: number
  /** Takes no more requests, lets those under way end (up to `graceMs`), and stops. */
  close(): Promise<void>
}

/**
 * Serves models over HTTP: `POST /predict`, Open Inference Protocol v2 and MLflow's scoring protocol. Rows take the path
 * that test rows took when the model was evaluated, so the scores are the same to the bit.
 *
 * @throws DaybookError SERVE_NEEDS_TOKEN where a host is open to others and there is no token
 */
export function createServer(options: ServeOptions): Server {
  const { host = '127.0.0.1', port = 8080, tls, management, log = silentLog, tokens = () => [], drift } = options
  const limits = { ...defaultLimits, ...options.limits }
  const tallies = new Tallies()
  const threads = options.threads ? new ScoringThreads(options.threads, limits.rows) : undefined
  const catalog = new Catalog({ ...defaultBatching, ...options.batching }, tallies, {
    watch: (served) =>
      served.baseline === undefined || drift === false
        ? undefined
        : new DriftWatch(served, served.baseline, log, drift),
    onGone: ({ source }) => {
      if (source !== undefined) threads?.forget(source)
    },
  })
  for (const named of options.models) catalog.put(named)
  const closing = (): boolean => main.closing
  const load = options.load && ((name: string) => main.hold(async () => (options.load as Load)(name)))
  const about = { catalog, version: version(), closing }
  const shared = {
    limits,
    tls,
    error: errorFormOf,
    onFault: (fault: unknown) => log.error({ err: fault }, 'fault'),
  }
  const main = new Listener({
    ...shared,
    host,
    port,
    routes: [
      ...scoringRoutes({ catalog, tallies, rows: limits.rows, threads, receipts: options.receipts }),
      ...inferenceRoutes({ ...about, extensions: [] }),
      ...mlflowRoutes(catalog, about.version, closing),
      openApiRoute(catalog, limits, tokens().length > 0),
    ],
    mayAsk: accessCheck(host, tokens),
    onAnswer: (exchange) => told(exchange, tallies, log),
  })
  let metrics: Promise<Metrics> | undefined
  const openMetrics = async (): Promise<Metrics> => {
    const opened = await import('./metrics.ts')
    return opened.openMetrics({ catalog, tallies, underWay: () => main.underWay })
  }
  const own = management && {
    host: management.host ?? '127.0.0.1',
    port: management.port ?? (port === 0 ? 0 : port + 1),
  }
  const side =
    own &&
    new Listener({
      ...shared,
      ...own,
      routes: managementRoutes({
        ...about,
        tallies,
        load,
        log,
        metrics: () => {
          metrics ??= openMetrics().catch((thrown) => {
            metrics = undefined
            throw thrown
          })
          return metrics
        },
      }),
      mayAsk: accessCheck(own.host, tokens),
      onAnswer: () => {},
    })
  return {
    async listen() {
      const managed = await side?.listen()
      try {
        return { ...(await main.listen()), management: managed?.url }
      } catch (thrown) {
        await side?.close()
        throw thrown
      }
    },
    get underWay() {
      return main.underWay
    },
    get threads() {
      return threads?.answered ?? 0
    },
    reload: (name) => loadInto({ catalog, tallies, load, log }, name),
    async close() {
      const closed = main.close()
      for (const { batcher } of catalog.entries()) batcher.flush() // nobody else will come to be scored with
      await closed
      await side?.close()
      await threads?.close()
      options.receipts?.close()
      await (await metrics)?.close()
    },
  }
}

function openApiRoute(catalog: Catalog, limits: ServeLimits, token: boolean): Route {
  return {
    method: 'GET',
    path: '/openapi.json',
    scope: 'infer',
    error: predict.error,
    answer(exchange) {
      const { name, version, model } = catalog.find(undefined, undefined).served
      exchange.sendJson(200, openApi({ name, version, signature: model.signature, rows: limits.rows, token }))
    },
  }
}

/** How errors are told where no route was found: as the protocol tells them that the address belongs to. */
function errorFormOf(path: string): Route['error'] {
  if (path === '/v2' || path.startsWith('/v2/')) return inference.error
  return path.endsWith('/invocations')
    ? mlflow.error
    : (error) => ({ type: jsonType, text: JSON.stringify(errorBody(error)) })
}

function told(exchange: Exchange, tallies: Tallies, log: ServeLog): void {
  const ms = performance.now() - exchange.began
  const { label, status } = exchange
  if (label !== undefined) tallies.answered(label, status, ms)
  if (log.debugs) log.debug({ method: exchange.request.method, status, ms, ...label }, 'request')
}
