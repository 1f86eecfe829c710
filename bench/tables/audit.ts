import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../src/store/index.ts'
import { type ChainEntry, chained } from '../../src/store/ledger-entry.ts'
import type { AuditedRun, AuditedRunAnswer } from '../audited-run.ts'
import { ask } from '../contenders.ts'
import { median } from '../measure.ts'
import type { Line, Print } from '../report.ts'
import { type BenchTable, countOf } from '../table.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const daybook = join(root, 'dist', 'src', 'cli', 'main.js')
const data = process.env.DAYBOOK_DATA ?? join(dirname(root), 'shared', 'data')
const ENTRIES = 10_000

/** What proof costs. */
export const audit: BenchTable = {
  name: 'audit',
  summary: 'what record, report, checks, signature and ledger cost; `--only run`, `verify` or `ledger`',
  minutes: 3,
  async run({ runs, print, only }) {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-'))
    try {
      if (only !== 'ledger') measureRuns(folder, runs, print, only)
      if (only === undefined || only === 'ledger') await measureLedger(folder, runs, print)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** A run of card default with all of its proof, the bare cells, and the check of what was recorded. */
function measureRuns(folder: string, runs: number, print: Print, only: string | undefined): void {
  const hasData = existsSync(join(data, 'taiwan_card_default.csv'))
  const name = hasData ? 'card-default' : 'loan-approval'
  const page = join(root, 'pipelines', `${name}.yaml`)
  process.env.DAYBOOK_DATA = data
  const store = join(folder, 'store')
  const answers: Record<AuditedRun['how'], AuditedRunAnswer[]> = { bare: [], recorded: [], audited: [] }
  const rounds = only === 'verify' ? 1 : runs
  for (let round = 0; round < rounds; round++) {
    for (const how of only === 'verify' ? (['audited'] as const) : (['bare', 'recorded', 'audited'] as const)) {
      rmSync(store, { recursive: true, force: true })
      answers[how].push(ask<AuditedRun, AuditedRunAnswer>('audited-run.js', { page, how, store, threads: 1 }))
    }
  }
  const lines: Line[] = []
  if (only !== 'verify') {
    const seconds = (how: AuditedRun['how']): number => median(answers[how].map((answer) => answer.seconds))
    const cpu = (how: AuditedRun['how']): number => median(answers[how].map(({ cpuSeconds }) => cpuSeconds))
    const shown = (how: AuditedRun['how']): string => `${seconds(how).toFixed(2)} (${cpu(how).toFixed(2)})`
    const ratioOf = (how: AuditedRun['how']): number => seconds(how) / seconds('bare')
    lines.push({ what: 'the cells alone, in memory', values: [shown('bare')] })
    lines.push({
      what: 'run: checks, store, record, events, ledger, signature',
      values: [shown('recorded')],
      compared: ratioOf('recorded').toFixed(2),
      bar: '<= 1.15',
      kept: ratioOf('recorded') <= 1.15,
    })
    lines.push({
      what: 'the same with its report',
      values: [shown('audited')],
      compared: ratioOf('audited').toFixed(2),
    })
  }
  lines.push(verifyLine(answers.audited.at(-1)?.run ?? '', store, runs))
  print({
    title: `What proof costs: pipelines/${name}.yaml, one thread`,
    contenders: ['seconds (CPU)'],
    comparing: 'held',
    lines,
    ...(!hasData && { notes: ['Without the data of card-default: name its folder in DAYBOOK_DATA.'] }),
  })
}

/** The check of what was recorded, without a replay; where the command line does not know it, that is said. */
function verifyLine(run: string, store: string, runs: number): Line {
  const what = 'verify --no-replay: every digest of the run'
  const command = ['verify', run, '--no-replay', '--store', store]
  if (spawnSync(process.execPath, [daybook, ...command], { cwd: root }).status === 2)
    return { what, values: ['absent'] }
  const seconds = median(Array.from({ length: runs }, () => timed(command))) / 1e3
  const shown = seconds.toFixed(2)
  return { what, values: [shown], compared: shown, bar: '<= 1', kept: seconds <= 1 }
}

/** Lists of a long ledger, and a run of an unchanged page in such a store. */
async function measureLedger(folder: string, runs: number, print: Print): Promise<void> {
  const [short, long] = [join(folder, 'short'), join(folder, 'long')]
  const page = ['run', join(root, 'pipelines', 'loan-approval-nn.yaml'), '--store']
  timed([...page, short])
  await makeLedger(long)
  timed([...page, long])
  const again = (work: () => number): number => median(Array.from({ length: runs }, work))
  const empty = again(() => timed([], ['-e', '0']))
  const list = again(() => timed(['ls', '--json', '--store', long]))
  const listing: number[] = []
  for (let i = 0; i < runs; i++) {
    const store = await openStore(long, { create: false })
    const began = performance.now()
    await store.runs.list()
    listing.push(performance.now() - began)
  }
  const lines = [
    lineOf('list of the runs', median(listing), 300),
    lineOf('daybook ls --json, above an empty Node program', list - empty, 300),
    lineOf(
      'daybook run, nothing is stale, in a ledger of one run',
      again(() => timed([...page, short])),
    ),
    lineOf(
      `the same in a ledger of ${countOf(ENTRIES)}`,
      again(() => timed([...page, long])),
    ),
  ]
  print({ title: `A ledger of ${countOf(ENTRIES)} runs`, contenders: ['ms'], comparing: 'held', lines })
}

function lineOf(what: string, ms: number, bar?: number): Line {
  const shown = ms.toFixed(0)
  return bar === undefined
    ? { what, values: [shown] }
    : { what, values: [shown], compared: shown, bar: `<= ${bar}`, kept: ms <= bar }
}

/** Milliseconds that a command takes from start to end. */
function timed(words: readonly string[], args: readonly string[] = [daybook, ...words]): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - began
}

/** A store whose ledger has so many entries, written without waiting for the disk. */
async function makeLedger(folder: string): Promise<void> {
  await openStore(folder)
  mkdirSync(join(folder, 'ledger'))
  let last: ChainEntry | undefined
  for (let i = 0; i < ENTRIES; i++) {
    const digest = i.toString(16).padStart(64, '0')
    last = chained(
      {
        run: `20260101-${String(i).padStart(6, '0')}-aaaaaa`,
        pipeline: `pipeline-${i % 20}`,
        status: 'ok',
        digest,
        at: '2026-01-01T00:00:00.000Z',
        metrics: { auc: 0.7 + i / 1e6, accuracy: 0.8, brier: 0.1 },
        files: { record: digest, events: digest, report: digest },
      },
      last,
    )
    writeFileSync(join(folder, 'ledger', `${String(last.number).padStart(10, '0')}.json`), `${JSON.stringify(last)}\n`)
  }
  await (await openStore(folder)).runs.list() // makes the copies of its blocks, as writers do on their way
}
