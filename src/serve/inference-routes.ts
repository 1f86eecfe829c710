import type { Catalog } from './catalog.ts'
import { inference, modelMetadata } from './protocol/inference.ts'
import type { Route } from './route.ts'

export interface InferenceServer {
  readonly catalog: Catalog
  /** Version of Daybook. */
  readonly version: string
  readonly extensions: readonly string[]
  readonly closing: () => boolean
}

const { error } = inference
const get = { method: 'GET', error } as const

/** Health and metadata of Open Inference Protocol v2. */
export function inferenceRoutes({ catalog, version, extensions, closing }: InferenceServer): readonly Route[] {
  const paths = ['/v2/models/{model}', '/v2/models/{model}/versions/{version}'] as const
  return [
    ...healthRoutes(catalog, closing),
    ...['/v2', '/v2/'].map(
      (path): Route => ({
        ...get,
        path,
        scope: 'infer',
        answer: (exchange) => exchange.sendJson(200, { name: 'daybook', version, extensions }),
      }),
    ),
    ...paths.flatMap((path): Route[] => [
      {
        ...get,
        path,
        scope: 'infer',
        answer(exchange, names) {
          const { served, headers } = catalog.find(names.model, names.version)
          exchange.sendJson(200, modelMetadata(served, catalog.versionsOf(served.name)), headers)
        },
      },
      {
        ...get,
        path: `${path}/ready`,
        scope: 'infer',
        answer(exchange, names) {
          const { served, headers } = catalog.find(names.model, names.version)
          exchange.sendJson(closing() ? 503 : 200, { name: served.name, ready: !closing() }, headers)
        },
      },
    ]),
  ]
}

/** Whether the process lives and takes rows: as the protocol has it, and as load balancers ask for it. */
export function healthRoutes(catalog: Catalog, closing: () => boolean): readonly Route[] {
  const ready = (): boolean => catalog.ready && !closing()
  return [
    ...['/health/live', '/v2/health/live'].map(
      (path): Route => ({
        ...get,
        path,
        scope: undefined,
        answer: (exchange) => exchange.sendJson(200, { live: true }),
      }),
    ),
    ...['/health/ready', '/v2/health/ready'].map(
      (path): Route => ({
        ...get,
        path,
        scope: undefined,
        answer: (exchange) => exchange.sendJson(ready() ? 200 : 503, { ready: ready() }),
      }),
    ),
  ]
}

/** Health and version as MLflow's scoring server has them. */
export function mlflowRoutes(catalog: Catalog, version: string, closing: () => boolean): readonly Route[] {
  const text = 'text/plain; charset=utf-8'
  return [
    ...['/ping', '/health'].map(
      (path): Route => ({
        ...get,
        path,
        scope: undefined,
        answer: (exchange) => exchange.send(catalog.ready && !closing() ? 200 : 503, text, '\n'),
      }),
    ),
    { ...get, path: '/version', scope: 'infer', answer: (exchange) => exchange.send(200, text, version) },
  ]
}
