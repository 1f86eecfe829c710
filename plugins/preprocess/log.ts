import { definePreprocess } from 'daybook/plugin'
import { numbersOf } from './scaling.ts'

/** Takes the logarithm of both sides of zero: sign(x) · log(1 + |x|). */
export default definePreprocess({
  id: 'log',
  version: 1,
  summary: 'Draws in long tails: sign(x) · log1p(|x|), which takes zero and negative numbers too.',
  takes: ['number'],
  missing: 'allow',
  keepsOrder: true,
  params: {},
  output: (columns) => columns,
  fit: () => null,
  apply(_, frame, { kernels }) {
    const { log1p } = kernels.math
    return numbersOf(frame).map((column) => ({
      ...column,
      values: column.values.map((value) => (value > 0 ? log1p(value) : value < 0 ? -log1p(-value) : value + 0)),
    }))
  },
  example: {
    params: {},
    fit: { income: [2] },
    given: { income: [0, 2, -2, null] },
    gives: { income: [0, 1.0986122886681098, -1.0986122886681098, null] },
  },
})
