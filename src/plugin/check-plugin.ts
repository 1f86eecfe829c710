import type { Json } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import { checkValue } from './check-params.ts'
import type { PluginKind } from './kinds.ts'
import type { ParamSchema, ParamsSchema } from './params.ts'
import { faultOfCost } from './pattern-cost.ts'

/** The seven kinds of plugins, in the order of a page. */
export const pluginKinds: readonly PluginKind[] = [
  'data',
  'preprocess',
  'algorithm',
  'optimizer',
  'compress',
  'metric',
  'deploy',
]

const text: ParamSchema = { type: 'string', minLength: 1 }
const flag: ParamSchema = { type: 'boolean', default: false }
const anything: ParamSchema = { default: null }
const textList: ParamSchema = { type: 'array', items: text, minItems: 1 }
const tasks: ParamSchema = {
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: { enum: ['binary', 'multiclass', 'regression', 'clustering', 'anomaly'] },
}
const columnTypes: ParamSchema = {
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items: { enum: ['number', 'category', 'text', 'date', 'boolean', 'sparse'] },
}

/** What each kind declares as data; hooks stand in {@link hooks}. */
const declared: Readonly<Record<PluginKind, ParamsSchema>> = {
  data: { inputs: { enum: ['none', 'some'] }, synthetic: flag },
  preprocess: {
    takes: columnTypes,
    selects: { type: 'object', properties: { types: columnTypes, missing: flag }, default: {} },
    uses: { enum: ['target'], default: 'target' },
    missing: { enum: ['allow'], default: 'allow' },
    keepsOrder: flag,
    tasks: { ...tasks, default: ['binary'] },
    monotone: { enum: ['increasing', 'decreasing'], default: 'increasing' },
  },
  algorithm: {
    tasks,
    accepts: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: ['dense', 'sparse', 'codes'] } },
    missing: { enum: ['allow'], default: 'allow' },
    optimizer: flag,
    defaultOptimizer: { ...text, default: '' },
    monotone: flag,
    output: anything,
  },
  optimizer: { slots: { type: 'array', items: text }, batch: { enum: ['all', 'batch'], default: 'batch' } },
  compress: { algorithms: textList },
  metric: {
    tasks,
    needs: { enum: ['probabilities', 'scores', 'labels', 'values', 'distances', 'features'] },
    better: { enum: ['higher', 'lower'] },
    interval: { enum: ['none'], default: 'none' },
  },
  deploy: {},
}

const common: ParamsSchema = {
  kind: anything,
  id: { type: 'string', pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' },
  version: { type: 'integer', minimum: 1 },
  summary: text,
  description: { ...text, default: '' },
  params: { type: 'object' },
  random: flag,
  example: anything,
}

const hooks: Readonly<Record<PluginKind, { readonly must: readonly string[]; readonly may: readonly string[] }>> = {
  data: { must: ['read'], may: [] },
  preprocess: { must: ['output', 'fit', 'apply'], may: ['attributes', 'onnx', 'migrate'] },
  algorithm: { must: ['fit', 'predict'], may: ['threshold', 'importance', 'contributions', 'onnx', 'migrate'] },
  optimizer: { must: ['update'], may: [] },
  compress: { must: ['compress'], may: [] },
  metric: { must: ['compute'], may: [] },
  deploy: { must: ['deploy'], may: [] },
}

/** Why an object is not a usable plugin, in one sentence; undefined where it is one. Its hooks are not called. */
export function faultOfPlugin(plugin: unknown): string | undefined {
  if (typeof plugin !== 'object' || plugin === null) return 'it exports no object: use one of the `define…` functions'
  const object = plugin as Readonly<Record<string, unknown>>
  const kind = pluginKinds.find((one) => one === object.kind)
  if (kind === undefined) return 'it was not made by one of the `define…` functions'
  return faultOfHooks(kind, object) ?? faultOfData(kind, object) ?? faultOfParams(object.params as ParamsSchema)
}

function faultOfHooks(kind: PluginKind, object: Readonly<Record<string, unknown>>): string | undefined {
  const { must, may } = hooks[kind]
  for (const name of must) if (typeof object[name] !== 'function') return `its hook \`${name}\` is missing`
  for (const name of may) {
    if (object[name] !== undefined && typeof object[name] !== 'function') return `its hook \`${name}\` is no function`
  }
  const { output } = object
  if (
    kind === 'algorithm' &&
    !['undefined', 'function'].includes(typeof output) &&
    output !== 'probabilities' &&
    output !== 'scores'
  ) {
    return '`output` is `probabilities`, `scores` or a function of the params'
  }
  return undefined
}

function faultOfData(kind: PluginKind, object: Readonly<Record<string, unknown>>): string | undefined {
  const names = [...hooks[kind].must, ...hooks[kind].may]
  const data = Object.entries(object).filter(([name, value]) => !(names.includes(name) && typeof value === 'function'))
  const schema: ParamSchema = { type: 'object', properties: { ...common, ...declared[kind] } }
  const [issue] = checkValue(schema, Object.fromEntries(data.filter(([, value]) => value !== undefined)))
  if (issue === undefined) return undefined
  const place = `\`${issue.path.join('.')}\``
  const { problem } = issue
  if (problem.type === 'missing') return `${place} is missing, expected ${problem.expected}`
  if (problem.type === 'value') return `${place} is ${problem.got}, expected ${problem.expected}`
  const near = nearest(problem.key, [...problem.allowed, ...names])
  return `${place} is nothing that a plugin of kind ${kind} declares${near === undefined ? '' : `: did you mean \`${near}\`?`}`
}

// ── the params schema ───────────────────────────────────────────────────────────────────────────────────────────────

const count: ParamSchema = { type: 'integer', minimum: 0, default: 0 }
const bound: ParamSchema = { type: 'number', default: 0 }
const typeName: ParamSchema = { enum: ['number', 'integer', 'string', 'boolean', 'null', 'array', 'object'] }
const constant: ParamSchema = { type: ['string', 'number', 'boolean', 'null'] }

/** The closed subset of JSON Schema, one level of it. Nested schemas are followed by hand. */
const keywords: ParamsSchema = {
  type: { anyOf: [typeName, { type: 'array', items: typeName, minItems: 1 }], default: 'string' },
  enum: { type: 'array', items: constant, minItems: 1, default: [] },
  const: { ...constant, default: '' },
  anyOf: { type: 'array', minItems: 1, items: { type: 'object' }, default: [] },
  default: anything,
  description: { ...text, default: '' },
  examples: { type: 'array', default: [] },
  minimum: bound,
  maximum: bound,
  exclusiveMinimum: bound,
  exclusiveMaximum: bound,
  minLength: count,
  maxLength: count,
  pattern: { ...text, default: '' },
  items: { type: 'object', default: {} },
  minItems: count,
  maxItems: count,
  uniqueItems: flag,
  properties: { type: 'object', default: {} },
  additionalProperties: { type: 'object', default: {} },
  location: { const: true, default: true },
  secret: { const: true, default: true },
}

function faultOfParams(params: ParamsSchema, path = 'params'): string | undefined {
  for (const [name, schema] of Object.entries(params)) {
    if (['__proto__', 'constructor', 'prototype'].includes(name))
      return `\`${path}.${name}\` cannot be the name of a param`
    const fault = faultOfSchema(schema, `${path}.${name}`)
    if (fault !== undefined) return fault
  }
  return undefined
}

