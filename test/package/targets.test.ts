import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { unzipSync } from 'fflate'
import t from 'tap'
import type { JsonObject } from '../../src/base/json.ts'
import { packageRun, verifyPackage } from '../../src/index.ts'
import { makeModel, unpacked } from './packed.ts'

const made = makeModel(t)
const rows = [
  { income: 2000, debt: 30, purpose: 'car' },
  { income: null, debt: 700, purpose: 'home' },
]

async function unpackedHere(folder: string, target: string, params: readonly string[] = []): Promise<string> {
  return unpacked(folder, await made, target, params)
}

t.test('docker: the context is what was asked for, and verifies', async (t) => {
  const folder = await unpackedHere(t.testdir(), 'docker', ['port=9000', 'base=node:24.1.0-bookworm-slim'])
  const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8')
  t.match(dockerfile, /^FROM node:24\.1\.0-bookworm-slim\n/)
  t.match(dockerfile, /\nUSER node\n/)
  t.match(dockerfile, /\nHEALTHCHECK .*127\.0\.0\.1:9000\/health\/ready/)
  t.match(dockerfile, new RegExp(`daybook.model="${(await made).record.result.model?.digest}"`))
  t.match(await verifyPackage(folder), { verdict: 'identical', examples: 24 })
  const { store, record } = await made
  const bad = { target: 'docker', params: ['base="a b\\nRUN x"'], env: {} }
  await t.rejects(packageRun(store, record, bad), { code: 'SPEC_BAD_PARAM' })
})

t.test('docker: node server.mjs serves the model without Docker', async (t) => {
  const app = join(await unpackedHere(t.testdir(), 'docker'), 'app')
  const { model, record } = await made
  const serve = (env: Readonly<Record<string, string>>) =>
    spawn(process.execPath, ['server.mjs'], { cwd: app, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })

  const open = serve({ HOST: '0.0.0.0', PORT: '0' })
  t.equal(await new Promise((done) => open.on('exit', done)), 2, 'open to others without a token: it does not start')

  const child = serve({ PORT: '0', DAYBOOK_TOKEN: 'secret' })
  const url = await new Promise<string>((listening) =>
    child.stdout.on('data', (text: Buffer) => listening(/http:\S+/.exec(text.toString())?.[0] ?? '')),
  )
  const ask = async (path: string, body?: string, token = 'secret'): Promise<{ status: number; body: JsonObject }> => {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${url}${path}`, body === undefined ? { headers } : { method: 'POST', body, headers })
    return { status: answer.status, body: (await answer.json()) as JsonObject }
  }
  t.same(await ask('/predict', JSON.stringify({ rows })), {
    status: 200,
    body: {
      predictions: JSON.parse(JSON.stringify(model.predictRows(rows))),
      model: { digest: record.result.model?.digest },
    },
  })
  t.match(await ask('/signature'), { status: 200, body: { task: 'binary', target: 'repaid' } })
  t.match(await ask('/predict', JSON.stringify({ rows: [rows[0], { income: 'x' }] })), {
    status: 400,
    body: { code: 'ROW_BAD_VALUE', error: /row 1: column `income`/ },
  })
  for (const [body, status] of [
    ['{', 400],
    ['null', 400],
    ['{"rows":[1]}', 400],
    ['{"rows":{}}', 400],
    [`{"rows":[${'{},'.repeat(1000)}{}]}`, 413],
    [`"${'x'.repeat(1024 * 1024)}"`, 413],
  ] as const)
    t.match(await ask('/predict', body), { status, body: { error: String } }, body.slice(0, 20))
  t.match(await ask('/predict', undefined), { status: 405 })
  t.match(await ask('/etc/passwd'), { status: 404 })
  t.match(await ask('/predict', '{"rows":[]}', 'other'), { status: 401 })
  t.match(await ask('/health/ready', undefined, ''), { status: 200 }, 'a health check brings no token')
  child.kill('SIGTERM')
  t.equal(await new Promise((done) => child.on('exit', done)), 0)
})

t.test('lambda: the handler answers events and HTTP, and its zip is small and reproducible', async (t) => {
  const folder = await unpackedHere(t.testdir(), 'lambda')
  const { model, record, store } = await made
  const { handler } = (await import(pathToFileURL(join(folder, 'function', 'handler.mjs')).href)) as {
    handler(event: unknown): Promise<{ statusCode?: number; body?: string; predictions?: unknown }>
  }
  const predictions = JSON.parse(JSON.stringify(model.predictRows(rows)))
  const digest = record.result.model?.digest
  t.same(await handler({ rows }), { predictions, model: { digest } })
  await t.rejects(handler({ rows: [{}] }), { code: 'ROW_MISSING_COLUMN' })
  const http = async (body: string, isBase64Encoded = false) => {
    const { statusCode, body: text = '' } = await handler({ requestContext: {}, body, isBase64Encoded })
    return { statusCode, body: JSON.parse(text) }
  }
  const event = JSON.stringify({ rows })
  t.same(await http(event), { statusCode: 200, body: { predictions, model: { digest } } })
  t.match(await http(Buffer.from(event).toString('base64'), true), { statusCode: 200 })
  t.match(await http('{'), { statusCode: 400 })
  t.match(await http('{"rows":[{}]}'), { statusCode: 400, body: { code: 'ROW_MISSING_COLUMN' } })
  t.match(await http('7'), { statusCode: 400 })

  const archive = readFileSync(join(folder, 'function.zip'))
  t.ok(archive.length < 5_000_000, `${archive.length} bytes`)
  const inside = unzipSync(archive)
  t.same(Object.keys(inside).sort(), ['handler.mjs', 'index.js', 'model.js', 'package.json'])
  for (const [path, bytes] of Object.entries(inside))
    t.ok(Buffer.from(bytes).equals(readFileSync(join(folder, 'function', path))), path)

  const program = `
    import { openStore, packageRun } from 'daybook'
    const store = await openStore(${JSON.stringify(store.folder)})
    const record = await store.runs.resolve('latest')
    const files = await packageRun(store, record, { target: 'lambda', env: {} })
    process.stdout.write(files.get('function.zip'))`
  const elsewhere = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    env: { TZ: 'Pacific/Auckland', LC_ALL: 'tr_TR.UTF-8' },
    maxBuffer: 1e8,
  })
  t.ok(archive.equals(elsewhere), 'in another time zone and locale it has equal bytes')
})
