import { resolve } from 'node:path'
import t from 'tap'
import { canonicalJson } from '../../src/base/canonical.ts'
import { type CategoryColumn, Frame, type NumberColumn } from '../../src/frame/index.ts'
import { defineDeploy } from '../../src/plugin/index.ts'
import { checkData, checkPage, parsePage } from '../../src/spec/index.ts'
import { memoryRegistry, oddPlugins } from './memory-registry.ts'

const registry = memoryRegistry(oddPlugins)
const folder = resolve('/pages')
const check = (text: string, env: Record<string, string> = {}) =>
  checkPage(parsePage(`daybook: 1\nname: odd\n${text}`, 'page.yaml', folder), { registry, env })
const codes = async (text: string) => (await check(text)).errors.map(({ code, at }) => `${code} ${at?.line}:${at?.col}`)

const data = 'data: { use: warehouse, target: y }\n'

t.test('what plugins declare about each other', async (t) => {
  t.same(await codes(`${data}algorithm: groups\n`), ['SPEC_TARGET_NOT_TAKEN 3:25'])
  t.same(await codes(`${data}algorithm: margins\n`), ['SPEC_OPTIMIZER_NEEDED 4:1'])
  const trained = `${data}algorithm: margins\noptimizer: walk\n`
  t.same(await codes(trained), [])
  t.same(await codes(`${trained}compress: [prune]\n`), ['SPEC_COMPRESS_MISMATCH 6:12'])
  t.same(await codes(`${trained}evaluate: { metrics: [hits, sharpness] }\n`), ['SPEC_METRIC_NEEDS 6:29'])
  t.same(
    await codes(
      `${trained.replace('margins', '{ use: margins, with: { probability: true } }')}evaluate: { metrics: [sharpness] }\n`,
    ),
    [],
  )
  const { pipeline } = await check(trained)
  t.same(
    pipeline?.evaluate.metrics.map(({ id }) => id),
    ['hits'],
    'by default, metrics that the scores allow',
  )
  t.same(await codes('data: { use: warehouse }\nalgorithm: groups\n'), [], 'no target for clusters')
  t.same(await codes('data: { use: warehouse }\nalgorithm: both\n'), [], 'one that can do without')
  t.same(
    await codes(`${data}algorithm: both\nevaluate: { metrics: [hits] }\n`),
    [],
    'and learns from one that is there',
  )
})

t.test('secrets come from the environment and go nowhere', async (t) => {
  const page = (password: string) =>
    `data:\n  use: warehouse\n  with:\n    folder: []\n    login: { user: me, password: ${password} }\nalgorithm: groups\n`
  t.same(await codes(page('hunter2')), ['SPEC_LITERAL_SECRET 7:34'])
  t.same(await codes(page('"${env:NOT_SET}"')), ['SPEC_ENV_UNSET 7:34'])
  const { pipeline, errors } = await check(page('"${env:PASSWORD}"'), { PASSWORD: 'hunter2' })
  t.same(errors, [])
  t.same(pipeline?.sources[0]?.secrets, { 'login.password': 'hunter2' })
  t.notMatch(canonicalJson(pipeline?.resolved ?? {}), 'hunter2')
  t.match(canonicalJson(pipeline?.resolved ?? {}), '${env:PASSWORD}')
})

t.test('a plugin whose params are no JSON Schema is told at its name', async (t) => {
  const params = { x: { type: 'string', minimum: 3, default: '' } } as const
  const odd = defineDeploy({ id: 'odd', version: 1, summary: 'Odd.', params, deploy: () => Promise.reject() })
  const text = `daybook: 1\nname: odd\ndata: { use: warehouse }\nalgorithm: groups\ndeploy: [{ use: odd }]\n`
  const page = parsePage(text, 'page.yaml', folder)
  const { errors } = await checkPage(page, { registry: memoryRegistry([...oddPlugins, odd]), env: {} })
  t.match(errors, [{ code: 'PLUGIN_INVALID', message: /minimum/, at: { line: 5, col: 17 } }])
})

t.test('every item of a list of locations is looked for', async (t) => {
  const page = 'data:\n  use: warehouse\n  with: { folder: [a, b] }\nalgorithm: groups\n'
  t.same(await codes(page), ['SPEC_NO_DATA_FILE 5:20', 'SPEC_NO_DATA_FILE 5:23'])
})

t.test('the way of columns by what plugins say', async (t) => {
  const n = 12
  const x: NumberColumn = { type: 'number', name: 'x', values: Float64Array.from({ length: n }, (_, i) => i) }
  const c: CategoryColumn = {
    type: 'category',
    name: 'c',
    levels: ['a', 'b'],
    values: Int32Array.from({ length: n }, (_, i) => i % 2),
  }
  const frame = new Frame(n, [x, c, { ...c, name: 'y' }])
  const found = async (preprocess: string) => {
    const { pipeline } = await check(`${data}preprocess: ${preprocess}\nalgorithm: margins\noptimizer: walk\n`)
    return pipeline === undefined ? undefined : checkData(pipeline, frame, registry)
  }
  t.match(await found('[]'), [{ code: 'SPEC_TYPE_NOT_TAKEN', hint: /Add a preprocess cell before it: `digits`;/ }])
  t.same(await found('[digits]'), [])
  t.match(await found('[digits, { use: digits, columns: c }]'), [{ code: 'SPEC_COLUMNS_NOT_TAKEN' }])
  t.match(await found('[broken]'), [{ code: 'PLUGIN_INVALID', message: /hook `output` failed/ }])
})
