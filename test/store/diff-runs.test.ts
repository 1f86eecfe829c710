import t from 'tap'
import { type Difference, diffRuns, type RunRecord } from '../../src/store/index.ts'
import { recordOf } from './record.ts'

const [one, two] = ['1', '2'].map((digit) => digit.repeat(64)) as [string, string]
const base = recordOf('20260101-000000-000001', 'loans')

type Change = { -readonly [Key in keyof RunRecord]?: Partial<RunRecord[Key]> }

/** The record of a run in which some things are otherwise. */
function changed({ result, observed, ...rest }: Change): RunRecord {
  return {
    ...base,
    ...(rest as Partial<RunRecord>),
    result: { ...base.result, ...result },
    observed: { ...base.observed, ...observed },
  }
}

const short = (differences: readonly Difference[]) => differences.map(({ group, what, a, b }) => [group, what, a, b])

t.test('equal runs differ in nothing, whenever and wherever they ran', async (t) => {
  t.strictSame(diffRuns(base, base), [])
  const later = changed({ id: 'other', observed: { startedAt: 'x', finishedAt: 'y', durationMs: 1, pageFile: 'z' } })
  t.strictSame(diffRuns(base, later), [])
})

t.test('data: content, place, rows, columns and their totals', async (t) => {
  const input = (digest: string, total: number, more: readonly string[] = []) => ({
    cell: 'data',
    digest,
    rows: 10,
    columns: 1,
    schema: [
      { name: 'income', type: 'number' as const, count: 10, missing: 0, total },
      ...more.map((name) => ({ name, type: 'text' as const, count: 10, missing: 0, distinct: 4 })),
    ],
  })
  const location = (location: string) => [{ cell: 'data', param: 'path', location, digest: one, bytes: 1 }]
  const a = changed({ result: { inputs: [input(one, 5)] }, observed: { inputs: location('a.csv') } })
  const b = changed({ result: { inputs: [input(two, 7, ['city'])] }, observed: { inputs: location('b.csv') } })
  t.strictSame(short(diffRuns(a, b)), [
    ['data', 'data.path', 'a.csv', 'b.csv'],
    ['data', 'data.content', one, two],
    ['data', 'data.columns.income.total', 5, 7],
    ['data', 'data.columns.city', null, { type: 'text', missing: 0, distinct: 4 }],
  ])
})

t.test('page: cells by name, order, one plugin for another, and else the text alone', async (t) => {
  const page = (preprocess: readonly object[], algorithm: object, atLeast: number) =>
    changed({ result: { page: { preprocess, algorithm, gates: [{ metric: 'auc', on: 'test', atLeast }] } as never } })
  const clip = (upper: number) => ({ use: 'clip', id: 'clip', with: { upper, lower: null } })
  const impute = { use: 'impute', id: 'impute', with: {} }
  const a = page([impute, clip(0.9)], { use: 'ridge', with: { l2: 1 } }, 0.7)
  t.strictSame(short(diffRuns(a, page([impute, clip(0.8)], { use: 'ridge', with: { l2: 2 } }, 0.7))), [
    ['page', 'preprocess.clip.with.upper', 0.9, 0.8],
    ['page', 'algorithm.with.l2', 1, 2],
  ])
  t.strictSame(short(diffRuns(a, page([clip(0.9), impute], { use: 'lasso', with: { l1: 1 } }, 0.75))), [
    ['page', 'algorithm.use', 'ridge', 'lasso'],
    ['page', 'gates.auc on test.atLeast', 0.7, 0.75],
    ['page', 'order of preprocess', 'impute, clip', 'clip, impute'],
  ])
  t.match(short(diffRuns(a, page([impute], { use: 'ridge', with: { l2: 1 } }, 0.7))), [
    ['page', 'preprocess.clip', { use: 'clip' }, null],
    ['page', 'order of preprocess', 'impute, clip', 'impute'],
  ])
  const text = changed({ page: { digest: two } })
  t.strictSame(short(diffRuns(base, text)), [['page', 'notes, targets or layout', base.page.digest, two]])
})

