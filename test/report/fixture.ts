import { canonicalJson } from '../../src/base/canonical.ts'
import { digestBytes, digestJson } from '../../src/base/digest.ts'
import type { Json } from '../../src/base/json.ts'
import { Frame } from '../../src/frame/index.ts'
import { profileFrame } from '../../src/frame/profile.ts'
import type { Evaluation } from '../../src/store/evaluation.ts'
import type { CellState, RunRecord, Shown } from '../../src/store/record.ts'

import { binaryEvaluation } from './evaluation-fixture.ts'

/** What a test changes of the run that {@link makeRun} makes up. */
export interface MadeRun {
  readonly record?: Partial<RunRecord>
  readonly result?: Partial<RunRecord['result']>
  readonly observed?: Partial<RunRecord['observed']>
  readonly text?: string
  readonly shown?: Readonly<Record<string, Partial<Shown>>>
  readonly states?: Readonly<Record<string, CellState>>
  readonly outputs?: Readonly<Record<string, Json>>
}

export const pageText = `# yaml-language-server: $schema=../schemas/pipeline.schema.json
daybook: 1
name: loan-approval
owner: credit-risk
purpose: Approve or refer consumer loans up to 50,000 EUR.
limitations: Made-up customers; not for real decisions.
note: |
  # Who repays?
  A lender asks for the *probability* that a loan is not repaid, and what it rests on.

  - what is known **before** the decision, nothing later;
  - see [the guide](https://example.org/guide) and \`daybook plan\`.
seed: 7

data:
  use: synthetic-credit
  with: { rows: 20000 }
  note: |
    ## The loan book
    Twenty thousand loans with a year of history.
  target: { column: defaulted, positive: "yes" }
  key: loanId
  columns:
    income: { unit: EUR, min: 0 }
    debtRatio: { monotone: increasing, reason: "Debt is high for the income" }
    age: { role: protected }
  split: { by: random, test: 0.2, validation: 0.1 }

preprocess:
  - use: impute
    with: { number: median, category: mostFrequent }
    note: Missing incomes are not zero incomes.
  - one-hot

algorithm:
  use: gradient-boosting
  with: { trees: 200, maxDepth: 4, learningRate: 0.05 }

evaluate: { metrics: [auc, ks, brier, accuracy], folds: 3 }
gates: [ { metric: auc, atLeast: 0.75 }, { metric: brier, atMost: 0.2 } ]

deploy:
  - use: serve
    with: { port: 8080 }
`

const plugins: readonly (readonly [string, string])[] = [
  ['data', 'synthetic-credit@1'],
  ['split', 'engine:split@1'],
  ['impute', 'impute@1'],
  ['one-hot', 'one-hot@1'],
  ['train', 'gradient-boosting@1'],
  ['fold-1', 'gradient-boosting@1'],
  ['fold-2', 'gradient-boosting@1'],
  ['fold-3', 'gradient-boosting@1'],
  ['evaluate', 'engine:evaluate@1'],
  ['gates', 'engine:gates@1'],
  ['deploy.serve', 'serve@1'],
]

