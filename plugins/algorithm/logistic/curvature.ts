import {
  alignUp,
  choleskyFactor,
  choleskySolve,
  type KernelMemory,
  LinearGram,
  type LinearPass,
  type LinearRows,
  linearGramBytes,
  type RowShape,
} from 'daybook/kernels'
import type { FitContext } from 'daybook/plugin'
import type { Moments } from '../linear/rows.ts'

/** Up to so many features the curvature can be a whole matrix; with more of them, it is its diagonal. */
const WHOLE = 1000
/** Samples a feature: with 400, the curvatures of a sample are within some 10 % of those of all rows. */
const SAMPLES_A_FEATURE = 400
/** Passes over all rows that the matrix of the samples may cost. */
const PASSES = 20
/** Share of its variance below which a feature counts as rare in the sample. */
const RARE = 0.5
/** Share of the diagonal that is added to it, so that features which depend on each other do no harm. */
const SHIFT = 1e-7

/** About the inverse of the curvature of the penalized loss, over the solver's parameters f64 [features + 1, outputs]. */
export interface Curvature {
  /** Reads it at the pass's present weights, which for the first time are to be intercepts alone. */
  read(): Promise<void>
  /** Multiplies a vector by the inverse, in place. */
  solve(vector: Float64Array): void
}

export interface CurvatureTask {
  readonly pass: LinearPass
  readonly x: LinearRows
  readonly weight: Float32Array | undefined
  readonly moments: Moments
  /** What the solver divides features by. */
  readonly scale: Float64Array
  readonly l2: number
  readonly outputs: number
  /** p * (1 - p) where the model has intercepts alone, in the mean over several outputs. */
  readonly bend: number
}

/** A curvature that is known as a whole. */
export interface WholeCurvature extends Curvature {
  /** f64 [features + 1, stride], upper triangle: after `sum` the curvature, after `read` its Cholesky factor. */
  readonly matrix: Float64Array
  readonly stride: number
  /** Writes the matrix at the pass's present weights, which for the first time are to be intercepts alone. */
  sum(): Promise<void>
}

/** Bytes that `wholeCurvatureOf` takes from a scope. */
export function curvatureBytes(shape: RowShape, outputs: number): number {
  const plan = samplePlan(shape, outputs)
  if (plan === undefined) return 0
  const { samples } = plan
  return (
    linearGramBytes(sampleShape(shape, samples)) +
    alignUp(8 * samples) +
    alignUp(8 * (shape.columns + 1)) +
    alignUp(8 * (shape.columns + 1) * outputs)
  )
}

/** The curvature of a sample of rows, where there are few features and enough rows for it. */
export function wholeCurvatureOf(
  memory: KernelMemory,
  shape: RowShape,
  task: CurvatureTask,
  ctx: FitContext,
  turn: () => Promise<void>,
): WholeCurvature | undefined {
  const plan = samplePlan(shape, task.outputs)
  if (plan === undefined) return undefined
  return matrixOf(memory, sampleShape(shape, plan.samples), plan, task, ctx, turn)
}

/** Several outputs share one matrix, made of their mean curvature; the products between outputs are left out. */
function matrixOf(
  memory: KernelMemory,
  shape: RowShape,
  { samples, step }: SamplePlan,
  { pass, x, weight, moments, scale, l2, outputs }: CurvatureTask,
  { kernels }: FitContext,
  turn: () => Promise<void>,
): WholeCurvature {
  const columns = x.columns
  const n = columns + 1
  const gram = new LinearGram(kernels, memory, shape, moments.means)
  const { matrix, stride } = gram
  const bends = memory.f64(samples)
  const scratch = memory.f64(n)
  const vectors = memory.f64(n * outputs)
  let sampled = 0
  for (let i = 0; i < samples; i++) sampled += weight?.[i * step] ?? 1
  const share = sampled > 0 ? moments.weight / sampled : 0
  /** Variance that the sample lacks of rare features, of which it may hold no value at all. */
  let lacking: Float64Array | undefined

  const sum = async (): Promise<void> => {
    await pass.curvatures(step, bends, turn)
    await gram.run(x, { step, weight: bends }, turn)
    const corner = matrix[columns * stride + columns] as number
    lacking ??= moments.deviations.map((deviation, f) => {
      const own = corner > 0 ? (matrix[f * stride + f] as number) / corner : 0
      const all = deviation * deviation
      return own < RARE * all ? all - own : 0
    })
    for (let f = 0; f < n; f++) {
      const by = scale[f] ?? 1
      for (let g = f; g < n; g++) {
        const at = f * stride + g
        matrix[at] = (share * (matrix[at] as number)) / (by * (scale[g] ?? 1))
      }
      const more = f < columns ? (share * corner * (lacking[f] as number) + l2) / (by * by) : 0
      const own = (matrix[f * stride + f] as number) + more
      matrix[f * stride + f] = own * (1 + SHIFT) + SHIFT * share * corner
    }
  }

  return {
    matrix,
    stride,
    sum,
    async read() {
      await sum()
      choleskyFactor(kernels, matrix, n, stride, scratch)
      await turn()
    },
    solve(vector) {
      vectors.set(vector)
      choleskySolve(kernels, matrix, n, stride, vectors, outputs)
      vector.set(vectors)
    },
  }
}

/** The diagonal of the curvature, as it is where the model has intercepts alone. */
export function diagonalCurvature({ moments, scale, l2, outputs, bend }: CurvatureTask): Curvature {
  const all = bend * moments.weight
  const inverse = moments.deviations.map((deviation, f) => {
    const own = all * deviation * deviation + l2
    return own > 0 ? ((scale[f] as number) * (scale[f] as number)) / own : 0
  })
  return {
    async read() {},
    solve(vector) {
      for (let at = 0; at < vector.length; at++)
        vector[at] = (vector[at] as number) * (inverse[Math.floor(at / outputs)] ?? 1 / all)
    },
  }
}

interface SamplePlan {
  readonly samples: number
  readonly step: number
}

function samplePlan({ rows, columns, stored }: RowShape, outputs: number): SamplePlan | undefined {
  if (columns === 0 || columns > WHOLE || rows < columns) return undefined
  const inRow = stored / rows
  const affordable = (rows * 4 * PASSES * outputs) / (inRow + 8)
  const step = Math.max(1, Math.ceil(rows / Math.min(SAMPLES_A_FEATURE * columns, affordable)))
  const samples = Math.floor((rows - 1) / step) + 1
  return step === 1 || samples >= 4 * columns ? { samples, step } : undefined
}

function sampleShape(shape: RowShape, samples: number): RowShape {
  return { ...shape, rows: samples, stored: Math.ceil((shape.stored / shape.rows) * samples) }
}
