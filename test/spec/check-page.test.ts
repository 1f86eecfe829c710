import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { canonicalJson } from '../../src/base/canonical.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { checkPage, type Pipeline, pageForDigest, parseOverride, parsePage, readPage } from '../../src/spec/index.ts'
import { root } from '../root.ts'

const folder = join(root, 'test', 'fixtures', 'bad')
const registry = await openRegistry({ folder })
const env: Record<string, string> = { DAYBOOK_DATA: join(root, 'test', 'fixtures', 'data'), BOOK: 'loans' }

const base = `daybook: 1
name: loans
data:
  use: csv
  with: { path: ../data/loans.csv }
  target: { column: defaulted, positive: "yes" }
  columns: { loanId: { role: ignore }, appliedOn: { role: ignore } }
`

async function check(text: string, overrides: readonly string[] = []) {
  return checkPage(parsePage(text, 'page.yaml', folder), { registry, env }, overrides.map(parseOverride))
}

async function pipelineOf(text: string, overrides: readonly string[] = []): Promise<Pipeline> {
  const { pipeline, errors } = await check(text, overrides)
  if (pipeline === undefined) throw errors[0] ?? new Error('no pipeline')
  return pipeline
}

t.test('the pages that ship are right, and their resolved form is a page that means the same', async (t) => {
  const pages = readdirSync(join(root, 'pipelines')).filter((name) => name.endsWith('.yaml'))
  for (const name of pages) {
    const page = await readPage(join(root, 'pipelines', name))
    const { pipeline, errors } = await checkPage(page, { registry, env })
    const inputs = errors.filter(({ code }) => code !== 'SPEC_NO_DATA_FILE') // pages over data that is not in the repository
    t.same(inputs, [], name)
    if (pipeline === undefined) continue
    const again = await checkPage(parsePage(stringify(pipeline.resolved), name, page.folder), { registry, env })
    t.same(again.errors, [], `${name} resolved`)
    t.same(again.pipeline?.resolved, pipeline.resolved, `${name} resolved twice`)
  }
})

t.test('short forms, defaults, ids', async (t) => {
  const pipeline = await pipelineOf(
    `${base}preprocess: [impute, one-hot, impute, { use: impute, id: last }]\nalgorithm: neural-network\n`,
  )
  t.same(
    pipeline.preprocess.map(({ id }) => id),
    ['impute', 'one-hot', 'impute-2', 'last'],
  )
  t.same(pipeline.split, { by: 'random', test: 0.2, validation: 0, stratify: true })
  t.equal(pipeline.seed, 0)
  t.equal(pipeline.optimizer?.plugin.use, 'adam', 'the default of the algorithm')
  t.equal(pipeline.sources[0]?.locations.path, join(root, 'test', 'fixtures', 'data', 'loans.csv'))
  const metrics = pipeline.evaluate.metrics.map(({ id }) => id)
  t.ok(metrics.includes('auc') && !metrics.includes('rmse'), 'metrics of two classes where none are named')
  const keyed = await pipelineOf(
    `${base.replace('  columns', '  key: loanId\n  columns').replace('loanId: { role: ignore }, ', '')}algorithm: gradient-boosting\n`,
  )
  t.match(keyed.split, { stratify: false }, 'with a key, rows are taken by hash')
})

t.test('the column that a split goes by is no feature by itself', async (t) => {
  const split = (text: string) => pipelineOf(`${base}  split: ${text}\nalgorithm: gradient-boosting\n`)
  t.equal((await split('{ by: group, on: purpose }')).columns.purpose?.role, 'group')
  t.equal((await split('{ by: time, on: age }')).columns.age?.role, 'time')
  t.equal((await split('{ by: column, on: age }')).columns.age?.role, 'ignore')
})

t.test('cells that are made from others come in order', async (t) => {
  const pipeline = await pipelineOf(`daybook: 1
name: two
cells:
  joined: { use: sql, from: [loans, more], with: { query: select * from loans } }
  loans: { use: csv, with: { path: ../data/loans.csv } }
  more: { use: csv, with: { path: ../data/loans.csv } }
data: { from: joined, target: defaulted }
algorithm: gradient-boosting
`)
  t.same(
    pipeline.sources.map(({ id }) => id),
    ['loans', 'more', 'joined'],
  )
  t.equal(pipeline.from, 'joined')
})

t.test('environment: into locations alone, never into what is kept', async (t) => {
  const text = base.replace('../data/loans.csv', '"${env:DAYBOOK_DATA}/${env:BOOK}.csv"')
  const pipeline = await pipelineOf(`${text}algorithm: gradient-boosting\n`)
  t.equal(pipeline.sources[0]?.locations.path, join(env.DAYBOOK_DATA as string, 'loans.csv'))
  t.equal(pipeline.sources[0]?.params.path, '${env:DAYBOOK_DATA}/${env:BOOK}.csv')
  t.notMatch(canonicalJson(pipeline.resolved), env.DAYBOOK_DATA as string)
  const moved = await pipelineOf(`${base}algorithm: gradient-boosting\n`)
  t.same(pageForDigest(pipeline), pageForDigest(moved), 'where the data stands does not count')
})

