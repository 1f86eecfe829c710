import type { Features } from 'daybook/frame'
import type { Kernels, SvmKernel } from 'daybook/kernels'
import { couple, pairsOf, scoresOf } from './couple.ts'
import { decide } from './decide.ts'
import { linearDecisions } from './linear-decisions.ts'
import { allRows } from './rows.ts'

/** Decision functions: one for two classes or values, one a pair of classes (0-1, 0-2, …, 1-2, …) for more. */
export type Decisions = KernelDecisions | LinearDecisions

/** Kernel machines over shared support vectors. */
export type KernelDecisions = {
  readonly form: 'kernel'
  readonly kernel: { readonly [K in keyof SvmKernel]: SvmKernel[K] }
  /** Support vectors, sorted by class: f32 [vectors / 16 rounded up, features, 16], the last tile filled up with zeros. */
  readonly vectors: Float32Array
  readonly features: number
  /** Which vectors a function uses: i32 [functions, 4], first and count, twice. */
  readonly runs: Int32Array
  /** f64: those of the first function's two runs, then of the second's, … */
  readonly coefficients: Float64Array
  /** f64 [functions]. */
  readonly intercepts: Float64Array
}

/** Linear machines: f64 [features, functions] and [functions]. */
export type LinearDecisions = {
  readonly form: 'linear'
  readonly coefficients: Float64Array
  readonly intercepts: Float64Array
}

export type SvmModel = {
  readonly decisions: Decisions
  /** 0 in regression. */
  readonly classes: number
  /** f64 [functions, 2]: a and b of each sigmoid; empty where scores come out. */
  readonly sigmoids: Float64Array
}

/**
 * What the plugin predicts: values, scores or probabilities. Bits depend on a row alone.
 */
export function predictionsOf({ decisions, classes, sigmoids }: SvmModel, X: Features, kernels: Kernels): Float64Array {
  const values = decisionValues(decisions, X, kernels)
  const calibrated = sigmoids.length > 0
  if (calibrated) {
    const functions = decisions.intercepts.length
    for (let at = 0; at < values.length; at++) {
      const p = 2 * (at % functions)
      const [a, b] = [sigmoids[p] as number, sigmoids[p + 1] as number]
      values[at] = kernels.math.sigmoid(-(a * (values[at] as number) + b))
    }
  }
  if (classes === 0 || (classes === 2 && !calibrated)) return values
  if (classes === 2) {
    const both = new Float64Array(2 * X.rows)
    for (const [row, p] of values.entries()) {
      both[2 * row] = 1 - p
      both[2 * row + 1] = p
    }
    return both
  }
  const pairs = pairsOf(classes)
  const out = new Float64Array(X.rows * classes)
  for (let row = 0; row < X.rows; row++) {
    const own = values.subarray(row * pairs.length, (row + 1) * pairs.length)
    const scores = out.subarray(row * classes, (row + 1) * classes)
    if (calibrated) couple(own, pairs, scores)
    else scoresOf(own, pairs, scores)
  }
  return out
}

/** Decision values f64 [rows, functions]. */
export function decisionValues(decisions: Decisions, X: Features, kernels: Kernels): Float64Array {
  const { coefficients, intercepts } = decisions
  if (decisions.form === 'kernel') {
    const { kernel, vectors, features, runs } = decisions
    const count = features === 0 ? 0 : vectors.length / features
    const rule = { kernel, tiles: { values: vectors, count, features }, runs, coefficients, intercepts }
    return decide(kernels, rule, allRows(X))
  }
  return linearDecisions(kernels, decisions, X)
}
