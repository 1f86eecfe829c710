import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { frameFromState } from '../../src/frame/frame-state.ts'
import {
  createServer,
  loadRun,
  openRunModel,
  openStore,
  type Prediction,
  type RunRecord,
  renderReport,
  runPage,
  scoreFile,
} from '../../src/index.ts'
import { decodeState, type StateObject } from '../../src/plugin/api.ts'
import { send } from './client.ts'

const page = `daybook: 1
name: same-scores
seed: 3
data:
  use: csv
  with: { path: loans.csv }
  target: { column: paid, positive: "yes" }
  key: id
  columns:
    note: { role: ignore }
  split: { by: random, test: 0.3 }
preprocess:
  - use: impute
  - one-hot
  - standardize
algorithm: { use: logistic, with: { l2: 0.1 } }
evaluate: { metrics: [auc], folds: 2 }
`

/** Rows with every sort of trouble that is none: long fractions, missing values, categories, numbers as text. */
const rows = Array.from({ length: 300 }, (_, i) => ({
  id: `r${i}`,
  income: i % 17 === 0 ? null : ((i * 7919) % 1000) / 7 + 1e-9,
  purpose: ['car', 'home', 'a, "b"'][i % 3] as string,
  years: (i * 31) % 40,
  note: 'x',
  paid: ((i * 7919) % 1000) / 7 + ((i * 31) % 40) > 80 ? 'yes' : 'no',
}))

t.test('training, serving and scoring of files give the same scores, to the bit', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-same-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const names = ['id', 'income', 'purpose', 'years', 'note', 'paid'] as const
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const lines = rows.map((row) =>
    names.map((name) => (typeof row[name] === 'string' ? quoted(row[name]) : (row[name] ?? ''))).join(','),
  )
  await writeFile(join(folder, 'loans.csv'), `${names.join(',')}\n${lines.join('\n')}\n`)
  await writeFile(join(folder, 'loans.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'))
  await writeFile(join(folder, 'page.yaml'), page)

  const record = await ran(join(folder, 'page.yaml'), join(folder, 'store'))
  t.equal(record.status, 'ok', record.error?.message ?? 'the run is ok')
  const store = await openStore(join(folder, 'store'))
  const model = await openRunModel(store, record)
  const frame = frameFromState(
    decodeState(await store.objects.get(record.result.cells[0]?.output as string)) as StateObject,
  )
  const trained = [...model.scoreFrame(frame, { lenient: true }).values].filter((_, i) => i % 2 === 1)
  t.equal(trained.length, rows.length)
  t.ok(new Set(trained).size > 50, 'the scores differ')

  for (const file of ['loans.csv', 'loans.jsonl']) {
    const scored: Prediction[] = []
    for await (const one of scoreFile(join(folder, file), model)) scored.push(one)
    t.same(
      scored.map(({ probabilities }) => probabilities?.yes),
      trained,
      file,
    )
  }

  const loaded = await loadRun(join(folder, 'store'), record.id)
  const models = [{ name: record.pipeline, versions: [loaded], champion: record.id }]
  const server = await createServer({ models, port: 0, threads: 1, limits: { rows: 2000, waitMs: 60_000 } })
  t.teardown(() => server.close())
  const { url } = await server.listen()
  const post = async (path: string, body: unknown) => {
    const reply = await send(`${url}${path}`, { body })
    t.equal(reply.status, 200, reply.text.slice(0, 200))
    t.equal(reply.headers['x-daybook-run-digest'], record.digest)
    return reply
  }
  const yesOf = (rows: readonly { yes: number }[]): number[] => rows.map(({ yes }) => yes)
  const { json } = await post('/predict', { rows })
  t.equal(json.model.digest, record.result.model?.digest)
  t.same(yesOf(json.probabilities), trained, 'over HTTP')

  const alone = await Promise.all(rows.map((row) => post('/predict', { rows: [row] })))
  t.same(yesOf(alone.map((reply) => reply.json.probabilities[0])), trained, 'row by row, in whatever batches they fall')

  const columns = ['income', 'purpose', 'years'] as const
  const type = { income: 'FP64', purpose: 'BYTES', years: 'INT32' }
  const inputs = columns.map((name) => ({
    name,
    shape: [rows.length],
    datatype: type[name],
    data: rows.map((row) => row[name]),
  }))
  const infer = await post(`/v2/models/${record.pipeline}/infer`, { inputs, outputs: [{ name: 'probabilities' }] })
  t.same(
    infer.json.outputs[0].data.filter((_: number, i: number) => i % 2 === 1),
    trained,
    'as tensors',
  )
  const records = await post('/invocations', { dataframe_records: rows })
  const split = { columns, data: rows.map((row) => columns.map((name) => row[name])) }
  t.same((await post('/invocations', { dataframe_split: split })).json, records.json)
  t.same(
    yesOf(records.json.predictions.map((one: { probabilities: { yes: number } }) => one.probabilities)),
    trained,
    'as MLflow asks',
  )

  const many = { rows: [...rows, ...rows, ...rows, ...rows] }
  const here = (await post('/predict', many)).text
  let there = here
  for (let time = 0; time < 200 && !server.threads; time++) there = (await post('/predict', many)).text
  t.ok(server.threads, 'a scoring thread has taken a large request')
  t.ok((await post('/predict', many)).text === there && here === there, 'and answered with equal bytes')
  const bad = await send(`${url}/predict`, { body: { rows: [...many.rows, { ...rows[0], income: 'x' }] } })
  t.equal(bad.status, 400)
  t.match(bad.json.error, { code: 'ROW_BAD_VALUE', row: 1200, column: 'income' })

  const report = await renderReport(record, (digest) => store.objects.get(digest))
  for (const part of ['300 rows, 6 columns', 'ROC', 'Calibration', 'Train against test', record.digest])
    t.ok(report.includes(part), part)
  t.notOk(report.includes('not drawn here'))
})

async function ran(file: string, store: string): Promise<RunRecord> {
  const run = runPage(file, { store, threads: 1 })
  for (;;) {
    const step = await run.next()
    if (step.done) return step.value.record
  }
}
