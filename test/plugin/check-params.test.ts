import { Ajv } from 'ajv'
import fc from 'fast-check'
import t from 'tap'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { checkParams, checkValue, describeSchema } from '../../src/plugin/check-params.ts'
import { fillParams } from '../../src/plugin/fill-params.ts'
import type { ParamSchema, ParamsSchema } from '../../src/plugin/params.ts'
import { paramsJsonSchema, valueJsonSchema } from '../../src/plugin/params-schema.ts'
import { ajvOptions } from '../../src/plugin/validators.ts'

const layer: ParamSchema = {
  anyOf: [
    {
      type: 'object',
      properties: { dense: { type: 'integer', minimum: 1 }, activation: { enum: ['relu', 'tanh'], default: 'relu' } },
    },
    { type: 'object', properties: { dropout: { type: 'number', minimum: 0, exclusiveMaximum: 1 } } },
  ],
}
const params: ParamsSchema = {
  l2: { type: 'number', minimum: 0, default: 1 },
  trees: { type: 'integer', minimum: 1, maximum: 10 },
  layers: { type: 'array', items: layer, minItems: 1, default: [{ dense: 8 }] },
  classWeight: {
    anyOf: [{ enum: ['balanced'] }, { type: 'object', additionalProperties: { type: 'number' } }, { type: 'null' }],
    default: null,
  },
}

t.test('says what is unknown, missing and wrong, each with its path', (t) => {
  const issues = checkParams(params, { l2: -1, layers: [{ dense: 1.5 }, { dropuot: 0.1 }], colour: 'red' })
  t.match(issues, [
    { path: ['l2'], problem: { type: 'value', got: '-1', expected: 'a number >= 0' } },
    { path: ['layers', 0, 'dense'], problem: { type: 'value', expected: 'a whole number >= 1' } },
    { path: ['layers', 1, 'dropuot'], problem: { type: 'unknown' } },
    { path: ['layers', 1, 'dense'], problem: { type: 'missing' } },
    {
      path: ['colour'],
      problem: { type: 'unknown', key: 'colour', allowed: ['l2', 'trees', 'layers', 'classWeight'] },
    },
    { path: ['trees'], problem: { type: 'missing', expected: 'a whole number from 1 to 10' } },
  ])
  t.same(checkParams(params, { trees: 3 }), [])
  t.match(checkParams(params, { trees: 3, classWeight: 'balance' }), [
    { problem: { expected: '`balanced`', choices: ['balanced'] } },
  ])
  t.end()
})

t.test('of maps that a constant tells apart, speaks of the branch that was meant', (t) => {
  const split: ParamSchema = {
    anyOf: [
      { type: 'object', properties: { by: { const: 'random' }, test: { type: 'number', default: 0.2 } } },
      { type: 'object', properties: { by: { const: 'time' }, on: { type: 'string' } } },
    ],
  }
  t.match(checkValue(split, { by: 'time' }), [{ path: ['on'], problem: { type: 'missing' } }])
  t.match(checkValue(split, { by: 'random', tset: 1 }), [{ path: ['tset'], problem: { type: 'unknown' } }])
  t.match(checkValue(split, { by: 'tiem' }), [{ path: ['by'], problem: { expected: 'one of `random`, `time`' } }])
  t.match(checkValue(split, { test: 1 }), [{ path: ['by'], problem: { type: 'missing' } }])
  t.match(checkValue(split, 'random'), [{ path: [], problem: { type: 'value', got: 'the text "random"' } }])
  t.end()
})

t.test('fills defaults at every level, in the order of the schema', (t) => {
  t.same(fillParams(params, { trees: 3, layers: [{ dense: 4 }, { dropout: 0.1 }] }), {
    l2: 1,
    trees: 3,
    layers: [{ dense: 4, activation: 'relu' }, { dropout: 0.1 }],
    classWeight: null,
  })
  const filled = fillParams(params, { trees: 3 })
  t.same(Object.keys(filled), ['l2', 'trees', 'layers', 'classWeight'])
  t.same(filled.layers, [{ dense: 8, activation: 'relu' }], 'a default is filled as well')
  t.end()
})

t.test('items of long lists are told apart quickly', (t) => {
  const list: ParamSchema = { type: 'array', uniqueItems: true }
  const items = Array.from({ length: 20_000 }, (_, i) => ({ a: i, b: [i] }))
  const start = performance.now()
  t.same(checkValue(list, items), [])
  t.match(checkValue(list, [...items, { b: [7], a: 7 }]), [{ path: [], problem: { type: 'value' } }])
  t.ok(performance.now() - start < 1000)
  t.end()
})

t.test('describes what it expects', (t) => {
  t.equal(describeSchema({ type: 'number', exclusiveMinimum: 0, maximum: 1 }), 'a number > 0 and <= 1')
  t.equal(describeSchema({ type: ['string', 'null'] }), 'text or `null`')
  t.equal(describeSchema({ enum: ['a', 'b'] }), 'one of `a`, `b`')
  t.end()
})

const leaf: fc.Arbitrary<ParamSchema> = fc.oneof(
  fc.record({ type: fc.constant('number' as const), minimum: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ type: fc.constant('integer' as const), exclusiveMaximum: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ type: fc.constant('string' as const), minLength: fc.nat(2), maxLength: fc.integer({ min: 2, max: 4 }) }),
  fc.record({ enum: fc.uniqueArray(fc.constantFrom('a', 'b', 1, null), { minLength: 1 }) }),
  fc.constant<ParamSchema>({ type: ['boolean', 'null'] }),
  fc.constant<ParamSchema>({ type: 'string', pattern: '^[ab]+$' }),
  fc.constant<ParamSchema>({ type: 'string', pattern: '^a(b+a)*b?$', maxLength: 2 }),
)
const schema: fc.Arbitrary<ParamSchema> = fc.letrec<{ node: ParamSchema }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({
      type: fc.constant('array' as const),
      items: tie('node'),
      minItems: fc.nat(2),
      uniqueItems: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('object' as const),
      properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('node')),
    }),
    fc.record({ type: fc.constant('object' as const), additionalProperties: tie('node') }),
    fc.record({ anyOf: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
  ),
})).node
const value: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 0, 1, -4, 0.5, 'a', 'ab', 'b', '', 'long text'),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('node')) as fc.Arbitrary<JsonObject>,
  ),
})).node

t.test('agrees with ajv on what is right', (t) => {
  const ajv = new Ajv(ajvOptions)
  fc.assert(
    fc.property(schema, fc.array(value, { minLength: 5, maxLength: 5 }), (one, values) => {
      const validate = ajv.compile(valueJsonSchema(one) as object)
      return values.every((given) => validate(given) === (checkValue(one, given).length === 0))
    }),
    { numRuns: 300 },
  )
  t.end()
})

t.test('params as JSON Schema: closed, required where there is no default', (t) => {
  const json = paramsJsonSchema({ ...params, path: { type: 'string', location: true } })
  t.match(json, {
    required: ['trees', 'path'],
    additionalProperties: false,
    properties: { path: { 'x-location': true } },
  })
  const validate = new Ajv(ajvOptions).compile(json as object)
  t.ok(validate({ trees: 3, path: 'a' }))
  t.notOk(validate({ trees: 3 }))
  t.end()
})
