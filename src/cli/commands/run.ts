import { relative } from 'node:path'
import { fail } from '../../base/errors.ts'
import { formatError } from '../../base/format-error.ts'
import type { Json } from '../../base/json.ts'
import { type FinishedRun, type LockOutcome, type PageOptions, runPage, storeFolder } from '../../index.ts'
import type { DemandedApproval } from '../../store/record.ts'
import { keyFile, keyToSignWith } from '../keys.ts'
import { formatDuration, type Terminal } from '../output.ts'
import { errorJson } from '../problems.ts'
import { Progress } from '../progress.ts'
import { approvalsJson, sayMissing, sayUncounted } from './approve.ts'
import { gateLine, metricLines } from './metrics.ts'
import { type PageCommandOptions, pageOptions } from './options.ts'
import type { Serving } from './serve.ts'

/** Exit codes by how a run ended. */
const exits = { ok: 0, failed: 1, gateFailed: 3, interrupted: 130 } as const

interface RunOptions extends PageCommandOptions {
  readonly serve?: boolean
  readonly frozen?: boolean
  readonly updateLock?: boolean
  readonly key?: string
}

/** Runs a page, shows its progress, and ends with metrics, gates, the report and the next command. */
export async function run(page: string, options: RunOptions, terminal: Terminal): Promise<number> {
  // Before the run: a key that cannot be opened is told now, not when all is done.
  const key = keyFile(options.key) === undefined ? undefined : await keyToSignWith(options.key)
  const progress = new Progress(terminal)
  const stop = new AbortController()
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(130)
    progress.note('Stopping; finished cells are kept. Ctrl-C again leaves at once.')
    stop.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  let finished: FinishedRun
  try {
    const events = runPage(page, {
      ...pageOptions(options),
      ...lockOption(options),
      signal: stop.signal,
      ...(key && { key }),
      command: commandLine(page, options),
    })
    let next = await events.next()
    for (; !next.done; next = await events.next()) progress.show(next.value)
    finished = next.value
  } finally {
    progress.close()
    process.removeListener('SIGINT', interrupt)
    process.removeListener('SIGTERM', interrupt)
  }
  const { record, store } = finished
  printOutcome(finished, terminal)
  if (options.serve !== true || exitOf(finished, options) !== 0) {
    terminal.envelope(runJson(finished))
    if (record.status === 'ok') sayNext(finished, page, terminal)
    return exitOf(finished, options)
  }
  const { startServing } = await import('./serve.ts')
  const serving = await startServing(record, store, options, terminal)
  terminal.envelope(runJson(finished, serving))
  await serving.untilStopped()
  return exits.ok
}

/** A run that waits for approvals exits as one whose gate failed: nothing was deployed. A frozen run that gave something else than its lock says exits as a verification that differs. */
function exitOf({ record, lock }: FinishedRun, { frozen }: RunOptions): number {
  if (record.status !== 'ok') return exits[record.status]
  return frozen && lock?.state === 'moved' ? 4 : missingOf(record).length > 0 ? exits.gateFailed : exits.ok
}

/** Approvals that a good run waits for. */
function missingOf({ status, approvals = [] }: FinishedRun['record']): readonly DemandedApproval[] {
  return status === 'ok' ? approvals.filter(({ by }) => by === null) : []
}

function lockOption({ frozen, updateLock }: RunOptions): Pick<PageOptions, 'lock'> {
  if (frozen && updateLock)
    throw fail(
      'CLI_USAGE',
      { reason: '`--frozen` and `--update-lock` exclude each other' },
      { hint: 'Give one of them.' },
    )
  return frozen ? { lock: 'frozen' } : updateLock ? { lock: 'update' } : {}
}

