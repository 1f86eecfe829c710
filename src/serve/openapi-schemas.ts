import type { JsonObject } from '../base/json.ts'
import type { Signature, SignatureColumn } from '../model/manifest.ts'

/** Schema of a raw column's value. */
export function columnSchema(column: SignatureColumn): JsonObject {
  const types = { number: 'number', category: 'string', text: 'string', date: 'string', boolean: 'boolean' }
  const type = types[column.type]
  const about = [
    column.unit && `In ${column.unit}.`,
    column.missing && 'May be null.',
    column.reason && `Reason: ${column.reason}.`,
  ]
  const description = about.filter(Boolean).join(' ')
  return {
    type: column.missing ? [type, 'null'] : type,
    ...(column.type === 'date' && { format: 'date' }),
    ...(column.levels &&
      column.unseen === 'error' &&
      column.levels.length <= 50 && { enum: [...column.levels, ...(column.missing ? [null] : [])] }),
    ...(column.min !== undefined && { minimum: column.min }),
    ...(column.max !== undefined && { maximum: column.max }),
    ...(description !== '' && { description }),
  }
}

const reasonSchema: JsonObject = {
  type: 'object',
  required: ['column', 'contribution'],
  properties: {
    column: { type: 'string' },
    contribution: { type: 'number', description: 'Above 0: towards what is explained.' },
    reason: { type: 'string', description: 'What the page says of the column.' },
  },
}

/** Schema of what `/predict` answers. */
export function answerSchema({ output, classes, task }: Signature): JsonObject {
  const number: JsonObject = { type: 'number' }
  const perClass: JsonObject = {
    type: 'array',
    items: { type: 'object', properties: Object.fromEntries(classes.map((name) => [name, number])) },
  }
  const parts: Record<Signature['output'], JsonObject> = {
    probabilities: { predictions: { type: 'array', items: { enum: classes } }, probabilities: perClass },
    scores: {
      predictions: { type: 'array', items: task === 'anomaly' ? { type: 'boolean' } : { enum: classes } },
      scores: { type: 'array' },
    },
    values: { predictions: { type: 'array', items: number } },
    clusters: {
      predictions: { type: 'array', items: { type: 'integer', minimum: 0 } },
      distances: { type: 'array', items: { type: 'number', minimum: 0 } },
    },
  }
  const text: JsonObject = { type: 'string' }
  return {
    type: 'object',
    properties: {
      ...parts[output],
      reasons: {
        description: 'Where they were asked for: of each row, by falling contribution.',
        type: 'array',
        items: { type: 'array', items: reasonSchema },
      },
      receipts: {
        description: 'Where the server writes receipts: their ids, one a row.',
        type: 'array',
        items: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      },
      model: { type: 'object', properties: { name: text, version: text, digest: text } },
    },
  }
}

/** Schema of an error, as `/predict` tells it. */
export const errorSchema: JsonObject = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        hint: { type: 'string' },
        row: { type: 'integer', description: 'Counted from 0.' },
        column: { type: 'string' },
      },
    },
  },
}

const text: JsonObject = { type: 'string' }
const parameters: JsonObject = { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } }
const shape: JsonObject = { type: 'array', items: { type: 'integer' } }

function object(required: readonly string[], properties: JsonObject): JsonObject {
  return { type: 'object', required: [...required], properties }
}

function listOf(items: JsonObject): JsonObject {
  return { type: 'array', items }
}

/** Schemas of Open Inference Protocol v2. */
export const inferenceSchemas: JsonObject = {
  ServerMetadata: object(['name', 'version', 'extensions'], { name: text, version: text, extensions: listOf(text) }),
  TensorMetadata: object(['name', 'datatype', 'shape'], { name: text, datatype: text, shape, parameters }),
  ModelMetadata: object(['name', 'platform'], {
    name: text,
    versions: listOf(text),
    platform: text,
    inputs: listOf({ $ref: '#/components/schemas/TensorMetadata' }),
    outputs: listOf({ $ref: '#/components/schemas/TensorMetadata' }),
  }),
  ModelReady: object(['name', 'ready'], { name: text, ready: { type: 'boolean' } }),
  Tensor: object(['name', 'shape', 'datatype', 'data'], {
    name: text,
    shape,
    datatype: text,
    parameters,
    data: { type: 'array' },
  }),
  InferenceRequest: object(['inputs'], {
    id: text,
    parameters,
    inputs: { ...listOf({ $ref: '#/components/schemas/Tensor' }), minItems: 1 },
    outputs: listOf(object(['name'], { name: text, parameters })),
  }),
  InferenceAnswer: object(['model_name', 'outputs'], {
    model_name: text,
    model_version: text,
    id: text,
    parameters,
    outputs: listOf({ $ref: '#/components/schemas/Tensor' }),
  }),
  InferenceError: object(['error'], { error: text }),
}

/** Schemas of MLflow's scoring protocol. */
export const mlflowSchemas: JsonObject = {
  Invocation: {
    description: 'One of dataframe_split, dataframe_records, instances, inputs.',
    type: 'object',
    properties: {
      dataframe_split: object(['columns', 'data'], {
        columns: listOf(text),
        data: listOf({ type: 'array' }),
        index: { type: 'array' },
      }),
      dataframe_records: listOf({ $ref: '#/components/schemas/Row' }),
      instances: { type: 'array' },
      inputs: { type: ['array', 'object'] },
      params: { type: 'object', maxProperties: 0 },
    },
  },
  InvocationAnswer: object(['predictions'], { predictions: listOf({ type: 'object' }) }),
  InvocationError: object(['error_code', 'message'], { error_code: text, message: text }),
}