function faultOfSchema(schema: ParamSchema, path: string): string | undefined {
  const [issue] = checkValue({ type: 'object', properties: keywords }, schema)
  if (issue !== undefined) {
    const { problem } = issue
    const place = [path, ...issue.path].join('.')
    if (problem.type === 'unknown') {
      const near = nearest(problem.key, problem.allowed)
      return `\`${place}\`: there is no keyword \`${problem.key}\`${near === undefined ? '' : `, did you mean \`${near}\`?`}`
    }
    return `\`${place}\` is ${problem.type === 'value' ? `${problem.got}, expected ` : 'missing, expected '}${problem.expected}`
  }
  return faultOfParts(schema, path) ?? faultOfPattern(schema, path) ?? faultOfDefault(schema, path)
}

function faultOfParts(schema: ParamSchema, path: string): string | undefined {
  for (const [i, branch] of (schema.anyOf ?? []).entries()) {
    const fault = faultOfSchema(branch, `${path}.anyOf.${i}`)
    if (fault !== undefined) return fault
  }
  const { items, additionalProperties, properties } = schema
  if (items !== undefined) return faultOfSchema(items, `${path}.items`)
  if (properties !== undefined) {
    const fault = faultOfParams(properties, `${path}.properties`)
    if (fault !== undefined) return fault
  }
  return additionalProperties === undefined
    ? undefined
    : faultOfSchema(additionalProperties, `${path}.additionalProperties`)
}

function faultOfPattern({ pattern }: ParamSchema, path: string): string | undefined {
  if (pattern === undefined) return undefined
  try {
    new RegExp(pattern, 'u')
  } catch {
    return `\`${path}.pattern\` is no regular expression`
  }
  const fault = faultOfCost(pattern)
  return fault === undefined ? undefined : `\`${path}.pattern\` ${fault}`
}

function faultOfDefault(schema: ParamSchema, path: string): string | undefined {
  const values: (readonly [string, Json])[] = (schema.examples ?? []).map((example, i) => [
    `${path}.examples.${i}`,
    example,
  ])
  if (schema.default !== undefined) values.unshift([`${path}.default`, schema.default])
  for (const [place, value] of values) {
    const [issue] = checkValue(schema, value)
    if (issue?.problem.type === 'value')
      return `\`${place}\` is ${issue.problem.got}, expected ${issue.problem.expected}`
    if (issue !== undefined) return `\`${place}\` does not fit its own schema at \`${issue.path.join('.')}\``
  }
  return undefined
}
