// Every page that ships runs, gives the same bytes with 1 and 3 threads, and gives what the lock beside it says.
// After a change that is meant to change them: `npm run build && DAYBOOK_LOCKS=update node dist/test/pipelines.test.js`.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type FinishedRun, type PageOptions, planPage, type RunEvent, runPage, validatePage } from '../src/index.ts'
import { noSharedData, root, sharedData } from './root.ts'

interface PageCase {
  readonly file: string
  /** Reads a data set that is not in the checkout. */
  readonly needsData?: boolean
  /** Codes of warnings that the page is known to give. */
  readonly warnings?: readonly string[]
  /** What it has to reach on the test rows: the bar of reference scores on the same split. */
  readonly reaches?: { readonly metric: string; readonly atLeast?: number; readonly atMost?: number }
}

const shipped: readonly PageCase[] = [
  { file: 'pipelines/loan-approval.yaml' },
  { file: 'pipelines/loan-approval-nn.yaml' },
  { file: 'pipelines/wages.yaml' },
  { file: 'pipelines/customer-segments.yaml' },
  { file: 'pipelines/scorecard.yaml', warnings: ['WOE_TOO_GOOD'], reaches: { metric: 'auc', atLeast: 0.82 } },
  { file: 'pipelines/german-credit.yaml', needsData: true, reaches: { metric: 'auc', atLeast: 0.745 } },
  { file: 'pipelines/card-default.yaml', needsData: true, reaches: { metric: 'auc', atLeast: 0.77 } },
]
const realData: readonly PageCase[] = [
  { file: 'test/fixtures/pages/card-default-nn.yaml', needsData: true, reaches: { metric: 'auc', atLeast: 0.77 } },
  { file: 'test/fixtures/pages/california-housing.yaml', needsData: true, reaches: { metric: 'rmse', atMost: 47_500 } },
]

const lock = process.env.DAYBOOK_LOCKS === 'update' ? 'update' : 'frozen'
const env = { ...process.env, ...(sharedData !== undefined && { DAYBOOK_DATA: sharedData }) }

interface Seen {
  readonly finished: FinishedRun
  readonly warnings: readonly string[]
}

async function runIn(store: string, file: string, threads: number, options: PageOptions = {}): Promise<Seen> {
  const warnings = new Set<string>()
  const events: AsyncGenerator<RunEvent, FinishedRun> = runPage(join(root, file), { store, threads, env, ...options })
  let next = await events.next()
  for (; !next.done; next = await events.next())
    if (next.value.type === 'cellWarned') warnings.add(next.value.warning.code)
  return { finished: next.value, warnings: [...warnings] }
}

function statesOf({ record }: FinishedRun): Record<string, string> {
  return Object.fromEntries(record.observed.cells.map(({ id, state }) => [id, state]))
}

t.setTimeout(180_000)
const folder = await mkdtemp(join(tmpdir(), 'daybook-pipelines-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))

for (const { file, needsData = false, warnings = [], reaches } of [...shipped, ...realData]) {
  const skip = needsData && sharedData === undefined ? noSharedData : false
  await t.test(file, { skip }, async (t) => {
    const page = join(root, file)
    t.same((await validatePage(page, { env })).errors, [], 'it is valid')

    const name = file.replace(/^.*\/|\.yaml$/g, '')
    const one = join(folder, `${name}-1`)
    const { finished, warnings: given } = await runIn(one, file, 1, { lock })
    const { record } = finished
    t.equal(record.status, 'ok')
    t.same(given, warnings, 'it gives no other warning')
    t.ok(Object.values(statesOf(finished)).every((state) => state === 'ran'))
    if (reaches) {
      const value = record.result.metrics?.test[reaches.metric] ?? Number.NaN
      t.ok(
        value >= (reaches.atLeast ?? -Infinity) && value <= (reaches.atMost ?? Infinity),
        `${reaches.metric} is ${value}`,
      )
    }

    const three = (await runIn(join(folder, `${name}-3`), file, 3)).finished.record
    t.same(three.result, record.result, 'one and three threads give the same result')
    t.equal(three.digest, record.digest)

    t.same(lock === 'update' ? [] : finished.lock?.moved, [], 'every cell gives what the lock says')

    const again = (await runIn(one, file, 1)).finished
    t.ok(
      Object.values(statesOf(again)).every((state) => state === 'cached'),
      'a second run runs no cell',
    )
    t.equal(again.record.digest, record.digest)
  })
}

await t.test(
  'a param of a preprocess cell makes stale what follows it and nothing else, and the plan says so',
  async (t) => {
    const file = 'pipelines/loan-approval-nn.yaml'
    const store = join(folder, 'loan-approval-nn-1')
    const overrides = ['preprocess.one-hot.with.dropFirst=true']
    const expected = {
      data: 'cached',
      split: 'cached',
      impute: 'cached',
      'one-hot': 'ran',
      standardize: 'ran',
      train: 'ran',
      checks: 'cached',
      evaluate: 'ran',
      gates: 'ran',
      'deploy.serve': 'ran',
    }
    const plan = await planPage(join(root, file), { store, env, overrides })
    t.same(Object.fromEntries(plan.cells.map(({ id, cached }) => [id, cached ? 'cached' : 'ran'])), expected)
    t.match(plan.cells.find(({ id }) => id === 'one-hot')?.why, /dropFirst/, 'the plan names the param')
    t.same(statesOf((await runIn(store, file, 1, { overrides })).finished), expected)
  },
)
