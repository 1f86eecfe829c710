import { existsSync } from 'node:fs'
import t from 'tap'
import { digestJson } from '../../src/base/digest.ts'
import type { ParamSchema, ParamsSchema, PluginKind } from '../../src/plugin/api.ts'
import { pluginKinds } from '../../src/plugin/check-plugin.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { valueJsonSchema } from '../../src/plugin/params-schema.ts'
import { compiledFolder, issueOf, openValidators } from '../../src/plugin/validators.ts'
import { structure } from '../../src/spec/page-schema.ts'
import { root } from '../root.ts'

const isCompiled = (schema: ParamSchema): boolean =>
  existsSync(new URL(`${digestJson(valueJsonSchema(schema))}.js`, compiledFolder))

t.test('the page and all built-in plugins have their validators from the build', async (t) => {
  t.ok(isCompiled(structure), 'the structure of a page')
  const registry = await openRegistry({ folder: root })
  const all = pluginKinds.flatMap((kind) => registry.ids(kind).map((id): [PluginKind, string] => [kind, id]))
  for (const [kind, id] of all) {
    const { plugin } = await registry.find(kind, id)
    t.ok(isCompiled({ type: 'object', properties: plugin.params as ParamsSchema }), `${kind} ${id}`)
  }
})

t.test('a schema from elsewhere is compiled, and judges in the same words', async (t) => {
  const schema: ParamSchema = {
    type: 'object',
    properties: {
      lag: { type: 'integer', minimum: 1, maximum: 12, default: 1 },
      code: { type: 'string', pattern: '^[a-z]+(-[a-z]+)*$', default: 'a' },
      ['toString' as string]: { type: 'boolean' },
    },
  }
  const validators = openValidators()
  t.notOk(isCompiled(schema))
  t.same(await validators.check(schema, { lag: 3, toString: true }, 'lags'), [])
  t.match(await validators.check(schema, { lag: 13, lga: 1, code: `${'a-'.repeat(5000)}!` }, 'lags'), [
    { path: ['lag'], problem: { type: 'value', got: '13', expected: 'a whole number from 1 to 12' } },
    { path: ['lga'], problem: { type: 'unknown', key: 'lga' } },
    {
      path: ['code'],
      problem: { type: 'value', expected: 'text of at most 4472 characters of the form ^[a-z]+(-[a-z]+)*$' },
    },
    { path: ['toString'], problem: { type: 'missing' } },
  ])
})

t.test('what is no JSON Schema in the strict sense is the fault of its plugin', async (t) => {
  const none: readonly ParamSchema[] = [
    { type: 'string', minimum: 3 },
    { enum: ['a', 'a'] },
    { type: 'string', pattern: '(' },
    { type: 'object', $ref: 'https://example.org/schema.json' } as ParamSchema,
  ]
  for (const schema of none) {
    const check = openValidators().check({ type: 'object', properties: { x: schema } }, { x: 'a' }, 'odd')
    await t.rejects(check, { code: 'PLUGIN_INVALID', message: /plugin odd is not usable/ }, JSON.stringify(schema))
  }
})

t.test('an error that there are no words for is told as ajv tells it', (t) => {
  const value = { list: [{ 'a/b': 1 }] }
  t.same(issueOf({ instancePath: '/list/0/a~1b', keyword: 'multipleOf', message: 'must be multiple of 2' }, value), {
    path: ['list', 0, 'a/b'],
    problem: { type: 'value', got: '1', expected: 'what its schema asks for: it must be multiple of 2', choices: [] },
  })
  t.match(issueOf({ keyword: 'required', params: { missingProperty: 'x' } }, value), {
    path: ['x'],
    problem: { type: 'missing', key: 'x' },
  })
  t.match(issueOf({ keyword: 'additionalProperties', params: { additionalProperty: 'list' } }, value), {
    path: ['list'],
    problem: { type: 'unknown', key: 'list' },
  })
  t.end()
})
