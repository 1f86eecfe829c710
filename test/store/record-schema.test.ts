// Records of real runs, however they ended, against the schema that stands for them.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import t, { type Test } from 'tap'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { RunRecord } from '../../src/store/index.ts'
import { recordSchema } from '../../src/store/record-schema.ts'
import { daybook } from '../cli/daybook.ts'
import { root } from '../root.ts'
import { faulty, makeWorkshop, plugins, type SeenRun, seeRun } from '../run/workshop.ts'

const schema = recordSchema()
const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

const quick = { evaluate: 'evaluate: { folds: 2, resamples: 10 }' }
const withoutTarget = {
  data: `data:
  use: csv
  with: { path: loans.csv }
  columns: { id: { role: ignore }, when: { type: date, role: ignore }, branch: { role: ignore }, repaid: { role: protected } }`,
  preprocess: 'preprocess: [{ use: impute, with: { number: median } }, one-hot]',
  ...quick,
}

/** The record as it stands in its file, after it was held against the schema. */
function recordOf(t: Test, { finished, thrown }: SeenRun, status: RunRecord['status']): RunRecord {
  if (finished === undefined) throw thrown
  const record = JSON.parse(readFileSync(join(finished.folder, 'run.json'), 'utf8')) as RunRecord
  t.equal(record.status, status)
  t.strictSame(problemsOf(record), [], status)
  return record
}

function problemsOf(record: unknown): string[] {
  validate(record)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

t.test('a run that ended well, with folds, gates, targets and Git: and nothing more, nothing less', async (t) => {
  const workshop = makeWorkshop(t, 120)
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', workshop.folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words])
  git('init', '-q')
  const page = workshop.page({
    ...quick,
    gates: 'gates: [{ metric: auc, atLeast: 0.1 }, { metric: accuracy, on: folds, atMost: 1 }]',
    deploy: `deploy: [serve, ${join(plugins, 'files.js')}]`,
  })
  git('add', '-A')
  git('commit', '-q', '-m', 'page')
  const record = recordOf(t, await seeRun(page, { overrides: ['seed=5', 'algorithm.with.l2=2'] }), 'ok')
  t.equal(record.deploy?.length, 2)
  t.equal(record.overrides.length, 2)
  t.ok(record.observed.git)
  recordOf(t, await seeRun(page), 'ok')

  for (const { what, changed } of mutations(schema, record as unknown as Json))
    t.not(problemsOf(changed).length, 0, `is refused: ${what}`)
})

t.test('runs that failed, were interrupted, or did not pass their gates', async (t) => {
  const workshop = makeWorkshop(t, 120)
  const failed = recordOf(t, await seeRun(workshop.page(faulty('throw'))), 'failed')
  t.equal(failed.result.model, null)
  t.ok(failed.error)
  recordOf(t, await seeRun(workshop.page(faulty('warn'))), 'ok')
  const stopped = await seeRun(workshop.page(faulty('hang')), { signal: AbortSignal.abort() })
  recordOf(t, stopped, 'interrupted')
  recordOf(t, await seeRun(workshop.page({ ...quick, gates: 'gates: [{ metric: auc, atLeast: 1 }]' })), 'gateFailed')
})

t.test('clusters, anomalies, numbers', async (t) => {
  const workshop = makeWorkshop(t, 120)
  const page = (algorithm: string) => workshop.page({ ...withoutTarget, algorithm: `algorithm: ${algorithm}` })
  const clusters = recordOf(t, await seeRun(page('{ use: k-means, with: { k: 3, starts: 1 } }')), 'ok')
  t.equal(clusters.result.model?.task, 'clustering')
  const anomalies = recordOf(t, await seeRun(page(join(plugins, 'far-out.js'))), 'ok')
  t.equal(anomalies.result.model?.task, 'anomaly')
  const data = withoutTarget.data.replace('  columns:', '  target: debt\n  columns:')
  const numbers = await seeRun(workshop.page({ ...withoutTarget, data, algorithm: 'algorithm: ridge' }))
  t.equal(recordOf(t, numbers, 'ok').result.model?.task, 'regression')
})

t.test('the schema that is shipped is this one, and `show --json` gives what it says', async (t) => {
  t.strictSame(JSON.parse(readFileSync(join(root, 'schemas', 'run-record.schema.json'), 'utf8')), schema)
  const workshop = makeWorkshop(t, 60)
  await seeRun(workshop.page(faulty('none')))
  const { code, stdout } = await daybook(['show', 'latest', '--json'], { cwd: workshop.folder })
  t.equal(code, 0)
  t.strictSame(problemsOf((JSON.parse(stdout) as { readonly run: Json }).run), [])
})

t.test('every field is described', async (t) => {
  const visit = (one: Json, path: string): void => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return
    const { properties, items, additionalProperties, description } = one as JsonObject
    const isField = path !== '' && !path.startsWith('result.page.')
    if (isField && typeof description !== 'string') t.fail(`${path} has no description`)
    for (const [name, inner] of Object.entries((properties ?? {}) as JsonObject))
      visit(inner as Json, path === '' ? name : `${path}.${name}`)
    if (items !== undefined) visit(items, `${path}[]`)
    if (additionalProperties !== undefined) visit(additionalProperties, `${path}.*`)
  }
  visit(schema, '')
})

interface Mutation {
  readonly what: string
  readonly changed: Json
}

/** The value without each field that must be there, and with one more wherever no more may be. */
function mutations(one: Json, value: Json, path = ''): Mutation[] {
  if (Array.isArray(value)) {
    const [first, ...rest] = value as readonly Json[]
    if (first === undefined) return []
    return mutations((one as JsonObject).items as Json, first, `${path}[0]`).map(({ what, changed }) => ({
      what,
      changed: [changed, ...rest],
    }))
  }
  if (typeof value !== 'object' || value === null) return []
  const { required = [], properties = {}, additionalProperties } = one as JsonObject
  const fields = value as JsonObject
  const found: Mutation[] = (required as readonly string[]).map((name) => {
    const { [name]: _, ...changed } = fields
    return { what: `${path} without ${name}`, changed }
  })
  if (additionalProperties === false) found.push({ what: `${path} with more`, changed: { ...fields, more: 1 } })
  for (const [name, inner] of Object.entries(fields)) {
    const known = (properties as JsonObject)[name] ?? (additionalProperties || undefined)
    if (typeof known !== 'object') continue
    for (const { what, changed } of mutations(known, inner as Json, `${path}.${name}`))
      found.push({ what, changed: { ...fields, [name]: changed } })
  }
  return found
}
