import type { Features } from 'daybook/frame'
import type { SvmKernel } from 'daybook/kernels'
import { fail } from 'daybook/plugin'

/** Params of a kernel; `gamma` null: 1 / (features * variance of all values). */
export interface KernelParams {
  readonly kernel: SvmKernel['kind']
  readonly gamma: number | null
  readonly degree: number
  readonly coef0: number
}

const LARGEST = 3e38
const LEAST_GAMMA = 1e-37
/** Values that are visited between two turns of the event loop. */
const CHUNK = 5e6

/**
 * The kernel that params name for features.
 *
 * @throws DaybookError FIT_PARAM where its values, or what they are made of, leave the range of f32
 */
export async function kernelOf(
  { kernel, gamma, coef0, degree }: KernelParams,
  X: Features,
  turn: () => Promise<void>,
): Promise<SvmKernel> {
  if (kernel === 'linear') return { kind: kernel, gamma: 1, coef0: 0, degree: 1 }
  let largest = 0
  await forEachOf(X.values, turn, (value) => {
    largest = Math.max(largest, Math.abs(value))
  })
  const chosen = gamma ?? (await defaultGamma(X, turn))
  // |x - y|² <= 4 d max², and |x·y| <= d max².
  const product = X.features.length * largest * largest
  let reach = chosen * product + Math.abs(coef0)
  if (kernel === 'polynomial') {
    const inner = reach
    for (let k = 1; k < degree; k++) reach *= inner
  }
  const outside = (param: string, value: unknown, reason: string) =>
    fail('FIT_PARAM', { param, value: `${value}`, reason })
  const inRange = chosen > LEAST_GAMMA && chosen < LARGEST
  if (gamma !== null && !inRange)
    throw outside('gamma', gamma, `it leaves the range of f32, ${LEAST_GAMMA} to ${LARGEST}`)
  if (!(inRange && 4 * product < LARGEST && (kernel === 'rbf' || reach < LARGEST)))
    throw outside(
      'kernel',
      kernel,
      'its values leave the range of f32; standardize the features, or change `gamma`, `degree` or `coef0`',
    )
  return { kind: kernel, gamma: chosen, coef0, degree }
}

async function defaultGamma(X: Features, turn: () => Promise<void>): Promise<number> {
  const variance = await varianceOf(X, turn)
  return 1 / (Math.max(1, X.features.length) * (variance > 0 ? variance : 1))
}

/** Variance of all values of all features, as one list; 0 where all are equal. */
async function varianceOf(X: Features, turn: () => Promise<void>): Promise<number> {
  const size = X.rows * X.features.length
  let sum = 0
  await forEachOf(X.values, turn, (value) => {
    sum += value
  })
  const mean = sum / size
  let squares = 0
  await forEachOf(X.values, turn, (value) => {
    squares += (value - mean) * (value - mean)
  })
  squares += (size - X.values.length) * mean * mean // values that sparse rows do not store
  return squares / size
}

async function forEachOf(
  values: Float32Array,
  turn: () => Promise<void>,
  visit: (value: number) => void,
): Promise<void> {
  for (let from = 0; from < values.length; from += CHUNK) {
    const part = values.subarray(from, from + CHUNK)
    for (let i = 0; i < part.length; i++) visit(part[i] as number)
    await turn()
  }
}