t.test('code: another version, and other code under the same one', async (t) => {
  const used = (train: string, code: string) => [
    { cell: 'train', kind: 'algorithm' as const, plugin: train, origin: 'local' as const, code },
    { cell: 'evaluate.auc', kind: 'metric' as const, plugin: 'auc@1', origin: 'built-in' as const, code },
  ]
  const run = (train: string, code: string, split = 'engine:split@1') =>
    changed({
      observed: { plugins: used(train, code) },
      result: { cells: [{ id: 'split', plugin: split, output: one }] },
    })
  t.strictSame(short(diffRuns(run('ridge@1', one), run('ridge@1', two))), [
    ['code', 'train, code of ridge@1', one, two],
    ['code', 'evaluate.auc, code of auc@1', one, two],
  ])
  t.strictSame(short(diffRuns(run('ridge@1', one), run('ridge@2', one, 'engine:split@2'))), [
    ['code', 'train', 'ridge@1', 'ridge@2'],
    ['code', 'split', 'engine:split@1', 'engine:split@2'],
  ])
})

t.test('environment: versions, machine, commit, patch and lockfile', async (t) => {
  const b = changed({
    observed: {
      node: 'v22',
      timeZone: 'Asia/Tokyo',
      git: { commit: 'c', dirty: true, patch: one },
      lockfile: { file: 'package-lock.json', digest: one },
    },
  })
  t.strictSame(
    short(diffRuns(base, b)).map(([group, what]) => `${group} ${what}`),
    ['environment node', 'environment timeZone', 'environment lockfile', 'environment git'],
  )
})

t.test('metrics: with the intervals of both, and whether the difference is more than chance', async (t) => {
  const run = (auc: number, low: number, high: number) =>
    changed({
      result: {
        metrics: {
          train: { auc: 0.9 },
          test: { auc, brier: 0.1 },
          folds: { auc: { values: [auc, auc], mean: auc, sd: 0 } },
          intervals: { auc: { low, high, level: 0.95, resamples: 100 } },
        },
      },
    })
  const [test, folds, ...others] = diffRuns(run(0.8, 0.75, 0.85), run(0.82, 0.77, 0.87))
  t.strictSame(others, [])
  t.strictSame(test, {
    group: 'metrics',
    what: 'auc on test',
    a: 0.8,
    b: 0.82,
    intervals: { a: { low: 0.75, high: 0.85 }, b: { low: 0.77, high: 0.87 } },
    within: true,
  })
  t.strictSame(folds, { group: 'metrics', what: 'auc on folds', a: 0.8, b: 0.82 })
  t.equal(diffRuns(run(0.8, 0.75, 0.85), run(0.86, 0.79, 0.9))[0]?.within, false, 'above the interval of the first')
  t.equal(diffRuns(run(0.8, 0.75, 0.85), run(0.84, 0.81, 0.9))[0]?.within, false, 'below that of the second')
  const none = changed({ result: { metrics: null } })
  t.match(diffRuns(none, run(0.8, 0.7, 0.9))[0], {
    what: 'auc on test',
    a: null,
    intervals: { a: null },
    within: undefined,
  })
})

t.test('outcome, gates, model, cells, warnings', async (t) => {
  const a = changed({
    result: {
      gates: [{ metric: 'auc', on: 'test', value: 0.8, passed: true, atLeast: 0.7 }],
      model: { digest: one, algorithm: 'ridge', task: 'regression', features: 3 },
      cells: [{ id: 'train', plugin: 'ridge@1', output: one }],
    },
  })
  const b: RunRecord = {
    ...a,
    status: 'gateFailed',
    warnings: [{ cell: 'evaluate', code: 'UNSEEN_LEVELS', message: 'Two rows.', silenced: false }],
    result: {
      ...a.result,
      gates: [{ metric: 'auc', on: 'test', value: 0.6, passed: false, atLeast: 0.7 }],
      model: { digest: two, algorithm: 'ridge', task: 'regression', features: 4 },
      cells: [{ id: 'train', plugin: 'ridge@1', output: two }],
    },
  }
  t.strictSame(short(diffRuns(a, b)), [
    ['outcome', 'status', 'ok', 'gateFailed'],
    ['cells', 'train', one, two],
    ['gates', 'auc on test.outcome', 'passed', 'failed'],
    ['model', 'digest', one, two],
    ['model', 'features', 3, 4],
    ['warnings', 'evaluate UNSEEN_LEVELS', null, 'Two rows.'],
  ])
  const none = { ...a, result: { ...a.result, model: null } }
  t.strictSame(short(diffRuns(a, none)), [['model', 'digest', one, null]], 'a run without a model')
})
