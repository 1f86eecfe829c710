import { type Kernels, LinearSvm, linearSvmBytes } from 'daybook/kernels'
import type { RandomStream } from 'daybook/plugin'
import type { Problem, Turn } from './problem.ts'
import { enterInOrder, orderedBytes } from './rows.ts'

/** Values of features that are visited between two turns of the event loop. */
const CHUNK = 2e7
/** Rows that stay neighbours when the order of many changes from pass to pass: what a processor fetches ahead. */
const BLOCK = 64
/** Rows that are many. */
const MANY = 10_000
/** Passes between two looks at all rows. */
const ROUND = 10

/** A trained linear machine: f(x) = weights · (x, 1). */
export interface LinearSolution {
  /** f64 [features + 1], the intercept last. */
  readonly weights: Float64Array
  /** Rows whose dual coefficient is not 0. */
  readonly support: number
  /** The dual objective that was minimized. */
  readonly objective: number
  readonly iterations: number
  readonly converged: boolean
}

export interface DescentRules {
  readonly tolerance: number
  readonly shrinking: boolean
  readonly maxIterations: number
}

/**
 * Solves a linear problem by dual coordinate descent, whose time a pass grows with the stored values alone. Ends where the
 * primal and the dual objective differ by less than `tolerance` of the primal one. The intercept is a weight like the
 * others, of a feature that is always 1.
 *
 * Rows are put into random order once, and after that in blocks for each pass. Rows that a pass finds done with are left out
 * until all are looked at again.
 */
export async function descend(
  kernels: Kernels,
  { source, targets, floors, ceilings, epsilon }: Problem,
  rules: DescentRules,
  stream: RandomStream,
  turn: Turn,
): Promise<LinearSolution> {
  const { rows, features } = source
  const order = stream.permutation(rows)
  const inOrder = (values: Float64Array): Float64Array => Float64Array.from(order, (row) => values[row] as number)
  const bytes = orderedBytes(source) + linearSvmBytes(rows, features)
  return kernels.scope(bytes, async (memory) => {
    const x = enterInOrder(memory, source, order)
    const z = inOrder(targets)
    const problem = { x, targets: z, floors: inOrder(floors), ceilings: inOrder(ceilings), epsilon }
    const machine = new LinearSvm(kernels, memory, problem)
    const part = Math.max(1, Math.floor((CHUNK * rows) / (x.values.length + 8 * rows)))

    /** Visits the first rows of the order once; gives how many stay in it. */
    const visit = async (count: number, slack: number, share: number, note: string): Promise<number> => {
      let kept = 0
      for (let from = 0; from < count; from += part) {
        const to = Math.min(from + part, count)
        const stay = machine.pass(from, to, slack)
        machine.order.copyWithin(kept, from, from + stay)
        kept += stay
        await turn(share, note)
      }
      return kept
    }
    const state = (): { objective: number; gap: number } => {
      let objective = 0
      for (const weight of machine.weights) objective += (weight * weight) / 2
      for (const [row, beta] of machine.betas.entries())
        objective += epsilon * Math.abs(beta) - beta * (z[row] as number)
      let gap = 0
      for (let from = 0; from < rows; from += part) gap += machine.gap(from, Math.min(from + part, rows))
      return { objective, gap: gap / Math.max(gap - objective, Number.MIN_VALUE) }
    }

    let iterations = 0
    let slack = Number.POSITIVE_INFINITY
    for (;;) {
      const { objective, gap } = state()
      const converged = gap <= rules.tolerance
      if (converged || iterations >= rules.maxIterations) {
        const support = machine.betas.reduce((count, beta) => count + Number(beta !== 0), 0)
        return { weights: Float64Array.from(machine.weights), support, objective, iterations, converged }
      }
      const share = kernels.math.log(gap) / kernels.math.log(rules.tolerance)
      let count = rows
      for (let row = 0; row < rows; row++) machine.order[row] = row
      for (let pass = 0; pass < ROUND && iterations < rules.maxIterations; pass++) {
        shuffleBlocks(machine.order.subarray(0, count), stream.derive(`pass ${iterations}`))
        machine.violation = 0
        const kept = await visit(count, slack, Math.min(Math.max(share, 0), 1), `gap ${gap.toPrecision(2)}`)
        iterations += 1
        if (machine.violation === 0) break
        if (!rules.shrinking) continue
        count = kept
        slack = machine.violation
      }
    }
  })
}

/** Puts blocks of neighbours into a new order. */
function shuffleBlocks(order: Uint32Array, stream: RandomStream): void {
  const before = order.slice()
  const size = order.length < MANY ? 1 : BLOCK
  let at = 0
  for (const block of stream.permutation(Math.floor(order.length / size))) {
    order.set(before.subarray(block * size, (block + 1) * size), at)
    at += size
  }
}
