import type { Json } from '../../base/json.ts'
import {
  type Drift,
  driftFile,
  openRunModel,
  openStore,
  type QuantityDrift,
  runBaseline,
  scoreFileOptions,
  storeFolder,
} from '../../index.ts'
import { exceeds } from '../../model/drift/compare.ts'
import { alignColumns, printable, type Style, type Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

interface DriftOptions extends CommonOptions {
  readonly maxPsi?: number
}

/** Most causes of refusal that are printed. */
const mostRefusals = 10

/** How the rows of a file lie beside a run's training rows. Exit 3 where an index is above `--max-psi`. */
export async function drift(run: string, file: string, options: DriftOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const baseline = await runBaseline(store, record)
  const model = await openRunModel(store, record)
  const found = await driftFile(file, model, baseline, scoreFileOptions(record.result.page))
  const { maxPsi } = options
  const all = [...found.scores, ...found.columns]
  const exceeded = maxPsi === undefined ? [] : all.filter((one) => exceeds(one, maxPsi))
  const ok = exceeded.length === 0
  terminal.envelope({
    formatVersion: '1.0',
    ok,
    run: record.id,
    ...(found as unknown as { readonly [key: string]: Json }),
    ...(maxPsi !== undefined && { maxPsi, exceeded: exceeded.map(({ name }) => name) }),
  })
  terminal.result(
    `${terminal.paint('bold', printable(found.file))}: ${count(found.rows, 'row')} beside ${count(found.training, 'training row')} of run ${record.id} of ${record.pipeline}`,
  )
  terminal.result()
  for (const line of driftLines(found, terminal)) terminal.result(line)
  for (const line of refusalLines(found, terminal)) terminal.result(line)
  if (!ok)
    terminal.problem(
      `Above ${maxPsi}: ${exceeded.map(({ name, psi }) => `${printable(name)} (${(psi as number).toFixed(3)})`).join(', ')}.`,
    )
  return ok ? 0 : 3
}

function driftLines({ scores, columns }: Drift, terminal: Terminal): string[] {
  const head = ['', 'PSI', 'KS', 'missing', 'unseen', '', 'what moved most'].map((text) => terminal.paint('dim', text))
  const line = (one: QuantityDrift): string[] => [
    printable(one.name),
    one.psi === null ? '-' : one.psi.toFixed(3),
    one.ks === null ? '' : one.ks.toFixed(3),
    sharesOf(one.missing),
    one.unseen ? percent(one.unseen) : '',
    one.word === null ? '' : terminal.paint(styles[one.word], one.word),
    one.word === null || one.word === 'stable' ? '' : mostMoved(one),
  ]
  return alignColumns([head, ...scores.map(line), ...columns.map(line)], new Set([1, 2, 3, 4]))
}

const styles: Readonly<Record<NonNullable<QuantityDrift['word']>, Style>> = {
  stable: 'green',
  moved: 'yellow',
  shifted: 'red',
  'few rows': 'dim',
}

/** Nothing where nothing is missing; one share where it did not change much. */
function sharesOf({ train, now }: QuantityDrift['missing']): string {
  if (train === 0 && now === 0) return ''
  return percent(train) === percent(now) ? percent(now) : `${percent(train)} → ${percent(now)}`
}

/** The bin whose share changed most. */
function mostMoved({ bins }: QuantityDrift): string {
  const [most] = [...bins].sort((a, b) => Math.abs(b.now - b.train) - Math.abs(a.now - a.train))
  return most === undefined ? '' : `${printable(most.label)}: ${percent(most.train)} → ${percent(most.now)}`
}

function refusalLines({ refused, rows, scored }: Drift, terminal: Terminal): string[] {
  if (refused.length === 0) return []
  const lines = refused
    .slice(0, mostRefusals)
    .map(({ column, why, rows, first }) => [
      `  ${column === null ? 'row' : printable(column)}`,
      why,
      count(rows, 'row'),
      `first ${printable(first)}`,
    ])
  const more = refused.length - lines.length
  return [
    '',
    terminal.paint('yellow', `${count(rows - scored, 'row')} refused (${percent((rows - scored) / rows)}):`),
    ...alignColumns(lines, new Set([2])),
    ...(more > 0 ? [`  and ${more} more causes`] : []),
  ]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}

function count(many: number, what: string): string {
  return `${String(many).replace(/\B(?=(\d{3})+$)/g, ',')} ${many === 1 ? what : `${what}s`}`
}
