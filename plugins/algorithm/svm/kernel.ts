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

/**
 * The kernel that params name for features.
 *
 * @throws DaybookError FIT_PARAM where its values, or what they are made of, leave the range of f32
 */
export function kernelOf({ kernel, gamma, coef0, degree }: KernelParams, X: Features): SvmKernel {
  if (kernel === 'linear') return { kind: kernel, gamma: 1, coef0: 0, degree: 1 }
  const chosen = gamma ?? defaultGamma(X)
  let largest = 0
  for (const value of X.values) largest = Math.max(largest, Math.abs(value))
  // |x - y|² <= 4 d max², and |x·y| <= d max².
  const product = X.features.length * largest * largest
  let reach = chosen * product + Math.abs(coef0)
  if (kernel === 'polynomial') {
    const inner = reach
    for (let k = 1; k < degree; k++) reach *= inner
  }
  if (!(4 * product < LARGEST && (kernel === 'rbf' || reach < LARGEST) && chosen > LEAST_GAMMA && chosen < LARGEST))
    throw fail('FIT_PARAM', {
      param: 'kernel',
      value: kernel,
      reason: 'its values leave the range of f32; standardize the features, or change `gamma`, `degree` or `coef0`',
    })
  return { kind: kernel, gamma: chosen, coef0, degree }
}

function defaultGamma(X: Features): number {
  const variance = varianceOf(X)
  return 1 / (X.features.length * (variance > 0 ? variance : 1))
}

/** Variance of all values of all features, as one list; 0 where all are equal. */
function varianceOf(X: Features): number {
  const size = X.rows * X.features.length
  let sum = 0
  for (const value of X.values) sum += value
  const mean = sum / size
  let squares = 0
  for (const value of X.values) squares += (value - mean) * (value - mean)
  squares += (size - X.values.length) * mean * mean // values that sparse rows do not store
  return squares / size
}
