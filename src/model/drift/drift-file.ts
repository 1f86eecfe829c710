import { asDaybookError, type DaybookError, failAll } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Frame, Table } from '../../frame/index.ts'
import { readJson } from '../../frame/json-rows.ts'
import { takeRows } from '../../frame/rows.ts'
import { conformFrame } from '../conform-frame.ts'
import { RowConformer } from '../conform-rows.ts'
import type { Signature } from '../manifest.ts'
import type { Model } from '../model.ts'
import { openRows, type ScoreFileOptions, typeColumns } from '../score-file.ts'
import { jsonRows, type PlacedRow } from '../score-json.ts'
import type { Baseline, Expected } from './baseline.ts'
import { Binner, binCount, countBins } from './bins.ts'
import { compareCounts, type QuantityDrift } from './compare.ts'
import { scoreColumns } from './scores.ts'

/** Rows that the model would not take, for one cause. */
export interface Refusal {
  readonly column: string | null
  readonly why: string
  readonly rows: number
  /** Where the first of them stands. */
  readonly first: string
}

/** How the rows of a file, and what the model says of them, lie beside the training rows. It names no row's values. */
export interface Drift {
  readonly file: string
  readonly rows: number
  readonly scored: number
  /** Training rows of the baseline. */
  readonly training: number
  readonly scores: readonly QuantityDrift[]
  /** By falling index. */
  readonly columns: readonly QuantityDrift[]
  /** By falling number of rows. */
  readonly refused: readonly Refusal[]
}

/** Rows that are looked at together; what is kept of them are counts. */
const chunkRows = 4096

/** Some rows of a file, which may be narrowed down until those at fault stand alone. */
interface Rows {
  readonly count: number
  place(row: number): string
  part(from: number, to: number): Rows
  /** As a server takes them. @throws DaybookError of the rows at fault */
  strict(): Frame
  /** What can be read of them; undefined where nothing can. */
  lenient(): Frame | undefined
}

/**
 * Scores a file's rows and counts where inputs and scores lie. A row that the model refuses is told, its inputs are counted all
 * the same: an unseen level shows as one.
 *
 * @throws DaybookError as `scoreFile` does, but for rows at fault; MODEL_NO_COLUMN
 */
export async function driftFile(
  path: string,
  model: Model,
  baseline: Baseline,
  options: ScoreFileOptions = {},
): Promise<Drift> {
  const opened = await openRows(path, options)
  const chunks =
    opened.text === undefined
      ? tableChunks(opened.table, model.signature, opened.file, options)
      : jsonChunks(opened.text, model.signature, opened.file)
  const inputs = new Counts(baseline.columns)
  const scores = new Counts(baseline.scores)
  const refused = new Refusals()
  let [rows, scored] = [0, 0]
  const take = (some: Rows): void => {
    try {
      const frame = some.strict()
      const values = model.scoreConformed(frame)
      inputs.add(frame.columns)
      scores.add(scoreColumns(values, model.signature))
      scored += some.count
    } catch (thrown) {
      const error = asDaybookError(thrown)
      if (!isOfRows(error)) throw thrown
      if (some.count > 1) {
        const half = some.count >> 1
        take(some.part(0, half))
        take(some.part(half, some.count))
        return
      }
      refused.add(error, some.place(0))
      inputs.add(some.lenient()?.columns ?? [])
    }
  }
  for (const chunk of chunks) {
    rows += chunk.count
    take(chunk)
  }
  const { log } = model.parts.kernels.math
  return {
    file: opened.file,
    rows,
    scored,
    training: baseline.rows,
    scores: scores.compared(baseline.rows, log),
    columns: inputs.compared(baseline.rows, log).sort((a, b) => (b.psi ?? -1) - (a.psi ?? -1)),
    refused: refused.all,
  }
}

class Counts {
  readonly #expected: readonly Expected[]
  readonly #binners: readonly Binner[]
  readonly #counts: readonly Float64Array[]

  constructor(expected: readonly Expected[]) {
    this.#expected = expected
    this.#binners = expected.map((bins) => new Binner(bins))
    this.#counts = expected.map((bins) => new Float64Array(binCount(bins) + 1))
  }

  add(columns: Frame['columns']): void {
    this.#binners.forEach((binner, i) => {
      const column = columns.find(({ name }) => name === binner.bins.name)
      if (column !== undefined) countBins(binner, column, this.#counts[i])
    })
  }

  compared(training: number, log: (x: number) => number): QuantityDrift[] {
    return this.#expected.map((bins, i) => compareCounts(bins, this.#counts[i] as Float64Array, training, log))
  }
}

