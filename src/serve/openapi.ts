import type { JsonObject } from '../base/json.ts'
import type { Signature, SignatureColumn } from '../model/manifest.ts'

export interface DescribedModel {
  readonly name: string
  readonly version: string
  readonly signature: Signature
  /** Most rows of one request. */
  readonly rows: number
  readonly token: boolean
}

/** The server's own description: OpenAPI 3.1, with the model's columns as the schema of a row. */
export function openApi({ name, version, signature, rows, token }: DescribedModel): JsonObject {
  const { columns } = signature
  const open: JsonObject = token ? { security: [] } : {}
  return {
    openapi: '3.1.0',
    info: { title: name, version, description: `Predictions of the model ${name}.` },
    ...(token && { security: [{ bearer: [] }] }),
    paths: {
      '/predict': {
        post: {
          operationId: 'predict',
          summary: 'Scores rows.',
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Request' } } },
          },
          responses: {
            200: { description: 'One prediction a row, in order.', content: jsonOf('Answer') },
            ...failures(token),
          },
        },
      },
      '/health/live': {
        get: {
          ...open,
          operationId: 'live',
          summary: 'The process answers.',
          responses: { 200: { description: 'It does.' } },
        },
      },
      '/health/ready': {
        get: {
          ...open,
          operationId: 'ready',
          summary: 'The model is loaded and takes rows.',
          responses: { 200: { description: 'It does.' }, 503: { description: 'The server is closing.' } },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'openapi',
          summary: 'This description.',
          responses: { 200: { description: 'OpenAPI 3.1.' } },
        },
      },
    },
    components: {
      ...(token && { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } }),
      schemas: {
        Request: {
          type: 'object',
          required: ['rows'],
          properties: {
            rows: { type: 'array', minItems: 1, maxItems: rows, items: { $ref: '#/components/schemas/Row' } },
          },
        },
        Row: {
          type: 'object',
          required: columns.filter((column) => !column.optional).map((column) => column.name),
          properties: Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)])),
        },
        Answer: answerSchema(signature),
        Error: errorSchema,
      },
    },
  }
}

function jsonOf(schema: string): JsonObject {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } }
}

function failures(token: boolean): JsonObject {
  const texts: Record<string, string> = {
    400: 'A row or the body is not right; the error names row and column.',
    ...(token && { 401: 'The token is absent or wrong.' }),
    413: 'The body or the number of rows is too large.',
    415: 'The body is not JSON.',
    503: 'The server is closing.',
  }
  return Object.fromEntries(
    Object.entries(texts).map(([status, description]) => [status, { description, content: jsonOf('Error') }]),
  )
}

function columnSchema(column: SignatureColumn): JsonObject {
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

function answerSchema({ output, classes, task }: Signature): JsonObject {
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
      model: { type: 'object', properties: { name: text, version: text, digest: text } },
    },
  }
}

const errorSchema: JsonObject = {
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
