import { defineAlgorithm } from '../plugin/define.ts'

/** A small algorithm whose state any compress plugin that declares `*` must understand: one least-squares slope a feature. */
export const slopes = defineAlgorithm({
  id: 'conformance-slopes',
  version: 1,
  summary: 'One least-squares slope a feature.',
  tasks: ['regression'],
  accepts: ['dense'],
  params: {},
  fit({ X, y }): { mean: number; slope: Float64Array } {
    const width = X.features.length
    let sum = 0
    for (const value of y) sum += value
    const mean = sum / y.length
    const slope = new Float64Array(width)
    for (let column = 0; column < width; column++) {
      let products = 0
      let squares = 0
      for (let row = 0; row < X.rows; row++) {
        const x = X.values[row * width + column] as number
        products += x * ((y[row] as number) - mean)
        squares += x * x
      }
      slope[column] = products / (squares || 1)
    }
    return { mean, slope }
  },
  predict({ mean, slope }, X) {
    const width = X.features.length
    return Float64Array.from({ length: X.rows }, (_, row) =>
      slope.reduce((sum, value, column) => sum + value * (X.values[row * width + column] as number), mean),
    )
  },
})
