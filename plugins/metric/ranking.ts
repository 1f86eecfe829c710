import type { MetricInput } from 'daybook/plugin'

/** Sum of weights of the rows of a class and of all others. */
export interface Sides {
  readonly positive: number
  readonly negative: number
}

/** Weights of the rows of class `code` (1, the positive one, by default) and of the others. */
export function sidesOf({ y, rows, weight }: MetricInput, code = 1): Sides {
  let positive = 0
  let negative = 0
  for (let row = 0; row < rows; row++) {
    const w = weight === undefined ? 1 : (weight[row] as number)
    if (y[row] === code) positive += w
    else negative += w
  }
  return { positive, negative }
}

/**
 * Visits the distinct scores in ascending order with the weights of the rows of each, positive and negative: rows of equal
 * score come together, so no measure depends on how ties are ordered. Scores of weight 0 are passed over.
 */
export function visitScores(input: MetricInput, visit: (positive: number, negative: number) => void, code = 1): void {
  const { y, rows, weight, scores = new Float64Array(rows), task, classes } = input
  const binary = task !== 'multiclass'
  const order = binary ? input.order() : input.order(code)
  const stride = binary ? 1 : classes.length
  const offset = binary ? 0 : code
  for (let i = 0; i < rows; ) {
    const score = scores[(order[i] as number) * stride + offset]
    let positive = 0
    let negative = 0
    do {
      const row = order[i] as number
      const w = weight === undefined ? 1 : (weight[row] as number)
      if (y[row] === code) positive += w
      else negative += w
      i++
    } while (i < rows && scores[(order[i] as number) * stride + offset] === score)
    if (positive > 0 || negative > 0) visit(positive, negative)
  }
}

/**
 * Area under the ROC curve of class `code` against the others: the chance that a random row of the class scores above a
 * random other row, ties counting half (Hanley and McNeil, "The meaning and use of the area under a receiver operating
 * characteristic (ROC) curve", Radiology 143, 1982). NaN where one side is empty.
 */
export function rocArea(input: MetricInput, code = 1): number {
  const sides = sidesOf(input, code)
  let below = 0
  let area = 0
  visitScores(
    input,
    (positive, negative) => {
      area += positive * (below + negative / 2)
      below += negative
    },
    code,
  )
  return area / (sides.positive * sides.negative)
}
