import { type DaybookError, fail } from '../base/errors.ts'
import type { Frame } from '../frame/index.ts'
import type { Pipeline } from './pipeline.ts'
import { distinctTexts, type Question, textAt } from './task.ts'

/** Will the split leave rows in each part, and enough of each class for the folds? */
export function checkSplitRows(pipeline: Pipeline, frame: Frame, { truth }: Question, errors: DaybookError[]): void {
  const { split, source, evaluate, target } = pipeline
  const on = 'on' in split ? frame.get(split.on) : undefined
  if (split.by === 'column' && on !== undefined) {
    const values = distinctTexts(on, 1000)
    const at = source.place(['data', 'split', 'on'])
    const odd = values.find((value) => !['train', 'validation', 'test'].includes(value))
    if (odd !== undefined) errors.push(fail('DATA_SPLIT_VALUE', { column: on.name, value: odd }, { at }))
    for (const part of odd === undefined ? ['train', 'test'] : []) {
      if (!values.includes(part)) errors.push(fail('DATA_SPLIT_EMPTY', { part }, { at }))
    }
  }
  if (split.by === 'group' && on !== undefined && distinctTexts(on, 2).length < 2) {
    const hint = 'It holds one group alone: name another column.'
    errors.push(fail('DATA_SPLIT_EMPTY', { part: 'test' }, { at: source.place(['data', 'split', 'on']), hint }))
  }
  if ('test' in split && Math.round(frame.rows * split.test) < 1) {
    const hint = `${frame.rows} rows times ${split.test} is less than one row.`
    errors.push(fail('DATA_SPLIT_EMPTY', { part: 'test' }, { at: source.place(['data', 'split', 'test']), hint }))
  }
  if (evaluate.folds === 0) return
  const column = target === undefined ? undefined : frame.get(target.column)
  const trained = trainingRows(pipeline, frame)
  const at = source.place(['evaluate', 'folds'])
  if (truth.length === 0 || column === undefined || column.type === 'sparse') {
    const rows = trained.reduce((sum, weight) => sum + weight, 0)
    if (rows < evaluate.folds)
      errors.push(fail('DATA_FOLDS', { folds: evaluate.folds, class: 'any', rows: Math.floor(rows) }, { at }))
    return
  }
  const counts = new Map(truth.map((name) => [name, 0]))
  for (let row = 0; row < frame.rows; row++) {
    const text = textAt(column, row)
    const count = counts.get(text)
    if (count !== undefined) counts.set(text, count + (trained[row] as number))
  }
  const [smallest] = [...counts].sort(([, a], [, b]) => a - b)
  if (smallest === undefined || Math.floor(smallest[1]) >= evaluate.folds) return
  errors.push(fail('DATA_FOLDS', { folds: evaluate.folds, class: smallest[0], rows: Math.floor(smallest[1]) }, { at }))
}

/** How much of each row is expected among the training rows: 0 or 1 where the page says it, else the share. */
function trainingRows({ split }: Pipeline, frame: Frame): Float64Array {
  const rest = 1 - split.validation
  if (split.by === 'interval')
    return Float64Array.from({ length: frame.rows }, (_, row) => (row % split.every === 0 ? 0 : rest))
  if (split.by === 'column') {
    const on = frame.get(split.on)
    const isTrain = (row: number) => on === undefined || on.type === 'sparse' || textAt(on, row) === 'train'
    return Float64Array.from({ length: frame.rows }, (_, row) => (isTrain(row) ? rest : 0))
  }
  return new Float64Array(frame.rows).fill(1 - split.test - split.validation)
}
