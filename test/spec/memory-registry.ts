import { digestBytes } from '../../src/base/digest.ts'
import { fail } from '../../src/base/errors.ts'
import type { Defined, PluginKind, Registry, ResolvedPlugin } from '../../src/plugin/api.ts'
import {
  defineAlgorithm,
  defineCompress,
  defineData,
  defineMetric,
  defineOptimizer,
  definePreprocess,
} from '../../src/plugin/index.ts'

/** A registry over plugins in memory, for pages about plugins that Daybook does not have. */
export function memoryRegistry(plugins: readonly Defined<PluginKind>[]): Registry {
  return {
    ids: (kind) => plugins.filter((plugin) => plugin.kind === kind).map(({ id }) => id),
    async find<Kind extends PluginKind>(kind: Kind, use: string) {
      const plugin = plugins.find((one) => one.kind === kind && one.id === use)
      if (plugin === undefined) throw fail('PLUGIN_UNKNOWN', { kind, id: use })
      return { plugin, use, origin: 'local', code: digestBytes(use) } as unknown as ResolvedPlugin<Kind>
    },
  }
}

const never = (): never => {
  throw new Error('no check calls hooks that work on data')
}

/** Plugins with every trait that the checks ask for. */
export const oddPlugins: readonly Defined<PluginKind>[] = [
  defineData({
    id: 'warehouse',
    version: 1,
    summary: 'A source behind a password.',
    inputs: 'none',
    params: {
      folder: { type: 'array', items: { type: 'string' }, location: true, default: [] },
      login: {
        type: 'object',
        default: {},
        properties: { user: { type: 'string', default: '' }, password: { type: 'string', secret: true, default: '' } },
      },
    },
    read: never,
  }),
  defineAlgorithm({
    id: 'groups',
    version: 1,
    summary: 'Clusters.',
    tasks: ['clustering'],
    accepts: ['dense'],
    params: {},
    fit: never,
    predict: never,
  }),
  defineAlgorithm({
    id: 'both',
    version: 1,
    summary: 'Classes, or anomalies where no target is named.',
    tasks: ['binary', 'anomaly'],
    accepts: ['dense'],
    params: {},
    fit: never,
    predict: never,
  }),
  defineAlgorithm({
    id: 'margins',
    version: 1,
    summary: 'Scores classes.',
    tasks: ['binary'],
    accepts: ['dense'],
    optimizer: true,
    params: { probability: { type: 'boolean', default: false } },
    output: ({ probability }) => (probability ? 'probabilities' : 'scores'),
    fit: never,
    predict: never,
  }),
  defineOptimizer({ id: 'walk', version: 1, summary: 'Steps.', params: {}, slots: [], update: never }),
  defineCompress({
    id: 'prune',
    version: 1,
    summary: 'Prunes trees.',
    params: {},
    algorithms: ['forest'],
    compress: never,
  }),
  defineMetric({
    id: 'sharpness',
    version: 1,
    summary: 'Of probabilities.',
    params: {},
    tasks: ['binary'],
    needs: 'probabilities',
    better: 'higher',
    compute: never,
  }),
  defineMetric({
    id: 'hits',
    version: 1,
    summary: 'Of labels.',
    params: {},
    tasks: ['binary'],
    needs: 'labels',
    better: 'higher',
    compute: never,
  }),
  definePreprocess({
    id: 'broken',
    version: 1,
    summary: 'Its output fails.',
    params: {},
    takes: ['number'],
    output: never,
    fit: never,
    apply: never,
  }),
  definePreprocess({
    id: 'digits',
    version: 1,
    summary: 'Categories to numbers.',
    params: {},
    takes: ['category'],
    output: (columns) => columns.map((column) => ({ ...column, type: 'number' })),
    fit: never,
    apply: never,
  }),
]
