import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { isDigest } from '../../src/base/digest.ts'
import type { PluginKind } from '../../src/plugin/api.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { root } from '../root.ts'

const define = pathToFileURL(join(root, 'dist', 'src', 'plugin', 'index.js')).href
const folder = mkdtempSync(join(tmpdir(), 'daybook-registry-'))

function write(path: string, text: string): string {
  const file = join(folder, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
  return file
}

// Without a type Node finds out by itself that these are ES modules, and the test runner's import hooks get in its way at times.
write('package.json', '{ "type": "module" }')

function metric(id: string, extra = '', imports = ''): string {
  return `import { defineMetric } from '${define}'
${imports}
export default defineMetric({ id: '${id}', version: 1, summary: 'A metric.', params: {}, tasks: ['binary'], needs: 'labels', better: 'higher', compute: () => 0, ${extra} })`
}

const rejected = async (kind: PluginKind, use: string): Promise<unknown> =>
  (await openRegistry({ folder })).find(kind, use).then(
    () => t.fail(`${use} was found`),
    (thrown: unknown) => thrown,
  )

t.test('the set that comes with Daybook', async (t) => {
  const registry = await openRegistry({ folder })
  t.ok(registry.ids('metric').includes('auc'))
  t.same(registry.ids('metric'), [...registry.ids('metric')].sort())
  const auc = await registry.find('metric', 'auc')
  t.match(auc, { origin: 'built-in', use: 'auc', plugin: { kind: 'metric', id: 'auc' } })
  t.ok(isDigest(auc.code))
  t.equal(await registry.find('metric', 'auc'), auc, 'loaded once')
})

t.test('an unknown id, with what was meant', async (t) => {
  t.match(await rejected('metric', 'acu'), { code: 'PLUGIN_UNKNOWN', hint: 'did you mean `auc`?' })
  t.match(await rejected('preprocess', 'ridge'), { code: 'PLUGIN_UNKNOWN', hint: /`ridge` is an algorithm/ })
  t.match(await rejected('preprocess', 'rigde'), {
    code: 'PLUGIN_UNKNOWN',
    hint: /did you mean `ridge`, an algorithm\?/,
  })
})

t.test('a local file, its code digest over all that it imports', async (t) => {
  write('plugins/half.js', 'export const half = 0.5\n')
  write('plugins/mine.js', metric('mine', '', `import { half } from './half.js'\nvoid half`))
  const find = async () => (await openRegistry({ folder })).find('metric', './plugins/mine.js')
  const before = await find()
  t.match(before, { origin: 'local', use: './plugins/mine.js', plugin: { id: 'mine' } })
  write('plugins/half.js', 'export const half = 0.25\n')
  t.not((await find()).code, before.code, 'a changed import changes it')
  write('plugins/half.js', 'export const half = 0.5\n')
  t.equal((await find()).code, before.code, 'and back')
  t.match(await rejected('data', './plugins/mine.js'), { code: 'PLUGIN_WRONG_KIND', hint: /evaluate/ })
  t.match(await rejected('metric', './plugins/mien.js'), {
    code: 'PLUGIN_LOAD_FAILED',
    hint: 'did you mean `./plugins/mine.js`?',
  })
  t.match(await rejected('metric', './plugins'), { code: 'PLUGIN_LOAD_FAILED' })
})

t.test('TypeScript where Node can load it', async (t) => {
  write('plugins/typed.ts', metric('typed', '', 'const one: number = 1\nvoid one'))
  if (process.features && 'typescript' in process.features && process.features.typescript) {
    t.match(await (await openRegistry({ folder })).find('metric', './plugins/typed.ts'), { plugin: { id: 'typed' } })
  } else {
    t.match(await rejected('metric', './plugins/typed.ts'), { code: 'PLUGIN_LOAD_FAILED', hint: /Node 22\.18/ })
  }
})

t.test('an npm package: by subpath, by named export, as the package itself', async (t) => {
  const json = {
    name: '@acme/kit',
    version: '2.1.0',
    type: 'module',
    exports: { '.': './index.js', './lift': { import: './lift.js' }, './more/*': './more/*.js' },
  }
  write('node_modules/@acme/kit/package.json', JSON.stringify(json))
  write(
    'node_modules/@acme/kit/index.js',
    `${metric('main')}\nimport { defineMetric as d } from '${define}'\nexport const named = d({ id: 'named', version: 1, summary: 'A metric.', params: {}, tasks: ['binary'], needs: 'labels', better: 'higher', compute: () => 0 })`,
  )
  write('node_modules/@acme/kit/lift.js', metric('lift'))
  write('node_modules/@acme/kit/more/gain.js', metric('gain'))
  const registry = await openRegistry({ folder: join(folder, 'pages', 'deep') })
  for (const [use, id] of [
    ['@acme/kit/lift', 'lift'],
    ['@acme/kit/named', 'named'],
    ['@acme/kit/more/gain', 'gain'],
  ] as const) {
    t.match(await registry.find('metric', use), { origin: 'npm', package: '@acme/kit@2.1.0', use, plugin: { id } })
  }
  t.match(await rejected('metric', '@acme/kit/none'), {
    code: 'PLUGIN_LOAD_FAILED',
    message: /@acme\/kit@2\.1\.0 exports nothing/,
  })
  t.match(await rejected('metric', '@acme/other/x'), { code: 'PLUGIN_LOAD_FAILED', hint: /npm install @acme\/other/ })
  t.match(await rejected('metric', '@acme/kit/../../../x'), { code: 'PLUGIN_LOAD_FAILED' })
  const before = (await registry.find('metric', '@acme/kit/lift')).code
  write('node_modules/@acme/kit/more/gain.js', `${metric('gain')}\n`)
  t.not(
    (await (await openRegistry({ folder })).find('metric', '@acme/kit/lift')).code,
    before,
    'any file of the package counts',
  )
})

t.test('what is not usable says why', async (t) => {
  const cases: Readonly<Record<string, readonly [source: string, reason: RegExp]>> = {
    nothing: ['export const x = 1', /exports no object/],
    undefined: ['export default { id: "x" }', /not made by one of the `define…` functions/],
    'no-hook': [metric('a', 'compute: undefined'), /hook `compute` is missing/],
    'bad-id': [metric('Bad Id'), /`id` is the text "Bad Id"/],
    'bad-version': [metric('a', 'version: 0'), /`version` is 0, expected a whole number >= 1/],
    typo: [metric('a', 'need: 1'), /`need` is nothing that a plugin of kind metric declares: did you mean `needs`\?/],
    keyword: [
      metric('a', "params: { x: { type: 'number', minimun: 1 } }"),
      /`params\.x\.minimun`: there is no keyword `minimun`, did you mean `minimum`\?/,
    ],
    default: [
      metric('a', "params: { x: { type: 'number', minimum: 1, default: 0 } }"),
      /`params\.x\.default` is 0, expected a number >= 1/,
    ],
    pattern: [metric('a', "params: { x: { type: 'string', pattern: '(' } }"), /no regular expression/],
    hangs: [
      metric(
        'a',
        "params: { x: { type: 'string', pattern: '(a+)+$', default: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' } }",
      ),
      /`params\.x\.pattern` repeats a group/,
    ],
    reference: [
      metric('a', "params: { x: { $ref: 'https://example.org/schema.json' } }"),
      /`params\.x\.\$ref`: there is no keyword `\$ref`/,
    ],
    throws: ['throw new Error("at import")', /at import/],
    syntax: ['export default {', /Unexpected end of input/],
  }
  for (const [name, [source, reason]] of Object.entries(cases)) {
    write(`bad/${name}.js`, source)
    const code = name === 'throws' || name === 'syntax' ? 'PLUGIN_LOAD_FAILED' : 'PLUGIN_INVALID'
    t.match(await rejected('metric', `./bad/${name}.js`), { code, message: reason, exit: 2 }, name)
  }
})

t.test('a set of its own is found like the built-in one', async (t) => {
  write('one.js', metric('one'))
  const set = write(
    'set.js',
    `export default { plugins: [{ kind: 'metric', id: 'one', load: () => import('./one.js') }] }`,
  )
  const registry = await openRegistry({ folder, sets: [pathToFileURL(set).href] })
  t.same(registry.ids('metric'), ['one'])
  t.ok(isDigest((await registry.find('metric', 'one')).code), 'a set without manifest stands on its files')
  await t.rejects(openRegistry({ folder, sets: [pathToFileURL(join(folder, 'none.js')).href] }), {
    code: 'PLUGIN_LOAD_FAILED',
  })
})
