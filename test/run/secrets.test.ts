// A password, and a folder that a variable leads to: they reach the plugin, and nothing that is written or said.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatError } from '../../src/base/format-error.ts'
import { validatePage } from '../../src/run/index.ts'
import { readSurroundings } from '../../src/spec/environment.ts'
import { makeWorkshop, plugins, seeRun } from './workshop.ts'

const secret = 'hunter2&three!'
const hidden = /hunter2|vault-of-44/

/** Every byte of every file under a folder. */
function everything(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

t.test('secrets and what variables lead to are in no record, event, warning, error or object', async (t) => {
  const workshop = makeWorkshop(t, 5)
  const rows = join(workshop.folder, 'vault-of-44.csv')
  writeFileSync(rows, 'x,y\n')
  const env = { PASSWORD: secret, ROWS: rows, PATH: process.env.PATH }
  const page = (count: number) =>
    workshop.page({
      data: `data:
  use: ${join(plugins, 'leaky.js')}
  with: { password: "\${env:PASSWORD}", file: "\${env:ROWS}", rows: ${count} }
  target: { column: y, positive: "yes" }`,
      preprocess: null,
      evaluate: 'evaluate: { metrics: [auc], folds: 0, resamples: 0 }',
    })
  const run = await seeRun(page(60), { env, report: async (record) => JSON.stringify(record) })
  const record = run.finished?.record
  t.equal(run.thrown && formatError(run.thrown), undefined)
  t.equal(record?.status, 'ok')
  t.match(record?.warnings, [{ cell: 'data', code: 'LEAK', message: 'logged in with ${env:PASSWORD}' }])
  t.match(record?.observed.inputs, [{ param: 'file', location: '${env:ROWS}' }])
  t.notMatch(JSON.stringify(run.events), hidden)
  t.match(JSON.stringify(run.events), 'reading ${env:ROWS} as ${env:PASSWORD}')

  const failed = await seeRun(page(0), { env })
  const problem = failed.finished?.problem ?? failed.thrown
  t.match(problem, { code: 'RUN_PLUGIN_FAILED', message: /no rows at \$\{env:ROWS\} for \$\{env:PASSWORD\}/ })
  t.notMatch(`${problem?.stack}${JSON.stringify(problem?.values)}${problem && formatError(problem)}`, hidden)
  t.notMatch(String((problem?.cause as Error | undefined)?.message), hidden)
  t.equal(failed.finished?.record.status, 'failed')
  t.notMatch(JSON.stringify(failed.finished?.record), hidden)
  t.notMatch(everything(join(workshop.folder, '.daybook')), hidden)

  const { errors } = await validatePage(page(0), { env })
  t.equal(errors.length, 1)
  t.notMatch(errors.map(formatError).join('\n'), hidden)
})

t.test('a file that is not there is not told by what its variable stands for', async (t) => {
  const workshop = makeWorkshop(t, 5)
  const page = workshop.page({
    data: 'data: { use: csv, with: { path: "${env:FOLDER}/loans.csv" }, target: { column: repaid, positive: "yes" } }',
  })
  const { errors } = await validatePage(page, { env: { FOLDER: '/vault-of-44' } })
  t.match(errors, [{ code: 'SPEC_NO_DATA_FILE' }])
  t.notMatch(errors.map(formatError).join('\n'), hidden)
})

t.test('a location with credentials in clear is refused, and its line does not show them', async (t) => {
  const workshop = makeWorkshop(t, 5)
  const page = (location: string) =>
    workshop.page({
      data: `data: { use: csv, with: { path: "${location}" }, target: { column: repaid, positive: "yes" } }`,
    })
  const codes = async (location: string) => {
    const { errors } = await validatePage(page(location), { env: { PASS: 'x', TOKEN: 'y' } })
    t.notMatch(
      errors
        .filter(({ code }) => code === 'SPEC_LITERAL_CREDENTIALS')
        .map(formatError)
        .join('\n'),
      hidden,
    )
    return errors.map(({ code }) => code)
  }
  const refused = [
    'https://me:hunter2@example.org/loans.csv',
    'postgres://me:hunter2@db/loans',
    'https://example.org/loans.csv?token=hunter2',
    'https://example.org/loans.csv?a=1&api_key=hunter2#part',
    'https://example.org/loans.csv?sv=2&sig=hunter2',
    's3://bucket/loans.csv?X-Amz-Signature=hunter2',
  ]
  for (const location of refused) t.strictSame(await codes(location), ['SPEC_LITERAL_CREDENTIALS'], location)
  const fine = [
    'https://example.org/loans.csv?page=2&sort=name',
    'https://me@example.org/loans.csv',
    'https://me:${env:PASS}@example.org/loans.csv?token=${env:TOKEN}',
  ]
  for (const location of fine) t.notOk((await codes(location)).includes('SPEC_LITERAL_CREDENTIALS'), location)
  const overridden = await seeRun(page('https://example.org/x.csv'), {
    overrides: ['data.with.path=https://me:hunter2@example.org/loans.csv'],
  })
  t.equal(overridden.thrown?.code, 'SPEC_LITERAL_CREDENTIALS')
  t.notMatch(formatError(overridden.thrown as Error as never), hidden)
})

t.test('a variable that leads to a location with credentials is told by its name', async (t) => {
  const page = { place: () => ({ file: 'p', line: 1, col: 1, endCol: 2 }) }
  const { locations, errors } = readSurroundings(
    page as never,
    {
      path: ['data'],
      plugin: 'csv',
      schema: { path: { type: 'string', location: true, description: '' } },
      params: { path: '${env:URL}' },
    },
    { env: { URL: 'https://me:hunter2@example.org/x' } },
  )
  t.strictSame(errors, [])
  t.strictSame(locations, { path: 'https://me:hunter2@example.org/x' })
})
