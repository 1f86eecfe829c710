import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import type { JsonObject } from '../../src/base/json.ts'
import { openRunModel, openStore, packageRun, type RunRecord, verifyPackage } from '../../src/index.ts'
import type { Example } from '../../src/plugin/index.ts'
import { chromiumPath, launchChromium, noChromium } from '../browser.ts'
import { makeWorkshop, plugins, seeRun } from '../run/workshop.ts'

/** What a package exports. */
interface Exports {
  readonly digest: string
  readonly signature: { readonly columns: readonly { readonly name: string }[] }
  score(row: JsonObject): JsonObject
  scoreBatch(rows: readonly JsonObject[]): JsonObject[]
}

const sections = {
  data: `data:
  use: csv
  with: { path: loans.csv }
  target: { column: repaid, positive: "yes" }
  key: id
  columns: { purpose: { unseen: other }, branch: { role: group }, income: { type: number, unit: EUR, min: 0 } }
  split: { by: random, test: 0.25, validation: 0.1 }`,
  preprocess:
    'preprocess: [{ use: impute, with: { number: median } }, date-parts, { use: woe, columns: [purpose] }, standardize]',
  algorithm: 'algorithm: { use: gradient-boosting, with: { trees: 20 } }',
  evaluate: 'evaluate: { metrics: [auc], folds: 0, resamples: 0 }',
  deploy: 'deploy: [{ use: npm, with: { package: "@acme/loans", version: 2.1.0 } }]',
}

t.test('a page ships its model as an npm package', async (t) => {
  const workshop = makeWorkshop(t)
  const { finished } = await seeRun(workshop.page(sections))
  const record = finished?.record as RunRecord
  t.equal(record.status, 'ok', record.error?.message ?? '')
  const folder = join(finished?.folder as string, 'deploy', 'deploy.npm')
  const store = await openStore(finished?.store as string)
  const model = await openRunModel(store, record)
  const examples = JSON.parse(readFileSync(join(folder, 'examples.json'), 'utf8')) as readonly Example[]
  const rows = examples.map(({ row }) => row)

  t.test('npm installs it offline in an empty folder, and it answers with the bits of the model', async (t) => {
    const empty = t.testdir({ 'package.json': '{ "name": "user", "private": true, "type": "module" }' })
    execFileSync('npm', ['install', '--offline', '--ignore-scripts', folder], { cwd: empty, stdio: 'ignore' })
    writeFileSync(
      join(empty, 'use.js'),
      `import { digest, score, scoreBatch } from '@acme/loans'
       const rows = ${JSON.stringify(rows)}
       const one = (row) => { try { return score(row) } catch ({ code, message }) { return { error: code, message } } }
       console.log(JSON.stringify({ digest, answers: rows.map(one), none: scoreBatch([]) }))`,
    )
    const told = JSON.parse(execFileSync(process.execPath, ['use.js'], { cwd: empty, encoding: 'utf8' }))
    t.equal(told.digest, record.result.model?.digest)
    t.same(told.none, [])
    const expected = rows.map((row) => answerOf(model, row))
    t.same(told.answers, expected)
    t.same(
      examples.map(({ answer }) => answer),
      expected.map(({ message: _, ...answer }) => answer),
    )
    t.ok(
      expected.some(({ error }) => error === undefined),
      'some rows are scored',
    )
  })

  t.test('a browser gets the same bits', { skip: chromiumPath === undefined && noChromium }, async (t) => {
    const server = createServer((request, response) => {
      const path = ['/index.js', '/model.js'].find((one) => one === request.url)
      response.setHeader('content-type', path === undefined ? 'text/html' : 'text/javascript')
      response.end(path === undefined ? '<!doctype html>' : readFileSync(join(folder, path)))
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    t.teardown(() => server.close())
    const browser = await launchChromium()
    t.teardown(() => browser.close())
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const answers = await page.evaluate(`import('/index.js').then(({ score }) => ${JSON.stringify(rows)}.map((row) => {
      try { return JSON.stringify(score(row)) } catch ({ code }) { return JSON.stringify({ error: code }) }
    }))`)
    t.same(
      answers,
      examples.map(({ answer }) => JSON.stringify(answer)),
    )
  })

  t.test('its types are those of the columns', async (t) => {
    writeFileSync(
      join(mkdirs(t.testdir()), 'use.ts'),
      `import { score } from '../package/index.js'
const { prediction, probabilities } = score({ income: null, debt: 1, purpose: 'boat', when: '2025-01-31' })
const yes: number = probabilities.yes
const what: 'no' | 'yes' = prediction
// @ts-expect-error income is a number
score({ income: 'high', debt: 1, purpose: 'car', when: '2025-01-31' })
// @ts-expect-error a column is absent
score({ income: 1, debt: 1, purpose: 'car' })
export { what, yes }
`,
    )
    cpSync(folder, join(t.testdirName, 'package'), { recursive: true })
    const { default: typescript } = await import('typescript')
    const program = typescript.createProgram([join(t.testdirName, 'user', 'use.ts')], {
      strict: true,
      noEmit: true,
      module: typescript.ModuleKind.NodeNext,
      types: [],
    })
    const complaints = typescript
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => typescript.flattenDiagnosticMessageText(messageText, '\n'))
    t.same(complaints, [])
  })

  t.test('packed again from the record, it has equal bytes but for its params', async (t) => {
    const options = { target: 'npm', params: ['package="@acme/loans"', 'version=2.1.0'], env: {} }
    const files = await packageRun(store, record, options)
    for (const [path, bytes] of files) t.ok(Buffer.from(bytes).equals(readFileSync(join(folder, path))), path)
    const other = await packageRun(store, record, { target: 'npm', env: {} })
    const { name, version } = JSON.parse(Buffer.from(other.get('package.json') as Uint8Array).toString())
    t.same([name, version], ['loans-model', '1.0.0'])
    await t.rejects(packageRun(store, record, { target: 'npm', params: ['version=two'], env: {} }), {
      code: 'SPEC_BAD_PARAM',
    })
  })

  t.test('no row of the data is in it', async (t) => {
    const frame = new Set(
      readFileSync(workshop.data, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').slice(1, 4).join()),
    )
    for (const { row } of examples) t.notOk(frame.has([row.income, row.debt, row.purpose].join()))
  })

  t.test('verify finds what was changed, is gone or came along', async (t) => {
    const copy = join(t.testdir(), 'package')
    cpSync(folder, copy, { recursive: true })
    const whole = await verifyPackage(copy)
    t.match(whole, { verdict: 'identical', examples: examples.length, faults: [] })
    t.equal(whole.manifest.model, record.result.model?.digest)
    for (const name of Object.keys(whole.manifest.files)) {
      const bytes = readFileSync(join(copy, name))
      for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] as number) ^ 1
        writeFileSync(join(copy, name), flipped)
        t.match(
          await verifyPackage(copy),
          { verdict: 'different', faults: [`${name} was changed`] },
          `${name} at ${at}`,
        )
      }
      rmSync(join(copy, name))
      t.match(await verifyPackage(copy), { verdict: 'different', faults: [`${name} is missing`] })
      writeFileSync(join(copy, name), bytes)
    }
    writeFileSync(join(copy, 'more.js'), '')
    t.match(await verifyPackage(copy), { verdict: 'different', faults: ['more.js is not in the package’s list'] })
    rmSync(join(copy, 'more.js'))
    appendFileSync(join(copy, 'daybook-package.json'), 'x')
    await t.rejects(verifyPackage(copy), { code: 'PACKAGE_BROKEN' })
  })

  t.test('a certificate says what it was held against', async (t) => {
    const parity = JSON.parse(readFileSync(join(folder, 'parity.json'), 'utf8'))
    t.match(parity, {
      format: 1,
      model: record.result.model?.digest,
      bounds: { absolute: 0, relative: 0 },
      holdOut: { rows: record.result.split.rows.test, labelsDiffer: { count: 0 }, refusedApart: { count: 0 } },
      madeUp: { labelsDiffer: { count: 0 }, outside: { count: 0 } },
      maxAbsolute: 0,
      verdict: 'identical',
    })
    t.ok(parity.madeUp.rows > 500, 'rows through all columns, edges, and numbers beside those of the data')
    t.ok(parity.madeUp.refused > 0 && parity.madeUp.refused < parity.madeUp.rows)
  })
})

