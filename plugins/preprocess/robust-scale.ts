import { definePreprocess } from 'daybook/plugin'
import { checkBounds } from './bounds.ts'
import { presentSorted, quantileOfSorted } from './quantile.ts'
import { applyScaling, fitScaling, writeScaling } from './scaling.ts'

/** Centres by the median and scales by the range between two quantiles, which outliers do not move. */
export default definePreprocess({
  id: 'robust-scale',
  version: 1,
  summary: 'Centres numbers by the median and scales them by the interquartile range: outliers move neither.',
  description:
    'Quantiles of the training rows with linear interpolation (type 7 of Hyndman and Fan, 1996). Where the range is 0, the column is only centred.',
  takes: ['number'],
  missing: 'allow',
  keepsOrder: true,
  params: {
    lower: { type: 'number', minimum: 0, maximum: 1, default: 0.25, description: 'Quantile that the range starts at.' },
    upper: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.75,
      description: 'Quantile that the range ends at; above `lower`.',
    },
  },
  output(columns, { lower, upper }) {
    checkBounds({ lower }, { upper })
    return columns
  },
  fit({ frame }, { lower, upper }) {
    return fitScaling(frame, (column) => {
      const sorted = presentSorted(column)
      const scale = quantileOfSorted(sorted, upper) - quantileOfSorted(sorted, lower)
      return { center: quantileOfSorted(sorted, 0.5), scale }
    })
  },
  apply: applyScaling,
  onnx: writeScaling,
  example: {
    params: {},
    fit: { income: [1, 2, 3, 4, 100] },
    given: { income: [3, 5, 100] },
    gives: { income: [0, 1, 48.5] },
  },
})