t.test('prose and targets do not count for the digest', async (t) => {
  const gated = 'gates: [{ metric: auc, atLeast: 0.5 }]\n'
  const bare = await pipelineOf(`${base}algorithm: gradient-boosting\n${gated}`)
  const told = await pipelineOf(
    `${base}owner: me\nnote: why\nalgorithm: { use: gradient-boosting, note: because }\ndeploy: [serve]\n${gated}`,
  )
  t.same(pageForDigest(told), pageForDigest(bare))
  const other = await pipelineOf(`${base}algorithm: { use: gradient-boosting, with: { trees: 7 } }\n`)
  t.notSame(pageForDigest(other), pageForDigest(bare))
})

t.test('--set changes declared paths, also through short forms', async (t) => {
  const text = `${base}preprocess: [impute]\nalgorithm: gradient-boosting\n`
  const set = [
    'algorithm.with.trees=7',
    'preprocess.impute.with.number=mean',
    'data.target.positive="no"',
    'evaluate.folds=3',
    'seed=9',
  ]
  const pipeline = await pipelineOf(text, set)
  t.equal(pipeline.algorithm.params.trees, 7)
  t.equal(pipeline.preprocess[0]?.params.number, 'mean')
  t.equal(pipeline.target?.positive, 'no')
  t.equal(pipeline.evaluate.folds, 3)
  t.equal(pipeline.seed, 9)
  t.same(pipeline.overrides[0], { path: 'algorithm.with.trees', value: 7 })
  const wrong = await check(text, [
    'algorithm.with.tree=7',
    'preprocess.imput.with.number=mean',
    'algorithm.with.maxDepth=deep',
  ])
  t.match(wrong.errors, [
    { code: 'SPEC_UNKNOWN_PARAM', at: { file: '--set', line: 1, col: 16 }, hint: 'did you mean `trees`?' },
    { code: 'SPEC_BAD_OVERRIDE', at: { file: '--set', line: 2, col: 12 }, hint: 'did you mean `impute`?' },
    { code: 'SPEC_BAD_PARAM', at: { file: '--set', line: 3 } },
  ])
  for (const bad of ['trees', '=5', 'a..b=1', 'a=[1', 'a=1\nb: 2', 'a=*x'])
    t.throws(() => parseOverride(bad), { code: 'SPEC_BAD_OVERRIDE' }, bad)
})

t.test('approvals: keys by id or by file, outside of the digest, and no flag takes them out', async (t) => {
  const algorithm = 'algorithm: gradient-boosting\n'
  const id = 'a'.repeat(64)
  const demanded = `${base}${algorithm}approvals: [owner, { role: validator, keys: [${id}, keys/validator.pub], note: Why. }]\n`
  const pipeline = await pipelineOf(demanded)
  t.match(pipeline.approvals, [{ role: 'owner' }, { role: 'validator', keys: [id, /^[0-9a-f]{64}$/], note: 'Why.' }])
  t.same(pipeline.resolved.approvals, pipeline.approvals)
  t.same(pageForDigest(pipeline), pageForDigest(await pipelineOf(`${base}${algorithm}`)))
  for (const set of ['approvals=[]', 'approvals.0.role=me', 'approvals.validator.keys=[]'])
    t.match((await check(demanded, [set])).errors, [{ code: 'SPEC_BAD_OVERRIDE', at: { file: '--set', col: 1 } }], set)
  const absent = demanded.replace('validator.pub', 'gone.pub')
  t.match((await check(absent)).errors, [{ code: 'SPEC_APPROVAL_KEY', message: /no such file/ }])
  const replayed = await checkPage(parsePage(absent, 'page.yaml', folder), { registry, env, findsFiles: true })
  t.same(replayed.errors, [], 'a replay needs no key files')
})

t.test('free keys are free, everywhere but among params', async (t) => {
  const text = `${base}x-team: risk\nalgorithm: { use: gradient-boosting, x-why: 1 }\nevaluate: { x-list: [1] }\n`
  t.same((await check(text)).errors, [])
  const params = await check(`${base}algorithm: { use: gradient-boosting, with: { x-trees: 1 } }\n`)
  t.match(params.errors, [{ code: 'SPEC_UNKNOWN_PARAM' }])
})

t.test('aliases are copies', async (t) => {
  const text = `${base}x-fill: &fill { number: mean }\npreprocess: [{ use: impute, with: *fill }, { use: impute, id: b, with: *fill }]\nalgorithm: gradient-boosting\n`
  const pipeline = await pipelineOf(text)
  t.same(
    pipeline.preprocess.map(({ params }) => params.number),
    ['mean', 'mean'],
  )
  const wrong = await check(text.replace('number: mean', 'numbr: mean'))
  t.same(
    wrong.errors.map(({ at }) => `${at?.line}:${at?.col}`),
    ['8:17', '8:17'],
    'errors point into the anchor',
  )
})
