import type { Json, JsonObject } from '../../base/json.ts'
import { parseDate } from '../../frame/date.ts'
import type { OnnxType } from '../../plugin/api.ts'
import type { Signature, SignatureColumn } from '../manifest.ts'
import type { Prediction } from '../predictions.ts'
import { inputTypes, type OnnxForm } from './raw-columns.ts'

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

/** Can the inputs hold this row as it is? Not a text where a number belongs, nor an empty text that is not a missing one. */
export function isTensorRow(row: JsonObject, { columns }: Signature): boolean {
  return columns.every(({ name, type, levels = [] }) => {
    const value = row[name] ?? null
    if (value === null) return true
    switch (type) {
      case 'number':
      case 'boolean':
        return typeof value === type
      case 'date':
        return typeof value === 'string' && parseDate(value) !== undefined
      case 'category':
        return typeof value === 'string' && (value !== '' || levels.includes(''))
      case 'text':
        return typeof value === 'string'
    }
    return false
  })
}

/** An input or an output of an exported model. */
export interface TensorInfo {
  readonly name: string
  readonly type: OnnxType
  /** -1: as many as there are rows. */
  readonly shape: readonly number[]
}

/** What goes into an exported model and what comes out, in the order of the file. */
export function onnxTensors(
  signature: Signature,
  form: OnnxForm = 'blocks',
): { readonly inputs: readonly TensorInfo[]; readonly outputs: readonly TensorInfo[] } {
  const { columns, classes, output, task } = signature
  const isFlat = form === 'columns'
  const inputs = columns.map(({ name, type }) => ({
    name,
    type: inputTypes[type],
    shape: isFlat && columns.length > 1 ? [-1] : [-1, 1],
  }))
  const one = (role: string, type: OnnxType, shape: readonly number[]): TensorInfo => ({
    name: onnxOutputName(role, signature),
    type,
    shape,
  })
  const number = (role: string): TensorInfo => one(role, 'double', isFlat ? [-1] : [-1, 1])
  const byClass = (): readonly TensorInfo[] => {
    if (output === 'scores' && classes.length === 2) return [number('score')]
    if (!isFlat) return [one(output, 'double', [-1, classes.length])]
    return classes.map((name) => one(classRole(output, name), 'double', [-1]))
  }
  const numbers =
    output === 'values'
      ? [number('value')]
      : output === 'clusters'
        ? [one('label', 'int64', [-1]), number('distance')]
        : task === 'anomaly'
          ? [one('label', 'bool', [-1]), number('score')]
          : [one('label', 'string', [-1]), ...byClass()]
  return { inputs, outputs: [...numbers, one('valid', 'bool', [-1])] }
}

/** What an output of one class is called: `probability_yes`, `score_yes`. */
export function classRole(output: string, name: string): string {
  return `${output === 'probabilities' ? 'probability' : 'score'}_${name}`
}

/** The names of a model's outputs by what they hold; see {@link onnxPredictions}. */
export function onnxOutputName(role: string, { columns }: Signature): string {
  let name = role
  while (columns.some((column) => column.name === name)) name = `predicted_${name}`
  return name
}

/** Outputs of an exported model as the answers that the model itself gives; null for rows that cannot be scored. */
export function onnxPredictions(
  outputs: OnnxOutputs,
  signature: Signature,
  form: OnnxForm = 'blocks',
): (Prediction | null)[] {
  const { classes, output } = signature
  const of = (role: string) => outputs[onnxOutputName(role, signature)] ?? []
  const [valid, labels] = [of('valid'), of('label')]
  const numbers = (role: string) => (row: number) => Number(of(role)[row])
  const byClass = (role: string, row: number) =>
    Object.fromEntries(
      classes.map((name, code) => [
        name,
        Number(form === 'columns' ? of(classRole(role, name))[row] : of(role)[row * classes.length + code]),
      ]),
    )
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
