import type { Problem } from './problem.ts'

const HALVINGS = 40
const SUFFICIENT = 1e-4

/** Losses of all rows at a point, plain and smooth. */
export interface LossState {
  /** Slopes of the smooth losses, f64 [rows]: dual coefficients within their bounds. */
  readonly betas: Float64Array
  /** Sum of the smooth losses, and of the plain ones. */
  readonly smooth: number
  readonly loss: number
  /** Sum of what the losses exceed the dual's share by: 0 at the optimum. */
  readonly gap: number
  /** Rows on a smooth bend. */
  readonly bent: Uint32Array
}

/**
 * The loss of a row with error e is max(b e - epsilon |b|) over floor <= b <= ceiling: hinge, or epsilon-insensitive. The
 * smooth one takes (b - centre)² / (2 sharpness) off inside of the maximum; its slope is the b that is best there.
 */
function slopeAt(
  { floors, ceilings, epsilon }: Problem,
  row: number,
  error: number,
  centre: number,
  sharpness: number,
): number {
  const free = centre + sharpness * error
  const turn = sharpness * epsilon
  const soft = free > turn ? free - turn : free < -turn ? free + turn : 0
  return Math.min(Math.max(soft, floors[row] as number), ceilings[row] as number)
}

/** Losses at given errors. */
export function lossesAt(problem: Problem, errors: Float64Array, centres: Float64Array, sharpness: number): LossState {
  const { floors, ceilings, epsilon } = problem
  const betas = new Float64Array(errors.length)
  const bent = new Uint32Array(errors.length)
  let count = 0
  let [smooth, loss, gap] = [0, 0, 0]
  for (let row = 0; row < errors.length; row++) {
    const error = errors[row] as number
    const centre = centres[row] as number
    const [floor, ceiling] = [floors[row] as number, ceilings[row] as number]
    const beta = slopeAt(problem, row, error, centre, sharpness)
    const own = beta * error - epsilon * Math.abs(beta)
    const plain = Math.max(0, ceiling * (error - epsilon), floor * (error + epsilon))
    betas[row] = beta
    smooth += own - ((beta - centre) * (beta - centre)) / (2 * sharpness)
    loss += plain
    gap += plain - own
    if (beta > floor && beta < ceiling && (beta !== 0 || epsilon === 0)) bent[count++] = row
  }
  return { betas, smooth, loss, gap, bent: bent.slice(0, count) }
}

export interface Step {
  readonly errors: Float64Array
  readonly centres: Float64Array
  readonly sharpness: number
  readonly point: Float64Array
  readonly direction: Float64Array
  /** What a step of length 1 takes off the errors. */
  readonly moves: Float64Array
  readonly value: number
  readonly slope: number
}

/** How far to go along a direction: 1, or the first half, quarter, … that lowers 1/2 |w|² + smooth losses enough; 0 if none. */
export function stepLength(problem: Problem, step: Step): number {
  const { errors, centres, sharpness, point, direction, moves, value, slope } = step
  const { epsilon } = problem
  const features = point.length - 1
  let length = 1
  for (let tries = 0; tries < HALVINGS; tries++) {
    let reached = 0
    for (let f = 0; f < features; f++) {
      const w = (point[f] as number) + length * (direction[f] as number)
      reached += (w * w) / 2
    }
    for (let row = 0; row < errors.length; row++) {
      const error = (errors[row] as number) - length * (moves[row] as number)
      const centre = centres[row] as number
      const beta = slopeAt(problem, row, error, centre, sharpness)
      reached += beta * error - epsilon * Math.abs(beta) - ((beta - centre) * (beta - centre)) / (2 * sharpness)
    }
    if (reached <= value + SUFFICIENT * length * slope) return length
    length /= 2
  }
  return 0
}
