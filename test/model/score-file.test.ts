import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { asDaybookError } from '../../src/base/errors.ts'
import type { Prediction } from '../../src/model/index.ts'
import { type ScoreFileOptions, scoreFile, scoreFileOptions } from '../../src/model/score-file.ts'
import { signature, tinyModel } from '../serve/model.ts'

const folder = await mkdtemp(join(tmpdir(), 'daybook-score-'))
t.teardown(() => rm(folder, { recursive: true }))

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function scores(path: string, options?: ScoreFileOptions, model = tinyModel()): Promise<Prediction[]> {
  const all: Prediction[] = []
  for await (const prediction of scoreFile(path, model, options)) all.push(prediction)
  return all
}

const expected: readonly Prediction[] = [
  { prediction: 'no', probabilities: { no: 0.75, yes: 0.25 } },
  { prediction: 'yes', probabilities: { no: 0.25, yes: 0.75 } },
]

t.test('a CSV file: types of the signature, other columns come along', async (t) => {
  const text = 'loanId,income,purpose,since,owner,note\n1,2,car,2026-01-31,true,x\n2,,home,,,\n'
  t.same(await scores(await file('a.csv', text)), expected)
  t.same(await scores(await file('a.csv.gz', gzipSync(text))), expected)
  t.same(await scores(await file('a.tsv', text.replaceAll(',', '\t'))), expected)
})

t.test('a CSV file as the page says it is written', async (t) => {
  const path = await file('b.csv', 'purpose;income\ncar;2,0\nhome;-9\n')
  const options = { csv: { delimiter: ';', decimal: ',' }, missing: { income: ['-9'] } }
  t.same(await scores(path, options), expected)
})

t.test('JSON lines and a JSON list', async (t) => {
  const rows = ['{"income":2,"purpose":"car","loanId":7}', '{"income":null,"purpose":"home"}']
  t.same(await scores(await file('a.jsonl', `${rows.join('\n')}\n\n`)), expected)
  t.same(await scores(await file('a.ndjson', rows.join('\r\n'))), expected)
  t.same(await scores(await file('a.json', `[${rows.join(',')}]`)), expected)
  t.same(await scores(await file('empty.jsonl', '')), [])
})

t.test('a Parquet file: types of the file, brought into those of the signature', async (t) => {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const path = join(folder, 'a.parquet')
  const rows = `(2.0, 'car', DATE '2026-01-31', true), (NULL, 'home', NULL, NULL)`
  await connection.run(
    `COPY (SELECT * FROM (VALUES ${rows}) AS t(income, purpose, since, owner)) TO '${path}' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  t.same(await scores(path), expected)
})

t.test('every value is scored as it stands, to the bit, over many chunks', async (t) => {
  const incomes = Array.from({ length: 9000 }, (_, i) => (i * 0.1) / 3)
  const all = await scores(
    await file('many.csv', `income,purpose\n${incomes.map((income) => `${income},car`).join('\n')}\n`),
  )
  t.equal(all.length, incomes.length)
  t.same(
    all.map(({ probabilities }) => probabilities?.yes),
    incomes.map((income) => 1 / (2 + income)),
  )
})

t.test('a row that the model cannot take is named by its line and column', async (t) => {
  const cases: readonly [string, string, string, RegExp][] = [
    ['c.csv', 'income,purpose\n1,car\n\n"2",boat\n', 'ROW_BAD_VALUE', /^c\.csv:4: column `purpose` holds "boat"/],
    [
      'd.csv',
      'income,purpose\n1,car\nmany,car\n',
      'DATA_BAD_VALUE',
      /^d\.csv:3: column `income` holds `many`, expected a number/,
    ],
    [
      'e.csv',
      'income,purpose\n1,car\n-1,car\n',
      'ROW_BAD_VALUE',
      /^e\.csv:3: column `income` holds -1, expected a number of at least 0/,
    ],
    ['f.csv', 'income\n1\n', 'MODEL_NO_COLUMN', /`purpose`/],
    ['g.csv', 'income,purpose\n1,\n', 'ROW_BAD_VALUE', /^g\.csv:2: column `purpose` holds null, expected a value/],
    [
      'c.jsonl',
      '{"income":1,"purpose":"car"}\n\n{"income":"1","purpose":"car"}',
      'ROW_BAD_VALUE',
      /^c\.jsonl:3: column `income` holds "1"/,
    ],
    [
      'd.jsonl',
      '{"income":1,"purpose":"car"}\n{"income":1}',
      'ROW_MISSING_COLUMN',
      /^d\.jsonl:2: column `purpose` is absent/,
    ],
    ['e.jsonl', '{"income":1,"purpose":"car"}\n{"income":', 'SCORE_BAD_LINE', /^e\.jsonl:2 is not JSON/],
    ['f.jsonl', '3', 'SCORE_BAD_LINE', /^f\.jsonl:1 is not an object of columns/],
    ['g.jsonl', `{"income":${'['.repeat(100_000)}`, 'SCORE_BAD_LINE', /^g\.jsonl:1 is nested deeper than 64 levels/],
    [
      'c.json',
      '[{"income":1,"purpose":"car"},{"purpose":"car"}]',
      'ROW_MISSING_COLUMN',
      /^c\.json, row 2: column `income` is absent/,
    ],
    ['d.json', '[1', 'SCORE_BAD_LINE', /^d\.json is not JSON/],
    ['a.xlsx', '', 'SCORE_UNKNOWN_FORMAT', /^a\.xlsx is not a file of rows/],
  ]
  for (const [name, text, code, message] of cases) {
    const path = await file(name, text)
    const error = await scores(path).then(
      () => undefined,
      (thrown) => asDaybookError(thrown),
    )
    t.equal(error?.code, code, name)
    t.match(error?.message, message)
    t.notMatch(error?.message, folder)
  }
})

t.test('a row at fault in a later chunk is named by its own line', async (t) => {
  const path = await file('late.csv', `income,purpose\n${'1,car\n'.repeat(5000)}1,boat\n`)
  await t.rejects(scores(path), { message: /^late\.csv:5002: column `purpose`/ })
  const jsonl = await file(
    'late.jsonl',
    `${'{"income":1,"purpose":"car"}\n'.repeat(5000)}{"income":1,"purpose":"boat"}\n`,
  )
  await t.rejects(scores(jsonl), { message: /^late\.jsonl:5001: column `purpose`/ })
})

t.test('values and scores have their own form', async (t) => {
  const path = await file('v.csv', 'income,purpose\n2,car\n')
  t.same(await scores(path, {}, tinyModel({}, { output: 'values', classes: [], task: 'regression' })), [
    { prediction: 0.25, value: 0.25 },
  ])
  t.same(await scores(path, {}, tinyModel({}, { ...signature, output: 'scores' })), [
    { prediction: 'yes', score: 0.25 },
  ])
})

t.test('a file that is not there, a folder', async (t) => {
  await t.rejects(scores(join(folder, 'none.csv')), { code: 'DATA_FILE_MISSING' })
  await t.rejects(scores(join(folder, 'none.jsonl')), { code: 'DATA_FILE_MISSING' })
})

t.test('how the page reads its data says how a file to be scored is written', async (t) => {
  const page = {
    data: {
      use: 'csv',
      with: { delimiter: ';', decimal: ',', path: 'ignored' },
      columns: { age: { missing: { values: ['-9'] } }, income: { unit: 'EUR' } },
    },
  }
  t.same(scoreFileOptions(page), { csv: { delimiter: ';', decimal: ',' }, missing: { age: ['-9'] } })
  t.same(scoreFileOptions({ data: { from: 'joined' } }), { csv: {}, missing: {} })
})
