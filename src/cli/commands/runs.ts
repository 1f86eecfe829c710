import { extname } from 'node:path'
import { stringify } from 'yaml'
import type { Json } from '../../base/json.ts'
import { type ChainEntry, isTombstone, openStore, resolvedPage, storeFolder } from '../../index.ts'
import { alignColumns, formatDuration, formatMetric, printable, type Terminal } from '../output.ts'
import { gateLine, metricLines } from './metrics.ts'
import type { CommonOptions } from './options.ts'
import { type PageCommandOptions, pageOptions } from './options.ts'

/** Lists the runs, latest first. */
export async function ls(pipeline: string | undefined, options: CommonOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const { entries, damaged } = await store.ledger.view()
  const runs = entries.flatMap((entry) =>
    isTombstone(entry) || (pipeline !== undefined && entry.pipeline !== pipeline) ? [] : [entry],
  )
  runs.reverse()
  const forgotten = forgottenOf(entries)
  terminal.envelope({
    formatVersion: '1.0',
    runs: runs.map(({ run, pipeline, status, digest, at, metrics }) => ({
      id: run,
      pipeline,
      status,
      digest,
      at,
      metrics: metrics as Json,
      ...(forgotten.has(run) && { forgotten: forgotten.get(run) as string }),
    })),
    ...(damaged.length > 0 && { damaged: [...damaged] }),
  })
  if (terminal.json) return 0
  for (const number of damaged.slice(0, 10))
    terminal.problem(`entry ${number} of the ledger is missing, or not what was written: daybook fsck says more`)
  if (damaged.length > 10) terminal.problem(`and ${damaged.length - 10} more`)
  const none = pipeline === undefined ? 'There is no run' : `There is no run of ${pipeline}`
  if (runs.length === 0) terminal.message(`${none} in ${store.folder}. Run a page: npx daybook run PAGE`)
  const rows = runs.map(({ run, pipeline, status, digest, metrics }) => {
    const [first] = Object.entries(metrics ?? {})
    const state = forgotten.has(run) ? `${status}, forgotten` : status
    return [run, pipeline, state, digest.slice(0, 12), first ? `${first[0]} ${formatMetric(first[1])}` : '']
  })
  if (rows.length > 0)
    for (const line of alignColumns([['run', 'pipeline', 'status', 'digest', 'test'], ...rows])) terminal.result(line)
  return 0
}

/** Runs whose data was forgotten after them, and when. */
function forgottenOf(entries: readonly ChainEntry[]): ReadonlyMap<string, string> {
  const forgotten = new Map<string, string>()
  for (const entry of entries) {
    if (!isTombstone(entry)) forgotten.delete(entry.run)
    else for (const run of entry.runs) forgotten.set(run, forgotten.get(run) ?? entry.at)
  }
  return forgotten
}

interface ShowOptions extends PageCommandOptions {
  readonly resolved?: boolean
}

/** Shows a run's record in short; with `--resolved`, a page (or a run's page) with every default. */
export async function show(run: string, options: ShowOptions, terminal: Terminal): Promise<number> {
  if (options.resolved === true && ['.yaml', '.yml'].includes(extname(run))) {
    return showResolved(await resolvedPage(run, pageOptions(options)), terminal)
  }
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  if (options.resolved === true) return showResolved(record.result.page, terminal)
  const tombstone = await store.runs.forgotten(record.id)
  terminal.envelope({
    formatVersion: '1.0',
    run: record as unknown as Json,
    ...(tombstone && { forgotten: tombstone as unknown as Json }),
  })
  const { result, observed } = record
  terminal.result(
    `${record.pipeline}: run ${record.id}, ${record.status}, ${observed.finishedAt}, ${formatDuration(observed.durationMs)}`,
  )
  terminal.result(`digest ${record.digest}`)
  if (tombstone) terminal.result(`rows   forgotten on ${tombstone.at} by ${tombstone.by}: ${tombstone.reason}`)
  if (record.error) terminal.result(`error  ${record.error.code}: ${record.error.message}`)
  if (result.model)
    terminal.result(
      `model  ${result.model.digest} (${result.model.algorithm}, ${result.model.task}, ${result.model.features} features)`,
    )
  terminal.result()
  const outputs = new Map(
    [...result.cells, ...(record.deploy ?? [])].map(({ id, plugin, output }) => [id, { plugin, output }]),
  )
  const rows = observed.cells.map(({ id, state, ms, madeBy }) => {
    const { plugin = '', output = null } = outputs.get(id) ?? {}
    return [id, plugin, state, state === 'ran' ? formatDuration(ms) : (madeBy ?? ''), output?.slice(0, 12) ?? '']
  })
  for (const line of alignColumns([['cell', 'plugin', 'state', 'time or origin', 'output'], ...rows]))
    terminal.result(line)
  if ((record.warnings ?? []).length > 0) terminal.result()
  for (const { cell, code, message, silenced } of record.warnings ?? [])
    terminal.result(printable(`warning ${cell} ${code}${silenced ? ' (silenced)' : ''}: ${message}`))
  if (result.metrics) {
    terminal.result()
    for (const line of metricLines(result.metrics)) terminal.result(line)
  }
  if (result.gates.length > 0) terminal.result()
  for (const gate of result.gates) terminal.result(gateLine(gate, terminal))
  for (const { role, by } of record.approvals ?? [])
    terminal.result(`approve ${role}: ${by === null ? terminal.paint('yellow', 'waited for') : `by key ${by}`}`)
  return 0
}

function showResolved(page: Json, terminal: Terminal): number {
  terminal.envelope({ formatVersion: '1.0', page })
  terminal.result(stringify(page, { lineWidth: 120 }).trimEnd())
  return 0
}
