import { definePreprocess } from 'daybook/plugin'

/** Takes columns away. */
export default definePreprocess({
  id: 'drop',
  version: 1,
  summary: 'Takes columns away: those named by `columns`, else texts and dates, which no algorithm takes as they are.',
  takes: ['number', 'category', 'text', 'date', 'boolean', 'sparse'],
  selects: { types: ['text', 'date'] },
  missing: 'allow',
  params: {},
  output: () => [],
  fit: () => null,
  apply: () => [],
  onnx: () => [],
  example: { params: {}, fit: { comment: ['a', 'b'] }, given: { comment: ['c'] }, gives: {} },
})
