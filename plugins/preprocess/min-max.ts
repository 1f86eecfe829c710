import { definePreprocess, fail } from 'daybook/plugin'
import { checkBounds } from './bounds.ts'
import { changeBlock, clipBlock } from './onnx.ts'
import { applyScaling, fitScaling, writeScaling } from './scaling.ts'

/** Brings the range of each number to that of 0 to 1, or another. */
export default definePreprocess({
  id: 'min-max',
  version: 1,
  summary: 'Brings the range of each number in the training rows to 0 … 1, or another range.',
  description:
    'A constant column becomes the lower end. Values beyond those of the training rows fall outside, unless `clip` is set.',
  takes: ['number'],
  missing: 'allow',
  keepsOrder: true,
  params: {
    min: { type: 'number', default: 0, description: 'Lower end of the range that comes out.' },
    max: { type: 'number', default: 1, description: 'Upper end of the range that comes out; above `min`.' },
    clip: { type: 'boolean', default: false, description: 'Bring values beyond the range to its ends.' },
  },
  output(columns, { min, max }) {
    checkBounds({ min }, { max })
    return columns
  },
  fit({ frame }) {
    return fitScaling(frame, (column) => {
      let low = Number.POSITIVE_INFINITY
      let high = Number.NEGATIVE_INFINITY
      for (const value of column.values) {
        if (value < low) low = value
        if (value > high) high = value
      }
      if (low > high) throw fail('DATA_ALL_MISSING', { column: column.name })
      return { center: low, scale: high - low }
    })
  },
  apply(state, frame, { params: { min, max, clip } }) {
    return applyScaling(state, frame).map((column) => {
      if (column.type !== 'number') return column
      const values = column.values.map((share) => {
        const value = min + share * (max - min)
        return clip ? Math.min(Math.max(value, min), max) : value
      })
      return { ...column, values }
    })
  },
  onnx(state, columns, graph, { params: { min, max, clip } }) {
    return changeBlock(writeScaling(state, columns, graph), graph, (shares) => {
      const value = graph.node('Add', [graph.node('Mul', [shares, max - min]), min])
      return clip ? clipBlock(graph, value, Float64Array.of(min), Float64Array.of(max)) : value
    })
  },
  example: {
    params: { clip: true },
    fit: { age: [20, 30, 60] },
    given: { age: [30, 80] },
    gives: { age: [0.25, 1] },
  },
})
