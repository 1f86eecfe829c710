import { fail } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Scored, Signature } from '../../model/index.ts'
import { shorten } from '../../model/row-errors.ts'
import { errorMessage } from '../error-answer.ts'
import { isUtf8 } from '../media-type.ts'
import type { ServedModel } from '../served-model.ts'
import { answerText } from './answer-text.ts'
import { datatypesOf } from './datatypes.ts'
import type { Protocol } from './protocol.ts'
import { isObject, readJson } from './read-json.ts'
import { checkParameters, rowsOfTensors } from './tensors.ts'

const keys = new Set(['id', 'parameters', 'inputs', 'outputs'])

/** Open Inference Protocol v2 over JSON. */
export const inference: Protocol = {
  name: 'v2',
  takes: (type) => type?.essence === 'application/json' && isUtf8(type),
  read(body, _type, { served, rows: limit }) {
    const request = readJson(body)
    if (!isObject(request)) throw bad('the body is not an object')
    if (Object.keys(request).some((key) => !keys.has(key)))
      throw bad(`the body holds more than ${[...keys].join(', ')}`)
    const { id, inputs, outputs } = request
    if (id !== undefined && typeof id !== 'string') throw bad('`id` is not a text')
    const parameters = checkParameters(request.parameters, 'the request')
    const { signature } = served.model
    const asked = askedOutputs(outputs, outputsOf(signature))
    const head = JSON.stringify({
      model_name: served.name,
      model_version: served.version,
      ...(id !== undefined && { id }),
      ...(parameters !== undefined && { parameters }),
    }).slice(0, -1)
    return {
      rows: rowsOfTensors(inputs, signature, limit),
      answer: (scored) => `${head},"outputs":[${asked.map((output) => tensorText(output, scored)).join(',')}]}`,
    }
  },
  error: (error) => ({
    type: 'application/json; charset=utf-8',
    text: JSON.stringify({ error: errorMessage(error) }),
  }),
}

/** A tensor that a model gives. */
interface Output {
  readonly name: string
  readonly datatype: string
  /** Sizes behind that of the rows. */
  readonly shape: readonly number[]
  readonly parameters?: JsonObject
  data(scored: Scored): string
}

const outputs = new WeakMap<Signature, readonly Output[]>()

function outputsOf(signature: Signature): readonly Output[] {
  let made = outputs.get(signature)
  if (made === undefined) {
    made = makeOutputs(signature)
    outputs.set(signature, made)
  }
  return made
}

function makeOutputs(signature: Signature): readonly Output[] {
  const { classes, output, task } = signature
  const { predictions } = answerText(signature)
  const labels = output === 'values' ? 'FP64' : output === 'clusters' ? 'INT32' : task === 'anomaly' ? 'BOOL' : 'BYTES'
  const prediction: Output = { name: 'prediction', datatype: labels, shape: [], data: predictions }
  const all = ({ values }: Scored): string => `[${values.join(',')}]`
  const byClass = { shape: [classes.length], parameters: { classes: JSON.stringify(classes) }, data: all }
  switch (output) {
    case 'values':
      return [prediction]
    case 'probabilities':
      return [prediction, { name: 'probabilities', datatype: 'FP64', ...byClass }]
    case 'scores':
      return [
        prediction,
        { name: 'score', datatype: 'FP64', ...(classes.length > 2 ? byClass : { shape: [], data: all }) },
      ]
    case 'clusters': {
      const data = ({ values }: Scored): string => `[${values.filter((_, i) => i % 2 === 1).join(',')}]`
      return [prediction, { name: 'distance', datatype: 'FP64', shape: [], data }]
    }
  }
}

function tensorText({ name, datatype, shape, parameters, data }: Output, scored: Scored): string {
  const about = `"name":"${name}","datatype":"${datatype}","shape":[${[scored.rows, ...shape].join(',')}]`
  return `{${about}${parameters ? `,"parameters":${JSON.stringify(parameters)}` : ''},"data":${data(scored)}}`
}

/** The outputs that a request asks for, in its order; all where it asks for none. */
function askedOutputs(asked: unknown, given: readonly Output[]): readonly Output[] {
  if (asked === undefined) return given
  if (!Array.isArray(asked)) throw bad('`outputs` is not a list')
  if (asked.length === 0) return given
  const names = asked.map((one, i) => {
    if (!isObject(one) || typeof one.name !== 'string') throw bad(`output ${i} has no \`name\``)
    const called = `output \`${shorten(one.name)}\``
    if (Object.keys(one).some((key) => key !== 'name' && key !== 'parameters'))
      throw bad(`${called} holds more than name, parameters`)
    checkParameters(one.parameters, called)
    return one.name
  })
  return names.map((name, i) => {
    const output = given.find((one) => one.name === name)
    if (output === undefined) {
      const known = given.map((one) => one.name).join(', ')
      throw bad(`output \`${shorten(name)}\` is none of this model, which gives ${known}`)
    }
    if (names.indexOf(name) !== i) throw bad(`output \`${name}\` is asked for twice`)
    return output
  })
}

/** What a model takes and gives: the body of `GET /v2/models/NAME`. */
export function modelMetadata({ name, model }: ServedModel, versions: readonly string[]): JsonObject {
  const { signature } = model
  return {
    name,
    versions,
    platform: 'daybook_v1',
    inputs: signature.columns.map((column) => ({
      name: column.name,
      datatype: datatypesOf(column)[0] as string,
      shape: [-1],
      parameters: { optional: column.optional, missing: column.missing, column_type: column.type },
    })),
    outputs: outputsOf(signature).map(({ name, datatype, shape, parameters }) => ({
      name,
      datatype,
      shape: [-1, ...shape],
      ...(parameters && { parameters }),
    })),
  } satisfies Json
}

function bad(reason: string): Error {
  return fail('SERVE_BAD_REQUEST', { reason })
}
