import type { Features } from 'daybook/frame'
import type { SvmKernel } from 'daybook/kernels'
import { pairsOf } from './couple.ts'
import { tilesOf } from './decide.ts'
import type { Machine } from './machine.ts'
import type { Decisions, KernelDecisions } from './model.ts'
import { allRows } from './rows.ts'

/**
 * Machines as they are stored: weights side by side, or support vectors, each stored once, sorted by class. `rowsOf` holds
 * the rows of X of each class; in regression all rows as one.
 */
export function decisionsFrom(
  machines: readonly Machine[],
  rowsOf: readonly Uint32Array[],
  kernel: SvmKernel,
  X: Features,
): Decisions {
  const intercepts = Float64Array.from(machines, ({ intercept }) => intercept + 0) // -0 is 0
  const features = X.features.length
  if (kernel.kind === 'linear') {
    const coefficients = new Float64Array(features * machines.length)
    for (const [p, machine] of machines.entries()) {
      if (machine.form !== 'linear') continue
      for (let f = 0; f < features; f++) coefficients[f * machines.length + p] = (machine.weights[f] as number) + 0
    }
    return { form: 'linear', coefficients, intercepts }
  }
  const vectors = new Uint8Array(X.rows)
  // Coefficients add up to 0, so where all rows are alike for want of features, they say nothing.
  for (const machine of machines)
    if (machine.form === 'kernel' && features > 0) for (const row of machine.vectors) vectors[row] = 1
  const vectorsOf = rowsOf.map((rows) => rows.filter((row) => vectors[row] === 1))
  /** Place of a vector among all of them. */
  const placeOf = new Uint32Array(X.rows)
  const firstOf: number[] = []
  let count = 0
  for (const own of vectorsOf) {
    firstOf.push(count)
    for (const row of own) placeOf[row] = count++
  }
  const groups = rowsOf.length === 1 ? [[0]] : pairsOf(rowsOf.length)
  const sizeOf = (group: readonly number[]): number =>
    group.reduce((sum, code) => sum + (vectorsOf[code] as Uint32Array).length, 0)
  const runs = new Int32Array(4 * machines.length)
  const coefficients = new Float64Array(groups.reduce((sum, group) => sum + sizeOf(group), 0))
  let from = 0
  for (const [p, group] of groups.entries()) {
    const own = new Float64Array(count)
    const machine = machines[p]
    if (machine?.form === 'kernel')
      for (const [k, row] of machine.vectors.entries())
        if (vectors[row] === 1) own[placeOf[row] as number] = machine.betas[k] as number
    for (const [run, code] of group.entries()) {
      const first = firstOf[code] as number
      const length = (vectorsOf[code] as Uint32Array).length
      runs.set([first, length], 4 * p + 2 * run)
      coefficients.set(own.subarray(first, first + length), from)
      from += length
    }
  }
  const all = new Uint32Array(count)
  for (const [code, own] of vectorsOf.entries()) all.set(own, firstOf[code])
  return {
    form: 'kernel',
    kernel: { ...kernel },
    vectors: tilesOf(allRows(X), all).values,
    features,
    runs,
    coefficients,
    intercepts,
  } satisfies KernelDecisions
}

/** The same functions in the target's own unit. */
export function rescaled(decisions: Decisions, mean: number, scale: number): Decisions {
  return {
    ...decisions,
    coefficients: decisions.coefficients.map((value) => value * scale),
    intercepts: decisions.intercepts.map((value) => value * scale + mean),
  }
}