/** A record of a run as the engine writes it, and the objects that it names. */
export function makeRun(made: MadeRun = {}): { record: RunRecord; read: (digest: string) => Promise<Uint8Array> } {
  const objects = new Map<string, Uint8Array>()
  const put = (value: Json): string => {
    const bytes = new TextEncoder().encode(canonicalJson(value))
    const digest = digestBytes(bytes)
    objects.set(digest, bytes)
    return digest
  }
  const text = made.text ?? pageText
  const result: RunRecord['result'] = {
    page: {
      daybook: 1,
      name: 'loan-approval',
      seed: 7,
      evaluate: { metrics: ['auc', 'ks', 'brier', 'accuracy'].map((use) => ({ use, with: {} })), folds: 3 },
    },
    inputs: [{ cell: 'data', digest: digestBytes('data'), rows: 20000, columns: 21, schema: [] }],
    split: {
      assignment: digestBytes('assignment'),
      rows: { train: 14400, validation: 1600, test: 4000 },
      keys: { train: digestBytes('train'), validation: digestBytes('validation'), test: digestBytes('test') },
    },
    folds: [1, 2, 3].map((fold) => ({ fold, trained: digestBytes(`t${fold}`), scored: digestBytes(`s${fold}`) })),
    cells: plugins.slice(0, -1).map(([id, plugin]) => ({
      id,
      plugin,
      output: id in (made.outputs ?? {}) ? put(made.outputs?.[id] as Json) : digestBytes(id),
    })),
    metrics: {
      train: { auc: 0.8523, ks: 0.5412, brier: 0.1123, accuracy: 0.861 },
      validation: { auc: 0.802, ks: 0.47, brier: 0.1251, accuracy: 0.842 },
      test: { accuracy: 0.8402, auc: 0.79912, brier: 0.1263, ks: 0.4632 },
      folds: {
        auc: { values: [0.79, 0.8, 0.81], mean: 0.8, sd: 0.00816 },
        ks: { values: [0.45, 0.46, 0.47], mean: 0.46, sd: 0.00816 },
      },
      intervals: {
        auc: { low: 0.7803, high: 0.8169, level: 0.95, resamples: 1000 },
        ks: { low: 0.43, high: 0.5, level: 0.95, resamples: 1000 },
      },
    },
    gates: [
      { metric: 'auc', on: 'test', value: 0.79912, passed: true, atLeast: 0.75 },
      { metric: 'brier', on: 'test', value: 0.1263, passed: true, atMost: 0.2 },
    ],
    model: { digest: digestBytes('model'), algorithm: 'gradient-boosting', task: 'binary', features: 38 },
    ...made.result,
  }
  const record: RunRecord = {
    format: 1,
    id: '20261122-051002-loan-approval-3f2a',
    pipeline: 'loan-approval',
    status: 'ok',
    digest: digestJson(result as unknown as Json),
    result,
    deploy: [{ id: 'deploy.serve', plugin: 'serve@1', output: put({ 'serve.json': digestBytes('serve.json') }) }],
    page: { text, digest: digestBytes(text) },
    overrides: [{ path: 'algorithm.with.trees', value: 200 }],
    error: null,
    warnings: [],
    observed: {
      startedAt: '2026-11-22T05:10:02.113Z',
      finishedAt: '2026-11-22T05:10:14.513Z',
      durationMs: 12400,
      tool: 'daybook 0.1.0',
      node: '20.20.2',
      os: 'linux',
      arch: 'x64',
      cpu: 'A processor',
      cpus: 2,
      threads: 2,
      user: 'analyst',
      command: 'daybook run pipelines/loan-approval.yaml --set algorithm.with.trees=200',
      cells: [...result.cells, { id: 'deploy.serve' }].map(({ id }) => ({
        id,
        state: made.states?.[id] ?? (id === 'data' ? 'cached' : 'ran'),
        key: digestBytes(`key of ${id}`),
        ms: id === 'train' ? 4210 : 38,
        madeBy: id === 'data' ? '20261121-101500-loan-approval-11ab' : '20261122-051002-loan-approval-3f2a',
        shown:
          made.shown?.[id] === undefined
            ? null
            : put({ figures: [], tables: [], warnings: [], facts: {}, ...made.shown[id] } as unknown as Json),
        code: digestBytes(`code of ${id}`),
      })),
      pageFile: 'pipelines/loan-approval.yaml',
      inputs: [],
      plugins: [],
      lockfile: null,
      v8: '11.3',
      icu: '75.1',
      timeZone: 'UTC',
      locale: 'en-US',
      ...made.observed,
    },
    previous: digestBytes('previous'),
    ...made.record,
  }
  const read = async (digest: string): Promise<Uint8Array> => {
    const bytes = objects.get(digest)
    if (bytes === undefined) throw new Error(`no object ${digest}`)
    return bytes
  }
  return { record, read }
}

