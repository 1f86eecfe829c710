import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import t from 'tap'
import type { DaybookError } from '../../src/base/errors.ts'
import { queryFrames, readParquet } from '../../src/frame/duckdb.ts'
import { Frame } from '../../src/frame/frame.ts'
import type { Table } from '../../src/frame/table.ts'

const columnsOf = ({ columns }: Table) =>
  columns.map((column) => [column.name, column.type, [...(column.values as string[])]])
const faultOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: DaybookError) => error.all.map(({ code, message }) => `${code} ${message}`).join(' | '),
  )

const loans = new Frame(4, [
  { type: 'text', name: 'id', values: ['b', 'a', 'c', 'd'] },
  { type: 'number', name: 'amount', values: Float64Array.of(1.5, 2, Number.NaN, 2) },
  { type: 'category', name: 'who', levels: ['x', 'y'], values: Int32Array.of(0, 1, -1, 0) },
  { type: 'date', name: 'on', values: Float64Array.of(0, 1, Number.NaN, -1) },
  { type: 'boolean', name: 'ok', values: Int8Array.of(1, 0, -1, 1) },
])
const people = new Frame(2, [
  { type: 'category', name: 'who', levels: ['x', 'y'], values: Int32Array.of(0, 1) },
  { type: 'number', name: 'age', values: Float64Array.of(30, 40) },
])
const frames = new Map([
  ['loans', loans],
  ['people', people],
])
const run = (query: string, orderBy: string[] = []) => queryFrames(frames, { query, orderBy })

t.test('a join over frames', async (t) => {
  const table = await run('SELECT l.*, p.age FROM loans l LEFT JOIN people p USING (who); -- end', ['id'])
  t.strictSame(columnsOf(table), [
    ['id', 'text', ['a', 'b', 'c', 'd']],
    ['amount', 'number', [2, 1.5, Number.NaN, 2]],
    ['who', 'text', ['y', 'x', null, 'x']],
    ['on', 'date', [1, 0, Number.NaN, -1]],
    ['ok', 'boolean', [0, 1, -1, 1]],
    ['age', 'number', [40, 30, Number.NaN, 30]],
  ])
  t.strictSame(
    columnsOf(await run('SELECT amount, id FROM loans')),
    [
      ['amount', 'number', [1.5, 2, 2, Number.NaN]],
      ['id', 'text', ['b', 'a', 'd', 'c']],
    ],
    'a total order without orderBy',
  )
  t.strictSame(
    columnsOf(
      await run('WITH big AS (FROM loans WHERE amount > 1.7) SELECT count(*) AS n, sum(amount) AS total FROM big'),
    ),
    [
      ['n', 'number', [2]],
      ['total', 'number', [4]],
    ],
  )
  t.match(
    await run('SELECT 9007199254740993 AS n FROM people').catch((error: DaybookError) => error.code),
    'DATA_BAD_VALUE',
  )
})