class Refusals {
  readonly #found = new Map<string, { column: string | null; why: string; rows: number; first: string }>()

  add(error: DaybookError, place: string): void {
    const [first = error] = error.all
    const { column, expected } = first.values
    const name = typeof column === 'string' ? column : null
    // Messages name the row and its value: neither is told.
    const why = typeof expected === 'string' ? `not ${expected}` : (words[first.code] ?? 'the model cannot take it')
    const key = JSON.stringify([name, why])
    const known = this.#found.get(key)
    if (known !== undefined) known.rows++
    else this.#found.set(key, { column: name, why, rows: 1, first: place })
  }

  get all(): readonly Refusal[] {
    return [...this.#found.values()].sort((a, b) => b.rows - a.rows)
  }
}

const words: Readonly<Record<string, string>> = {
  ROW_MISSING_COLUMN: 'it is absent',
  ROW_UNKNOWN_COLUMN: 'the model has no such column',
  ROW_MISSING_VALUE: 'it is missing',
}

function isOfRows({ all, code }: DaybookError): boolean {
  const codes = all.length === 0 ? [code] : all.map((one) => one.code)
  return codes.every((one) => one.startsWith('ROW_') || one === 'DATA_BAD_VALUE' || one === 'DATA_MORE_FAULTS')
}

function* tableChunks(table: Table, signature: Signature, file: string, options: ScoreFileOptions): Generator<Rows> {
  for (let start = 0; start < table.rows; start += chunkRows)
    yield tableRows(table, start, Math.min(table.rows, start + chunkRows), { signature, file, options })
}

interface TableSource {
  readonly signature: Signature
  readonly file: string
  readonly options: ScoreFileOptions
}

function tableRows(table: Table, from: number, to: number, source: TableSource): Rows {
  const { signature, file, options } = source
  const place = (row: number): string => table.place?.(from + row) ?? `${file}, row ${from + row + 1}`
  const typed = () => typeColumns(slice(table, from, to, place), signature, file, options)
  return {
    count: to - from,
    place,
    part: (start, end) => tableRows(table, from + start, from + end, source),
    strict() {
      const { frame, errors } = typed()
      if (errors.length > 0) throw failAll(errors)
      return conformFrame(frame, signature, { lenient: false })
    },
    lenient: () => conformFrame(typed().frame, signature, { lenient: true }),
  }
}

function slice(table: Table, from: number, to: number, place: (row: number) => string): Table {
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i)
  const columns = table.columns.map((column) =>
    column.type === 'untyped' ? { ...column, values: column.values.slice(from, to) } : takeRows(column, rows),
  )
  return { ...table, rows: to - from, columns, place }
}

function* jsonChunks(text: string, signature: Signature, file: string): Generator<Rows> {
  const conformer = new RowConformer(signature)
  let placed: PlacedRow[] = []
  for (const row of jsonRows(text, file)) {
    placed.push(row)
    if (placed.length < chunkRows) continue
    yield jsonPart(placed, conformer, signature)
    placed = []
  }
  if (placed.length > 0) yield jsonPart(placed, conformer, signature)
}

function jsonPart(placed: readonly PlacedRow[], conformer: RowConformer, signature: Signature): Rows {
  return {
    count: placed.length,
    place: (row) => (placed[row] as PlacedRow).place,
    part: (from, to) => jsonPart(placed.slice(from, to), conformer, signature),
    strict() {
      conformer.clear()
      conformer.add({ form: 'rows', rows: placed.map(({ row }) => row) })
      return conformer.frame()
    },
    lenient: () => readable((placed[0] as PlacedRow).row, signature),
  }
}

/** What can be read of a row of JSON that was refused. */
function readable(row: JsonObject, signature: Signature): Frame | undefined {
  const taken = signature.columns.map(({ name }) => {
    const value = Object.hasOwn(row, name) ? row[name] : null
    return [name, value === undefined || typeof value === 'object' ? null : value]
  })
  try {
    const table = readJson(Buffer.from(JSON.stringify([Object.fromEntries(taken)])), '')
    return conformFrame(typeColumns(table, signature, '', {}).frame, signature, { lenient: true })
  } catch {
    return undefined
  }
}
