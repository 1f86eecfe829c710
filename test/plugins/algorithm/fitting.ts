import type { DenseFeatures, Feature, SparseFeatures } from 'daybook/frame'
import { trainingKernels } from 'daybook/kernels'
import { type FitContext, RandomStream, type ShownFigure, type ShownTable, type ShownWarning } from 'daybook/plugin'

const kernels = trainingKernels()

/** What a plugin showed while it was fitted. */
export interface Shown {
  readonly figures: ShownFigure[]
  readonly tables: ShownTable[]
  readonly warnings: ShownWarning[]
  readonly asked: string[]
}

/** A context to fit in, with one kernel instance for the whole test file, and what was shown through it. */
export function fitting<P>(
  params: P,
  options: { readonly seed?: number; readonly threads?: number; readonly signal?: AbortSignal } = {},
): { ctx: FitContext<P>; shown: Shown } {
  const shown: Shown = { figures: [], tables: [], warnings: [], asked: [] }
  const ctx: FitContext<P> = {
    params,
    kernels,
    threads: options.threads ?? 1,
    signal: options.signal ?? new AbortController().signal,
    random(purpose) {
      shown.asked.push(purpose)
      return new RandomStream({ seed: options.seed ?? 7, cell: 'train', purpose })
    },
    progress() {},
    figure(figure) {
      shown.figures.push(figure)
    },
    table(table) {
      shown.tables.push(table)
    },
    warn(warning) {
      shown.warnings.push(warning)
    },
  }
  return { ctx, shown }
}

/** Params with the schema's defaults filled in. */
export function withDefaults(params: object, given: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const entries = Object.entries(params as Record<string, { readonly default?: unknown }>)
  return Object.fromEntries(entries.map(([name, schema]) => [name, name in given ? given[name] : schema.default]))
}

/** Dense features of rows; a feature is a number unless `features` says more. */
export function dense(
  rows: readonly (readonly number[])[],
  features: Readonly<Record<number, Partial<Feature>>> = {},
): DenseFeatures {
  const width = rows[0]?.length ?? 0
  return {
    form: 'dense',
    rows: rows.length,
    features: Array.from({ length: width }, (_, f) => ({
      name: `x${f}`,
      kind: 'number' as const,
      sources: [`x${f}`],
      ...features[f],
    })),
    values: Float32Array.from(rows.flat()),
  }
}

/** The same features as sparse rows. */
export function sparse({ rows, features, values }: DenseFeatures): SparseFeatures {
  const starts = new Uint32Array(rows + 1)
  const indices: number[] = []
  const stored: number[] = []
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < features.length; f++) {
      const value = values[row * features.length + f] as number
      if (value === 0) continue
      indices.push(f)
      stored.push(value)
    }
    starts[row + 1] = indices.length
  }
  return {
    form: 'sparse',
    rows,
    features,
    starts,
    indices: Uint32Array.from(indices),
    values: Float32Array.from(stored),
  }
}

/** Made-up numbers that look random, the same in every run: `count` of them in [0, 1). */
export function noise(count: number, purpose = 'noise'): number[] {
  const stream = new RandomStream({ seed: 1, cell: 'test', purpose })
  return Array.from({ length: count }, (_, i) => stream.uniform(i))
}
