import { fail } from '../../src/base/errors.ts'
import type { Column, DenseFeatures, NumberColumn } from '../../src/frame/index.ts'
import type { Defined, PluginKind, Registry, ResolvedPlugin } from '../../src/plugin/api.ts'
import { defineAlgorithm, definePreprocess } from '../../src/plugin/index.ts'

const numbers = (columns: readonly Column[]) => columns as readonly NumberColumn[]
const meanOf = (values: Float64Array) => {
  const seen = values.filter((value) => !Number.isNaN(value))
  return seen.reduce((sum, value) => sum + value, 0) / Math.max(1, seen.length)
}

/** Fills missing numbers with the mean. */
export const fill = definePreprocess({
  id: 'fill',
  version: 2,
  summary: 'Fills in the mean.',
  params: {},
  takes: ['number'],
  missing: 'allow',
  keepsOrder: true,
  output: (columns) => columns.map((column) => ({ ...column, missing: false })),
  fit: ({ frame }) => ({ means: Float64Array.from(numbers(frame.columns), (column) => meanOf(column.values)) }),
  apply: ({ means }, frame) =>
    numbers(frame.columns).map((column, i) => ({
      ...column,
      values: column.values.map((value) => (Number.isNaN(value) ? (means[i] as number) : value)),
    })),
  migrate: (old, from) => {
    if (from !== 1) throw new Error('only version 1 can be taken over')
    return { means: Float64Array.of(old as number) }
  },
})

/** Subtracts the mean. */
export const centre = definePreprocess({
  id: 'centre',
  version: 1,
  summary: 'Subtracts the mean.',
  params: {},
  takes: ['number'],
  keepsOrder: true,
  output: (columns) => columns,
  fit: ({ frame }) => ({ means: Float64Array.from(numbers(frame.columns), (column) => meanOf(column.values)) }),
  apply: ({ means }, frame) =>
    numbers(frame.columns).map((column, i) => ({
      ...column,
      values: column.values.map((v) => v - (means[i] as number)),
    })),
})

/** One sparse block a category. */
export const hot = definePreprocess({
  id: 'hot',
  version: 1,
  summary: 'One feature a level.',
  params: {},
  takes: ['category'],
  missing: 'allow',
  output: (columns) => columns.map(({ name }) => ({ name, type: 'sparse' as const, missing: false })),
  fit: () => null,
  apply: (_, frame) =>
    frame.columns.map((column) => {
      if (column.type !== 'category') throw new TypeError('categories alone')
      const starts = [0]
      const indices: number[] = []
      for (const code of column.values) {
        if (code >= 0) indices.push(code)
        starts.push(indices.length)
      }
      const features = column.levels.map((level) => `${column.name}=${level}`)
      const values = new Float32Array(indices.length).fill(1)
      return {
        type: 'sparse',
        name: column.name,
        features,
        starts: Uint32Array.from(starts),
        indices: Uint32Array.from(indices),
        values,
      }
    }),
})

/** Replaces every number by the mean of the target. */
export const targetMean = definePreprocess({
  id: 'target-mean',
  version: 1,
  summary: 'The mean of the target.',
  params: {},
  takes: ['number'],
  uses: 'target',
  output: (columns) => columns,
  fit: ({ y }) => meanOf(Float64Array.from(y ?? [])),
  apply: (mean, frame) =>
    numbers(frame.columns).map((column) => ({ ...column, values: column.values.map(() => mean) })),
})

/** Says one thing and does another. */
export const liar = definePreprocess({
  id: 'liar',
  version: 1,
  summary: 'Returns other columns than announced.',
  params: { what: { enum: ['name', 'rows', 'nothing'], description: 'What is wrong.' } },
  takes: ['number'],
  output: (columns) => columns,
  fit: () => null,
  apply: (_, frame, { params }) => {
    const column = frame.columns[0] as NumberColumn
    if (params.what === 'name') return [{ ...column, name: 'other' }]
    if (params.what === 'rows') return [{ ...column, values: new Float64Array(frame.rows + 1) }]
    return undefined as unknown as Column[]
  },
})

/** A linear score, squeezed into probabilities for classes. */
export const linear = defineAlgorithm({
  id: 'linear',
  version: 1,
  summary: 'A weighted sum.',
  params: {},
  tasks: ['binary', 'regression'],
  accepts: ['dense'],
  fit: () => ({ kind: 'value', weights: Float64Array.of() }),
  predict: ({ kind, weights }, X, { kernels }) => {
    const { values, features, rows } = X as DenseFeatures
    const sums = Float64Array.from({ length: rows }, (_, row) =>
      features.reduce((sum, _, i) => sum + (values[row * features.length + i] as number) * (weights[i] as number), 0),
    )
    if (kind === 'value') return sums
    if (kind === 'broken') return sums.fill(Number.NaN)
    if (kind === 'short') return sums.subarray(1)
    if (kind === 'score') return sums
    return Float64Array.from(
      Array.from(sums).flatMap((sum) => [1 - kernels.math.sigmoid(sum), kernels.math.sigmoid(sum)]),
    )
  },
  importance: ({ weights }) => ({ measure: 'weight', values: weights.map(Math.abs) }),
})

/** A registry of these plugins alone. */
export const registry: Registry = {
  ids: () => [],
  async find<Kind extends PluginKind>(kind: Kind, use: string): Promise<ResolvedPlugin<Kind>> {
    const plugin = [fill, centre, hot, targetMean, liar, linear].find((one) => one.kind === kind && one.id === use)
    if (plugin === undefined) throw fail('PLUGIN_UNKNOWN', { kind, id: use })
    return { plugin: plugin as unknown as Defined<Kind>, use, origin: 'built-in', code: '' }
  },
}