t.test('queries that are refused', async (t) => {
  const refused = async (query: string, code: string, names = '') => {
    const fault = await faultOf(run(query))
    t.ok(fault.startsWith(code) && fault.includes(names), `${query}: ${fault}`)
  }
  await refused('SELECT random() AS r FROM loans', 'DATA_SQL_NOT_ALLOWED', 'random')
  await refused('SELECT RANDOM() AS r FROM loans', 'DATA_SQL_NOT_ALLOWED', 'random')
  await refused('SELECT id FROM loans ORDER BY uuid() LIMIT 2', 'DATA_SQL_NOT_ALLOWED', 'uuid')
  await refused('SELECT list_transform([1], lambda x: x + random()) AS l FROM loans', 'DATA_SQL_NOT_ALLOWED', 'random')
  for (const clock of [
    'now()',
    'today()',
    'current_date',
    'CURRENT_TIMESTAMP',
    'localtimestamp',
    'age("on")',
    "ago(INTERVAL '1 day')",
    'get_current_timestamp()',
  ]) {
    await refused(`SELECT ${clock} AS r FROM loans`, 'DATA_SQL_NOT_ALLOWED')
  }
  await refused("SELECT nextval('s') AS r FROM loans", 'DATA_SQL_NOT_ALLOWED', 'nextval')
  await refused("SELECT current_setting('threads') AS r FROM loans", 'DATA_SQL_NOT_ALLOWED')
  await refused('SELECT * FROM loans USING SAMPLE 2', 'DATA_SQL_NOT_ALLOWED', 'SAMPLE')
  await refused('SELECT * FROM loans TABLESAMPLE 10%', 'DATA_SQL_NOT_ALLOWED', 'SAMPLE')
  await refused("SELECT * FROM read_csv('/etc/passwd')", 'DATA_SQL_NOT_ALLOWED', 'read_csv')
  await refused("SELECT * FROM '/etc/passwd'", 'DATA_SQL_NOT_ALLOWED', '/etc/passwd')
  await refused('SELECT * FROM duckdb_settings()', 'DATA_SQL_NOT_ALLOWED', 'duckdb_settings')
  await refused('SELECT * FROM information_schema.tables', 'DATA_SQL_NOT_ALLOWED', 'tables')
  await refused('SELECT id FROM loans ORDER BY id', 'DATA_SQL_NOT_ALLOWED', 'ORDER BY')
  await refused('SELECT id FROM loan', 'DATA_SQL_NOT_ALLOWED', '`loan`')
  await refused('SELECT 1; SELECT 2', 'DATA_SQL_NOT_SELECT')
  await refused('DROP TABLE loans', 'DATA_SQL_NOT_SELECT')
  await refused("COPY loans TO '/tmp/x.csv'", 'DATA_SQL_NOT_SELECT')
  await refused('SET threads = 2', 'DATA_SQL_NOT_SELECT')
  await refused('SELEC 1', 'DATA_SQL_NOT_SELECT')
  await refused('', 'DATA_SQL_NOT_SELECT')
  await refused('SELECT 1) UNION (SELECT 2', 'DATA_SQL_NOT_SELECT')
  await refused('SELECT nothing FROM loans', 'DATA_SQL ')
  await refused('SELECT id FROM loans WHERE false', 'DATA_NO_ROWS')
  await refused('SELECT [1] AS l FROM loans', 'DATA_SOURCE_TYPE')
  await refused('SELECT id, amount AS id FROM loans', 'DATA_BAD_HEADER', 'id')
  t.equal(await faultOf(run('SELECT id FROM loans', ['ido'])), 'DATA_NO_COLUMN there is no column `ido` in the data')
})

t.test('Parquet', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-parquet-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, "o'clock.parquet")
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT i::INTEGER AS i, i::BIGINT AS b, (i / 4)::DECIMAL(9, 2) AS d, i::FLOAT AS f, 'k' || i AS t, i % 2 = 0 AS e,
       DATE '2024-02-29' AS day, TIMESTAMP '2024-02-29 10:00:00.5' AS at, TIMESTAMPTZ '2024-02-29 10:00:00+02' AS zoned,
       CASE WHEN i > 0 THEN i END AS hole FROM range(3) r(i)) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`,
  )
  await connection.run(
    `COPY (SELECT 9007199254740993 AS b, TIME '10:00:00' AS at) TO '${folder}/bad.parquet' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  const day = Date.UTC(2024, 1, 29)
  t.strictSame(columnsOf(await readParquet(path)), [
    ['i', 'number', [0, 1, 2]],
    ['b', 'number', [0, 1, 2]],
    ['d', 'number', [0, 0.25, 0.5]],
    ['f', 'number', [0, 1, 2]],
    ['t', 'text', ['k0', 'k1', 'k2']],
    ['e', 'boolean', [1, 0, 1]],
    ['day', 'date', [day, day, day]],
    ['at', 'date', new Array(3).fill(day + 36_000_500)],
    ['zoned', 'date', new Array(3).fill(day + 28_800_000)],
    ['hole', 'number', [Number.NaN, 1, 2]],
  ])
  t.match(await faultOf(readParquet(join(folder, 'bad.parquet'))), /^DATA_SOURCE_TYPE column `at` is of the type TIME/)
  await writeFile(join(folder, 'text.parquet'), 'a,b\n1,2\n')
  t.match(
    await faultOf(readParquet(join(folder, 'text.parquet'))),
    /^DATA_BAD_SOURCE text.parquet cannot be read as Parquet/,
  )
  t.match(await faultOf(readParquet(join(folder, 'tex.parquet'))), /^DATA_FILE_MISSING there is no file tex.parquet/)
  t.match(await faultOf(readParquet(folder)), /^DATA_NOT_A_FILE .* is a folder/)
})
