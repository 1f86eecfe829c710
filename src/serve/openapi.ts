import type { JsonObject } from '../base/json.ts'
import type { Signature } from '../model/manifest.ts'
import { answerSchema, columnSchema, errorSchema, inferenceSchemas, mlflowSchemas } from './openapi-schemas.ts'
import { mostReasons } from './protocol/reasons-asked.ts'

export interface DescribedModel {
  readonly name: string
  readonly version: string
  readonly signature: Signature
  /** Most rows of one request. */
  readonly rows: number
  readonly token: boolean
}

/** The server's own description: OpenAPI 3.1, with the columns of its first model as the schema of a row. */
export function openApi({ name, version, signature, rows, token }: DescribedModel): JsonObject {
  const { columns } = signature
  return {
    openapi: '3.1.0',
    info: { title: name, version, description: `Predictions of the model ${name}.` },
    ...(token && { security: [{ bearer: [] }] }),
    paths: pathsOf(token),
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
        ...inferenceSchemas,
        ...mlflowSchemas,
      },
    },
  }
}

/** An address: what it does, what it takes and gives. */
interface Operation {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly id: string
  readonly summary: string
  /** Schemas of the body, by media type. */
  readonly takes?: Readonly<Record<string, string>>
  /** Schema of the answer. */
  readonly gives?: string
  /** Schema of an error. */
  readonly error?: string
  /** True where no token is asked for. */
  readonly open?: boolean
  /** May be asked for reasons. */
  readonly reasons?: boolean
}

const json = 'application/json'

const operations: readonly Operation[] = [
  ...named('/predict', '/models/{model}', 'predict', {
    summary: 'Scores rows.',
    takes: { [json]: 'Request' },
    gives: 'Answer',
    error: 'Error',
    reasons: true,
  }),
  ...named('/invocations', '/models/{model}', 'invocations', {
    summary: 'Scores rows, as MLflow asks for them.',
    takes: { [json]: 'Invocation', 'text/csv': 'Text' },
    gives: 'InvocationAnswer',
    error: 'InvocationError',
  }),
  ...named(undefined, '/v2/models/{model}', 'infer', {
    summary: 'Scores tensors, one a column.',
    takes: { [json]: 'InferenceRequest' },
    gives: 'InferenceAnswer',
    error: 'InferenceError',
  }),
  get('/v2', 'serverMetadata', 'What the server is.', 'ServerMetadata'),
  get('/v2/models/{model}', 'modelMetadata', 'What the model takes and gives.', 'ModelMetadata'),
  get('/v2/models/{model}/versions/{version}', 'modelVersionMetadata', 'The same of a version.', 'ModelMetadata'),
  get('/v2/models/{model}/ready', 'modelReady', 'The model takes rows.', 'ModelReady'),
  get('/v2/models/{model}/versions/{version}/ready', 'modelVersionReady', 'The same of a version.', 'ModelReady'),
  { ...get('/v2/health/live', 'serverLive', 'The process answers.'), open: true },
  { ...get('/v2/health/ready', 'serverReady', 'The models take rows.'), open: true },
  { ...get('/health/live', 'live', 'The process answers.'), open: true },
  { ...get('/health/ready', 'ready', 'The models take rows.'), open: true },
  { ...get('/ping', 'ping', 'The models take rows, as MLflow asks.'), open: true },
  { ...get('/health', 'health', 'The same.'), open: true },
  get('/version', 'version', 'The version of the server.'),
  get('/openapi.json', 'openapi', 'This description.'),
]

function get(path: string, id: string, summary: string, gives?: string): Operation {
  const error = path.startsWith('/v2/models') ? { error: 'InferenceError' } : {}
  return { method: 'get', path, id, summary, ...(gives !== undefined && { gives }), ...error }
}

/** One operation at its short address, for a model by name, and for a version of it. */
function named(
  short: string | undefined,
  model: string,
  id: string,
  about: Omit<Operation, 'method' | 'path' | 'id'>,
): readonly Operation[] {
  const post = { method: 'post', ...about } as const
  return [
    ...(short === undefined ? [] : [{ ...post, path: short, id }]),
    { ...post, path: `${model}/${id}`, id: `${id}Model` },
    { ...post, path: `${model}/versions/{version}/${id}`, id: `${id}ModelVersion` },
  ]
}

function pathsOf(token: boolean): JsonObject {
  const paths: Record<string, JsonObject> = {}
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation, token) }
  }
  return paths
}

function described(
  { path, id, summary, takes, gives, error, open, method, reasons }: Operation,
  token: boolean,
): JsonObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
  return {
    ...(open && token && { security: [] }),
    operationId: id,
    summary,
    ...((names.length > 0 || reasons) && {
      parameters: [
        ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
        ...(reasons ? reasonParameters : []),
      ],
    }),
    ...(takes && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          Object.entries(takes).map(([type, schema]) => [type, { schema: schemaOf(schema) }]),
        ),
      },
    }),
    responses: {
      200: { description: 'It is so.', ...(gives !== undefined && { content: jsonOf(gives) }) },
      ...(error === undefined ? {} : failures(error, method, token && !open)),
      ...(open && path.endsWith('ready') && { 503: { description: 'The server is closing, or has no model.' } }),
    },
  }
}

const reasonParameters: readonly JsonObject[] = [
  {
    name: 'reasons',
    in: 'query',
    description: 'Also say why: the columns that spoke most for what a row got, so many of them.',
    schema: { type: 'integer', minimum: 1, maximum: mostReasons },
  },
  {
    name: 'of',
    in: 'query',
    description: 'Binary: the class that the reasons speak for. Default: the positive one.',
    schema: { type: 'string' },
  },
]

function schemaOf(name: string): JsonObject {
  return name === 'Text' ? { type: 'string' } : { $ref: `#/components/schemas/${name}` }
}

function jsonOf(schema: string): JsonObject {
  return { [json]: { schema: schemaOf(schema) } }
}

function failures(schema: string, method: Operation['method'], token: boolean): JsonObject {
  const texts: Record<string, string> = {
    ...(method === 'post' && { 400: 'A row or the body is not right; the error names row and column.' }),
    ...(token && { 401: 'The token is absent or not known.', 403: 'The token does not allow this.' }),
    404: 'There is no such model or version.',
    ...(method === 'post' && {
      413: 'The body or the number of rows is too large.',
      415: 'The body is of another type.',
    }),
    503: 'The server is closing or has too much to do; Retry-After says when to ask again.',
  }
  return Object.fromEntries(
    Object.entries(texts).map(([status, description]) => [status, { description, content: jsonOf(schema) }]),
  )
}
