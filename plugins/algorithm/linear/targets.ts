import type { KernelMemory } from 'daybook/kernels'

/** Targets less their weighted mean, f64 [rows] in kernel memory, and the weighted sum of their squares. */
export interface Targets {
  readonly mean: number
  readonly values: Float64Array
  readonly squares: number
}

export function centredTargets(
  memory: KernelMemory,
  y: ArrayLike<number>,
  weight: Float32Array | undefined,
  total: number,
): Targets {
  const values = memory.f64(y.length)
  let sum = 0
  for (let i = 0; i < y.length; i++) sum += (weight?.[i] ?? 1) * (y[i] as number)
  const mean = sum / total
  let squares = 0
  for (let i = 0; i < y.length; i++) {
    const value = (y[i] as number) - mean
    values[i] = value
    squares += (weight?.[i] ?? 1) * value * value
  }
  return { mean, values, squares }
}