t.test('plugins of others come along; one that needs Node does not', async (t) => {
  const workshop = makeWorkshop(t)
  const page = (plugin: string) =>
    workshop.page({
      preprocess: `preprocess: [impute, { use: ${join(plugins, plugin)} }, { use: one-hot }]`,
      algorithm: 'algorithm: random-forest',
      evaluate: sections.evaluate,
      deploy: 'deploy: [npm]',
    })
  const { finished } = await seeRun(page('target-mean.js'))
  t.equal(finished?.record.status, 'ok', finished?.record.error?.message ?? '')
  const folder = join(finished?.folder as string, 'deploy', 'deploy.npm')
  const packed = (await import(pathToFileURL(join(folder, 'index.js')).href)) as Exports
  const store = await openStore(finished?.store as string)
  const model = await openRunModel(store, finished?.record as RunRecord)
  const row = { income: 2000, debt: 30, purpose: 'car' }
  t.same(packed.scoreBatch([row, row]), model.predictRows([row, row]))

  const refused = await seeRun(page('upper-case.js'))
  t.match(refused.finished?.problem, {
    code: 'PACKAGE_NOT_SELF_CONTAINED',
    cell: 'deploy.npm',
    values: { modules: 'node:util' },
  })
})

function answerOf(
  model: { predictRows(rows: readonly JsonObject[]): readonly unknown[] },
  row: JsonObject,
): JsonObject {
  try {
    return JSON.parse(JSON.stringify(model.predictRows([row])[0])) as JsonObject
  } catch (thrown) {
    const { code, message } = thrown as { code: string; message: string }
    return { error: code, message }
  }
}

function mkdirs(folder: string): string {
  const user = join(folder, 'user')
  mkdirSync(user, { recursive: true })
  return user
}
