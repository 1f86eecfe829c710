import type { Json, JsonObject } from '../../base/json.ts'
import { parseDate } from '../../frame/date.ts'
import type { Signature, SignatureColumn } from '../manifest.ts'
import type { Prediction } from '../predictions.ts'
import { inputTypes } from './raw-columns.ts'

/** An input tensor [rows, 1] of an exported model. */
export interface OnnxInputColumn {
  readonly name: string
  readonly type: 'double' | 'string'
  readonly data: Float64Array | string[]
}

/** What an exported model gave, by the name of the output. */
export type OnnxOutputs = Readonly<Record<string, ArrayLike<number | bigint | boolean | string>>>

/** Rows of JSON values as inputs of an exported model: null and what is absent as NaN or empty text, dates in milliseconds. */
export function onnxInputs(rows: readonly JsonObject[], { columns }: Signature): OnnxInputColumn[] {
  return columns.map((column) => {
    const { name } = column
    const values = rows.map((row) => (Object.hasOwn(row, name) ? row[name] : undefined) ?? null)
    if (inputTypes[column.type] === 'double')
      return { name, type: 'double', data: Float64Array.from(values, (value) => numberOf(value, column)) }
    return { name, type: 'string', data: values.map((value) => (value === null ? '' : String(value))) }
  })
}

function numberOf(value: Json, { type }: SignatureColumn): number {
  if (type === 'date') return (typeof value === 'string' ? parseDate(value) : undefined) ?? Number.NaN
  return typeof value === 'number' ? value : Number.NaN
}

/** The names of a model's outputs by what they hold; see {@link onnxPredictions}. */
export function onnxOutputName(role: string, { columns }: Signature): string {
  let name = role
  while (columns.some((column) => column.name === name)) name = `predicted_${name}`
  return name
}

/** Outputs of an exported model as the answers that the model itself gives; null for rows that cannot be scored. */
export function onnxPredictions(outputs: OnnxOutputs, signature: Signature): (Prediction | null)[] {
  const { classes, output } = signature
  const of = (role: string) => outputs[onnxOutputName(role, signature)] ?? []
  const [valid, labels] = [of('valid'), of('label')]
  const numbers = (role: string) => (row: number) => Number(of(role)[row])
  const byClass = (role: string, row: number) =>
    Object.fromEntries(classes.map((name, code) => [name, Number(of(role)[row * classes.length + code])]))
  const answer = (row: number): Prediction => {
    if (output === 'values') {
      const value = numbers('value')(row)
      return { prediction: value, value }
    }
    if (output === 'clusters') return { prediction: Number(labels[row]), distance: numbers('distance')(row) }
    if (classes.length === 0) return { prediction: Boolean(labels[row]), score: numbers('score')(row) }
    const prediction = labels[row] as string
    if (output === 'probabilities') return { prediction, probabilities: byClass('probabilities', row) }
    return { prediction, score: classes.length === 2 ? numbers('score')(row) : byClass('scores', row) }
  }
  return Array.from({ length: valid.length }, (_, row) => (valid[row] ? answer(row) : null))
}
