import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import t from 'tap'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { composeSchema } from '../../src/spec/index.ts'
import { root } from '../root.ts'

const registry = await openRegistry({ folder: root })
const schema = await composeSchema(registry)
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema as object)

t.test('takes the pages that ship', (t) => {
  for (const name of readdirSync(join(root, 'pipelines')).filter((file) => file.endsWith('.yaml'))) {
    t.ok(
      validate(parse(readFileSync(join(root, 'pipelines', name), 'utf8'))),
      `${name}: ${JSON.stringify(validate.errors)}`,
    )
  }
  t.end()
})

t.test('refuses what the checker refuses: by plugin, by section', (t) => {
  const page = (more: object) => ({
    daybook: 1,
    name: 'a',
    data: { use: 'csv', with: { path: 'a.csv' }, target: 'y' },
    algorithm: 'ridge',
    ...more,
  })
  t.ok(validate(page({})))
  t.ok(validate(page({ 'x-free': 1, evaluate: { 'x-too': [] } })), 'x-… keys are free')
  t.ok(
    validate(page({ algorithm: { use: '@acme/kit/garch', with: { anything: 1 } } })),
    'a foreign plugin takes any params',
  )
  t.notOk(validate(page({ algorithm: { use: 'ridge', with: { l3: 1 } } })))
  t.notOk(validate(page({ algorithm: 'rigde' })))
  t.notOk(validate(page({ data: { use: 'csv', with: {}, target: 'y' } })), 'path is required')
  t.notOk(validate(page({ data: { use: 'csv', target: 'y' } })), 'and so is what holds it')
  t.notOk(validate(page({ evalute: {} })))
  t.notOk(validate(page({ data: { use: 'csv', with: { path: 'a.csv' }, target: 'y', split: { by: 'time' } } })))
  t.end()
})

t.test('describes every property of a page, with examples', (t) => {
  const faults: string[] = []
  const visit = (node: Json, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [name, property] of Object.entries(((node as JsonObject).properties ?? {}) as JsonObject)) {
      const { description, examples, const: constant } = property as JsonObject
      if (path.includes('/if')) continue
      if (typeof description !== 'string') faults.push(`${path}.${name} has no description`)
      if (!Array.isArray(examples) && constant === undefined) faults.push(`${path}.${name} has no examples`)
    }
    for (const [key, inner] of Object.entries(node))
      if (!['examples', 'default', 'if', 'then', 'definitions'].includes(key)) visit(inner as Json, `${path}/${key}`)
  }
  visit(schema, '')
  t.same(faults, [])
  t.end()
})

t.test('is the same each time, and what is committed', async (t) => {
  t.same(await composeSchema(await openRegistry({ folder: root })), schema)
  const committed = JSON.parse(readFileSync(join(root, 'schemas', 'pipeline.schema.json'), 'utf8'))
  t.strictSame(committed, schema, 'run `npm run generate` and commit what it writes')
})
