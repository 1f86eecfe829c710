import { definePreprocess } from 'daybook/plugin'
import { changeBlock } from './onnx.ts'
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
  onnx(_, columns, graph) {
    return changeBlock(columns, graph, (x) => {
      // log1p(a) = log(u) * a / (u - 1) with u = 1 + a: rounding of u cancels out. Where u is 1, it is a.
      const size = graph.node('Abs', [x])
      const u = graph.node('Add', [size, 1])
      const step = graph.node('Sub', [u, 1])
      const none = graph.node('Equal', [step, 0])
      const endless = graph.node('IsInf', [u])
      const plain = graph.node('Log', [u])
      const exact = graph.node('Mul', [plain, graph.node('Div', [size, graph.node('Where', [none, 1, step])])])
      const log = graph.node('Where', [none, size, graph.node('Where', [endless, plain, exact])])
      return graph.node('Where', [graph.node('Less', [x, 0]), graph.node('Neg', [log]), log])
    })
  },
  example: {
    params: {},
    fit: { income: [2] },
    given: { income: [0, 2, -2, null] },
    gives: { income: [0, 1.0986122886681098, -1.0986122886681098, null] },
  },
})
