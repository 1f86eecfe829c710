import { DaybookError, fail } from '../base/errors.ts'
import type { Catalog } from './catalog.ts'
import { inferenceRoutes } from './inference-routes.ts'
import type { ServeLog } from './log.ts'
import type { Metrics } from './metrics.ts'
import { inference } from './protocol/inference.ts'
import { isObject, readJson } from './protocol/read-json.ts'
import type { Route } from './route.ts'
import type { NamedModel } from './served-model.ts'
import type { Tallies } from './tallies.ts'

export interface Management {
  readonly catalog: Catalog
  readonly tallies: Tallies
  readonly version: string
  readonly closing: () => boolean
  readonly metrics: () => Promise<Metrics>
  /** Loads a name anew, as it is configured now; absent: nothing can be loaded. */
  readonly load?: ((name: string) => Promise<NamedModel>) | undefined
  readonly log: ServeLog
}

const { error } = inference

/** The management port: metrics, health, and the repository of Open Inference Protocol v2 with its metadata. */
export function managementRoutes(management: Management): readonly Route[] {
  const { catalog, version, closing, metrics, log } = management
  const post = { method: 'POST', scope: 'admin', error } as const
  return [
    {
      method: 'GET',
      path: '/metrics',
      scope: 'metrics',
      error,
      answer(exchange) {
        metrics()
          .then((opened) => opened.text())
          .then(
            (text) => exchange.send(200, 'text/plain; version=0.0.4; charset=utf-8', text),
            (thrown) => exchange.fail(thrown),
          )
      },
    },
    ...inferenceRoutes({ catalog, version, extensions: ['model_repository'], closing }).map((route) => ({
      ...route,
      scope: route.scope && ('admin' as const),
    })),
    {
      ...post,
      path: '/v2/repository/index',
      answer(exchange, _names, body) {
        const asked = body.length === 0 ? {} : readJson(body)
        if (!isObject(asked) || !['undefined', 'boolean'].includes(typeof asked.ready))
          throw fail('SERVE_BAD_REQUEST', { reason: 'the body is not an object with `ready` true or false' })
        exchange.sendJson(
          200,
          catalog.list().filter(({ state }) => asked.ready !== true || state === 'READY'),
        )
      },
    },
    {
      ...post,
      path: '/v2/repository/models/{model}/load',
      answer(exchange, names) {
        loadInto(management, names.model as string).then(
          () => exchange.sendJson(200, {}),
          (thrown) => exchange.fail(thrown),
        )
      },
    },
    {
      ...post,
      path: '/v2/repository/models/{model}/unload',
      answer(exchange, names) {
        catalog.remove(names.model as string)
        log.info({ model: names.model }, 'model unloaded')
        exchange.sendJson(200, {})
      },
    },
  ]
}

/**
 * Loads a name anew beside what is served, and exchanges the two once the new one is ready. What goes wrong leaves
 * everything as it was.
 *
 * @throws DaybookError SERVE_NO_MODEL, SERVE_NOT_LOADED
 */
export async function loadInto(
  { catalog, tallies, load, log }: Pick<Management, 'catalog' | 'tallies' | 'load' | 'log'>,
  name: string,
): Promise<void> {
  if (load === undefined) throw fail('SERVE_NO_MODEL', {})
  let named: NamedModel
  try {
    named = await load(name)
  } catch (thrown) {
    if (thrown instanceof DaybookError && thrown.code === 'SERVE_NO_MODEL') throw thrown
    tallies.loaded(catalog.knows(name) ? name : '', 'failed')
    log.error({ model: name, err: thrown }, 'model not loaded')
    const reason = thrown instanceof DaybookError ? thrown.code : 'a fault'
    throw fail('SERVE_NOT_LOADED', { reason }, { cause: thrown })
  }
  catalog.put(named)
  tallies.loaded(name, 'ok')
  log.info({ model: name, champion: named.champion, challenger: named.challenger }, 'model loaded')
}
