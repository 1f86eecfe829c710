import { definePreprocess } from 'daybook/plugin'
import { checkBounds } from './bounds.ts'
import { changeBlock, clipBlock, inOrder } from './onnx.ts'
import { placesOf } from './places.ts'
import { presentSorted, quantileOfSorted } from './quantile.ts'
import { numbersOf } from './scaling.ts'

/** Brings numbers beyond two bounds to the bound. */
export default definePreprocess({
  id: 'clip',
  version: 1,
  summary: 'Brings numbers beyond two bounds to the bound: quantiles of the training rows, or fixed numbers.',
  description:
    'Also called winsorizing. `min` and `max`, where they are given, stand in the place of `lower` and `upper`.',
  takes: ['number'],
  missing: 'allow',
  keepsOrder: true,
  params: {
    lower: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.01,
      description: 'Quantile of the training rows that is the lower bound; 0 keeps every training value.',
    },
    upper: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.99,
      description: 'Quantile of the training rows that is the upper bound; 1 keeps every training value.',
    },
    min: { type: ['number', 'null'], default: null, description: 'A fixed lower bound, in place of `lower`.' },
    max: { type: ['number', 'null'], default: null, description: 'A fixed upper bound, in place of `upper`.' },
  },
  output(columns, { lower, upper, min, max }) {
    if (min !== null && max !== null) checkBounds({ min }, { max })
    if (min === null && max === null) checkBounds({ lower }, { upper })
    return columns
  },
  fit({ frame }, { lower, upper, min, max }) {
    const sorted = numbersOf(frame).map((column) =>
      min === null || max === null ? presentSorted(column) : new Float64Array(),
    )
    return {
      columns: frame.names,
      low: Float64Array.from(sorted, (values) => min ?? quantileOfSorted(values, lower)),
      high: Float64Array.from(sorted, (values) => max ?? quantileOfSorted(values, upper)),
    }
  },
  apply(state, frame) {
    const place = placesOf(state.columns)
    return numbersOf(frame).map((column) => {
      const at = place(column.name)
      const low = state.low[at] as number
      const high = state.high[at] as number
      return { ...column, values: column.values.map((value) => Math.min(Math.max(value, low), high)) }
    })
  },
  onnx(state, columns, graph) {
    const place = placesOf(state.columns)
    const bounds = [state.low, state.high].map((ends) => inOrder(columns, ends, place)) as [Float64Array, Float64Array]
    return changeBlock(columns, graph, (block) => clipBlock(graph, block, ...bounds))
  },
  example: {
    params: { lower: 0, upper: 0.75 },
    fit: { income: [10, 20, 30, 40, 5000] },
    given: { income: [5, 35, 9000, null] },
    gives: { income: [10, 35, 40, null] },
  },
})