function commandLine(page: string, { set = [], threads }: RunOptions): string {
  const words = ['daybook', 'run', page, ...set.flatMap((value) => ['--set', value])]
  if (threads !== undefined) words.push('--threads', String(threads))
  return words.map((word) => (/^[\w./=:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}

/** The `--json` envelope of a run. */
function runJson({ record, report, problem, lock, warnings, attestation }: FinishedRun, serving?: Serving): Json {
  const { id, digest, pipeline, status, result, observed, error, deploy, approvals = [] } = record
  const seen = new Map(observed.cells.map((cell) => [cell.id, cell]))
  return {
    formatVersion: '1.0',
    ok: status === 'ok',
    run: { id, digest, pipeline, status },
    metrics: result.metrics as unknown as Json,
    gates: result.gates as unknown as Json,
    model: result.model as unknown as Json,
    cells: [...result.cells, ...(deploy ?? [])].map(({ id: cell, plugin, output }) => {
      const { state = 'skipped', key = null, ms = 0 } = seen.get(cell) ?? {}
      return { id: cell, plugin, state, key, output, ms }
    }),
    warnings: warnings as unknown as Json,
    report: report ?? null,
    approvals: approvalsJson(approvals),
    ...(attestation && { attestation }),
    ...(error && { errors: problem?.all.map(errorJson) ?? [error as unknown as Json] }),
    ...(lock && { lock: lock as unknown as Json }),
    ...(serving && { serving: { url: serving.url, port: serving.port } }),
  }
}

function printOutcome({ record, report, problem, lock, warnings, attestation }: FinishedRun, terminal: Terminal): void {
  const { result, status, error, observed, approvals = [] } = record
  if (problem) for (const one of problem.all) terminal.problem(formatError(one))
  else if (error) terminal.problem(`${error.code}  ${error.message}`)
  if (result.metrics) {
    terminal.result()
    for (const line of metricLines(result.metrics)) terminal.result(line)
  }
  if (result.gates.length > 0) terminal.result()
  for (const gate of result.gates) terminal.result(gateLine(gate, terminal))
  terminal.result()
  const ran = observed.cells.filter((cell) => cell.state === 'ran').length
  const cached = observed.cells.filter((cell) => cell.state === 'cached').length
  terminal.result(
    `run     ${record.id} ${terminal.paint(status === 'ok' ? 'green' : 'red', status)} in ${formatDuration(observed.durationMs)} (${ran} cells ran, ${cached} cached)`,
  )
  terminal.result(`digest  ${record.digest}`)
  if (result.model) terminal.result(`model   ${result.model.digest}`)
  if (warnings.count > 0) terminal.result(warningsLine(warnings))
  if (report) terminal.result(`report  ${relative('.', report)}`)
  if (lock) printLock(lock, terminal)
  for (const { role, by } of approvals)
    terminal.result(`approve ${role}: ${by === null ? terminal.paint('yellow', 'waited for') : `by key ${by}`}`)
  if (attestation) terminal.result(`signed  by key ${attestation.key}`)
  terminal.message()
  if (status === 'gateFailed')
    terminal.message('A gate failed: nothing was deployed. The report says where the model falls short.')
}

/** `3 warnings (1 silenced)` */
function warningsLine({ count, silenced }: FinishedRun['warnings']): string {
  const counted = `${count} warning${count === 1 ? '' : 's'}`
  return `warned  ${counted}${silenced > 0 ? ` (${silenced} silenced)` : ''}`
}

function printLock({ file, state, moved }: LockOutcome, terminal: Terminal): void {
  const said = { kept: 'all as it says', moved: 'MOVED', updated: 'written' }[state]
  terminal.result(`lock    ${relative('.', file)}: ${said}`)
  if (state === 'updated') return
  for (const { what, locked, now } of moved.slice(0, 10))
    terminal.result(`        ${what}: ${locked?.slice(0, 24) ?? '-'} -> ${now?.slice(0, 24) ?? '-'}`)
  if (moved.length > 10) terminal.result(`        and ${moved.length - 10} more`)
}

function sayNext({ record, store, uncounted = [] }: FinishedRun, page: string, terminal: Terminal): void {
  const { pipeline, id } = record
  const missing = missingOf(record)
  if (missing.length > 0) {
    sayUncounted(uncounted, missing, terminal)
    sayMissing(missing, id, store, terminal)
    terminal.message(`Then run the page again: npx daybook run ${page}`)
    return
  }
  // Where a command without a page would look for runs elsewhere, it has to be told.
  const found = storeFolder(undefined) === store
  const at = found ? pipeline : `${pipeline} --store ${relative('.', store)}`
  terminal.message(`Next: npx daybook serve ${at}`)
  terminal.message(`      npx daybook predict ${pipeline} FILE${found ? '' : ` --store ${relative('.', store)}`}`)
}
