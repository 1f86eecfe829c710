import { definePreprocess, fail } from 'daybook/plugin'
import { applyScaling, fitScaling, writeScaling } from './scaling.ts'

/** Brings numbers to mean 0 and standard deviation 1. */
export default definePreprocess({
  id: 'standardize',
  version: 1,
  summary: 'Brings numbers to mean 0 and standard deviation 1.',
  description:
    'Mean and standard deviation (of the population: divided by n) are those of the training rows, missing values left out. ' +
    'A constant column is only centred.',
  takes: ['number'],
  missing: 'allow',
  keepsOrder: true,
  params: {
    center: { type: 'boolean', default: true, description: 'Subtract the mean.' },
    scale: { type: 'boolean', default: true, description: 'Divide by the standard deviation.' },
  },
  output: (columns) => columns,
  fit({ frame }, { center, scale }) {
    return fitScaling(frame, (column) => {
      const { mean, deviation } = moments(column.values)
      if (Number.isNaN(mean)) throw fail('DATA_ALL_MISSING', { column: column.name })
      return { center: center ? mean : 0, scale: scale ? deviation : 1 }
    })
  },
  apply: applyScaling,
  onnx: writeScaling,
  example: {
    params: {},
    fit: { income: [1, 3, null, 5, 7] },
    given: { income: [4, 9, null] },
    gives: { income: [0, 2.23606797749979, null] },
  },
})

/** Mean and population standard deviation in two passes; NaN is left out, and comes back where there is nothing else. */
function moments(values: Float64Array): { mean: number; deviation: number } {
  let count = 0
  let sum = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    count++
    sum += value
  }
  const mean = sum / count
  let squares = 0
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) * (value - mean)
  return { mean, deviation: Math.sqrt(squares / count) }
}
