import { RandomStream } from '../base/random.ts'
import { type Kernels, scoringKernels, trainingKernels } from '../kernels/index.ts'
import type { FitContext, ScoringContext, ShownFigure, ShownTable, ShownWarning } from '../plugin/api.ts'

export interface TestContextOptions<Params> {
  /** Params as the hook gets them: with every default. */
  readonly params: Params
  /** Default 1. */
  readonly seed?: number
  /** Id of the cell that the random streams are keyed by. Default `test`. */
  readonly cell?: string
  /** Default 1. */
  readonly threads?: number
  /** False: the plugin does not declare `random: true`, and asking for random numbers throws. Default true. */
  readonly random?: boolean
  /** Default: new ones for training. */
  readonly kernels?: Kernels
  readonly signal?: AbortSignal
}

/** A context for `fit` that keeps what the hook shows. */
export interface TestContext<Params> extends FitContext<Params> {
  readonly figures: readonly ShownFigure[]
  readonly tables: readonly ShownTable[]
  readonly warnings: readonly ShownWarning[]
  /** `[done, total]` of each call of `progress`. */
  readonly steps: readonly (readonly [number, number])[]
}

/** The context that `fit` (or `read`, `compress`, `deploy`) gets in a test: real kernels, real random streams, and memory of what was shown. */
export function testContext<Params>(options: TestContextOptions<Params>): TestContext<Params> {
  const { params, seed = 1, cell = 'test', threads = 1, random = true, kernels = trainingKernels() } = options
  const figures: ShownFigure[] = []
  const tables: ShownTable[] = []
  const warnings: ShownWarning[] = []
  const steps: [number, number][] = []
  return {
    params,
    kernels,
    threads,
    signal: options.signal ?? new AbortController().signal,
    random(purpose) {
      if (!random) throw new TypeError('random numbers are for plugins that declare `random: true`')
      return new RandomStream({ seed, cell, purpose })
    },
    progress: (done, total) => void steps.push([done, total]),
    figure: (figure) => void figures.push(figure),
    table: (table) => void tables.push(table),
    warn: (warning) => void warnings.push(warning),
    figures,
    tables,
    warnings,
    steps,
  }
}

/** The context that `apply`, `predict` and `compute` get in a test. */
export function testScoringContext<Params>(
  params: Params,
  kernels: Kernels = scoringKernels(),
): ScoringContext<Params> {
  return { params, kernels }
}
