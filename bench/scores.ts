import type { BenchRows } from './data.ts'

/** Area under the ROC curve; equal scores count half. */
export function auc(scores: ArrayLike<number>, y: Float32Array): number {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  )
  let [rankSum, positives] = [0, 0]
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to < order.length && scores[order[to] as number] === scores[order[from] as number]) to++
    for (let at = from; at < to; at++) {
      if (y[order[at] as number] !== 1) continue
      rankSum += (from + to + 1) / 2
      positives++
    }
    from = to
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (y.length - positives))
}

/** Share of rows on the right side of the threshold. */
export function accuracy(scores: ArrayLike<number>, y: Float32Array, threshold: number): number {
  let right = 0
  for (let row = 0; row < y.length; row++) if ((scores[row] as number) > threshold === (y[row] === 1)) right++
  return right / y.length
}

/** What logistic regression minimizes, by row: the mean of log-loss, plus l2 / 2 times the squared coefficients over the rows. */
export function logisticObjective(
  rows: BenchRows,
  coefficients: ArrayLike<number>,
  intercept: number,
  l2: number,
): number {
  let loss = 0
  for (let row = 0; row < rows.rows; row++) {
    const margin = intercept + product(rows, row, coefficients)
    const signed = rows.y[row] === 1 ? margin : -margin
    loss += signed > 0 ? Math.log1p(Math.exp(-signed)) : Math.log1p(Math.exp(signed)) - signed
  }
  let squares = 0
  for (let f = 0; f < coefficients.length; f++) squares += (coefficients[f] as number) * (coefficients[f] as number)
  return (loss + (l2 / 2) * squares) / rows.rows
}

function product(rows: BenchRows, row: number, coefficients: ArrayLike<number>): number {
  let sum = 0
  if (rows.form === 'dense') {
    const from = row * coefficients.length
    for (let f = 0; f < coefficients.length; f++) sum += (rows.values[from + f] as number) * (coefficients[f] as number)
    return sum
  }
  const [from, to] = [rows.starts[row] as number, rows.starts[row + 1] as number]
  for (let at = from; at < to; at++)
    sum += (rows.values[at] as number) * (coefficients[rows.indices[at] as number] as number)
  return sum
}

/** The dual objective that an rbf C-SVC minimizes, from its support vectors f32 [vectors, features] and their coefficients. */
export function rbfDualObjective(vectors: ArrayLike<number>, coefficients: ArrayLike<number>, gamma: number): number {
  const count = coefficients.length
  const features = vectors.length / count
  let [squares, sum] = [0, 0]
  for (let i = 0; i < count; i++) {
    const own = coefficients[i] as number
    sum += Math.abs(own)
    let products = own / 2
    for (let j = 0; j < i; j++) {
      let distance = 0
      for (let f = 0; f < features; f++) {
        const apart = (vectors[i * features + f] as number) - (vectors[j * features + f] as number)
        distance += apart * apart
      }
      products += (coefficients[j] as number) * Math.exp(-gamma * distance)
    }
    squares += own * products
  }
  return squares - sum
}