const range = Array.from({ length: 400 }, (_, i) => i)

/** A table with a column of each type, as a source of the page would have it. */
const loans = new Frame(400, [
  { type: 'text', name: 'loanId', values: range.map((i) => `L${i}`) },
  {
    type: 'number',
    name: 'income',
    values: Float64Array.from(range, (i) => (i % 20 === 0 ? Number.NaN : 12000 + 50 * (i % 97) ** 1.5)),
  },
  {
    type: 'category',
    name: 'purpose',
    levels: ['car', 'home', '<b>'],
    values: Int32Array.from(range, (i) => (i % 7 === 0 ? 2 : i % 3 === 0 ? 1 : 0)),
  },
  { type: 'date', name: 'since', values: Float64Array.from(range, (i) => 86_400_000 * (19000 + (i % 50))) },
  { type: 'boolean', name: 'owner', values: Int8Array.from(range, (i) => (i % 4 === 0 ? 1 : 0)) },
  { type: 'number', name: 'debtRatio', values: Float64Array.from(range, (i) => ((i * 7) % 100) / 100) },
  { type: 'number', name: 'empty', values: new Float64Array(400).fill(Number.NaN) },
  { type: 'number', name: 'age', values: Float64Array.from(range, (i) => 18 + (i % 60)) },
  {
    type: 'category',
    name: 'defaulted',
    levels: ['no', 'yes'],
    values: Int32Array.from(range, (i) => (i % 5 === 0 ? 1 : 0)),
  },
])

/** What the cells of a good run show: a learning curve, a table, warnings. */
export const goodShown: Readonly<Record<string, Partial<Shown>>> = {
  data: { facts: { synthetic: true, profile: profileFrame(loans) } },
  impute: {
    tables: [
      {
        title: 'Filled values',
        columns: ['Column', 'Filled with', 'Missing in training'],
        rows: [
          ['income', 28400, 812],
          ['purpose', 'car', 96],
        ],
      },
    ],
  },
  train: {
    facts: {
      importance: {
        measure: 'gain',
        features: Array.from({ length: 25 }, (_, i) => ({
          feature: i === 0 ? 'debtRatio' : `feature ${i}`,
          sources: i === 0 ? ['debtRatio'] : [],
          value: 900 * 0.8 ** i,
        })),
      },
    },
    figures: [
      {
        title: 'Learning curve',
        description: 'Loss on the training and validation rows by number of trees; both fall and level out.',
        spec: {
          data: {
            values: Array.from({ length: 40 }, (_, i) => [
              { tree: i * 5, loss: 0.35 + 0.34 / (1 + i / 4), rows: 'train' },
              { tree: i * 5, loss: 0.38 + 0.31 / (1 + i / 4), rows: 'validation' },
            ]).flat(),
          },
          mark: 'line',
          encoding: {
            x: { field: 'tree', type: 'quantitative', title: 'Trees' },
            y: { field: 'loss', type: 'quantitative', title: 'Log-loss', scale: { zero: false } },
            color: { field: 'rows', type: 'nominal' },
            strokeDash: { field: 'rows', type: 'nominal' },
          },
        },
      },
    ],
    warnings: [
      { code: 'TRAIN_STOPPED_EARLY', message: 'The validation loss rose after tree 163.', evidence: { tree: 163 } },
    ],
  },
  evaluate: {
    warnings: [{ code: 'DRIFT_PSI', message: 'Column `income` differs between train and test.', evidence: 0.23 }],
  },
}

/** A run that went well: everything that a report can show. */
export function goodRun(evaluation: Evaluation = binaryEvaluation): ReturnType<typeof makeRun> {
  return makeRun({ shown: goodShown, outputs: { evaluate: evaluation as unknown as Json } })
}
