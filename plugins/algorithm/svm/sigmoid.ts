import type { Kernels } from 'daybook/kernels'

/** p(positive) = 1 / (1 + e^(a f + b)) for a decision value f. */
export interface Sigmoid {
  readonly a: number
  readonly b: number
}

const ITERATIONS = 100
const SMALLEST_STEP = 1e-10
/** Keeps the matrix of second derivatives positive. */
const RIDGE = 1e-12
const GRADIENT = 1e-5
/** Rows that are visited between two turns of the event loop. */
const CHUNK = 200_000

/**
 * Fits a sigmoid to decision values by maximum likelihood, with targets that are moved off 0 and 1 by what was seen (J. Platt,
 * 1999). Newton's method with backtracking, in forms that neither overflow nor cancel: H.-T. Lin, C.-J. Lin and R. C. Weng,
 * "A note on Platt's probabilistic outputs for support vector machines" (Machine Learning 68, 2007).
 */
export async function fitSigmoid(
  { math }: Kernels,
  decisions: Float64Array,
  codes: ArrayLike<number>,
  weights: ArrayLike<number>,
  turn: () => Promise<void>,
): Promise<Sigmoid> {
  let positives = 0
  let negatives = 0
  for (let row = 0; row < decisions.length; row++) {
    if (codes[row] === 1) positives += weights[row] as number
    else negatives += weights[row] as number
  }
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (negatives + 2)
  const target = (row: number): number => (codes[row] === 1 ? high : low)

  const forEachRow = async (visit: (row: number, decision: number) => void): Promise<void> => {
    for (let row = 0; row < decisions.length; row++) {
      visit(row, decisions[row] as number)
      if (row % CHUNK === CHUNK - 1) await turn()
    }
  }

  const lossOf = async (a: number, b: number): Promise<number> => {
    let loss = 0
    await forEachRow((row, decision) => {
      const z = a * decision + b
      const t = target(row)
      const own = z >= 0 ? t * z + math.log1p(math.exp(-z)) : (t - 1) * z + math.log1p(math.exp(z))
      loss += (weights[row] as number) * own
    })
    return loss
  }

  let a = 0
  let b = math.log((negatives + 1) / (positives + 1))
  let loss = await lossOf(a, b)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    let [aa, bb, ab, slopeA, slopeB] = [RIDGE, RIDGE, 0, 0, 0]
    await forEachRow((row, decision) => {
      const z = a * decision + b
      const p = math.sigmoid(-z)
      const weight = weights[row] as number
      const curvature = weight * p * math.sigmoid(z)
      const rest = weight * (target(row) - p)
      aa += decision * decision * curvature
      bb += curvature
      ab += decision * curvature
      slopeA += decision * rest
      slopeB += rest
    })
    if (Math.abs(slopeA) < GRADIENT && Math.abs(slopeB) < GRADIENT) break
    const determinant = aa * bb - ab * ab
    const stepA = -(bb * slopeA - ab * slopeB) / determinant
    const stepB = -(aa * slopeB - ab * slopeA) / determinant
    const descent = slopeA * stepA + slopeB * stepB
    let length = 1
    while (length >= SMALLEST_STEP) {
      const next = await lossOf(a + length * stepA, b + length * stepB)
      if (next < loss + 1e-4 * length * descent) {
        a += length * stepA
        b += length * stepB
        loss = next
        break
      }
      length /= 2
    }
    if (length < SMALLEST_STEP) break
  }
  return { a, b }
}
