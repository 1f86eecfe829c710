import { basename } from 'node:path'
import { DaybookError, fail, failAll } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { type CsvOptions, readCsv } from '../frame/csv.ts'
import { readDataFile } from '../frame/data-file.ts'
import type { Frame, Table } from '../frame/index.ts'
import { decodeText } from '../frame/text-encoding.ts'
import { type TypedTable, typeTable } from '../frame/type-table.ts'
import { conformFrame } from './conform-frame.ts'
import type { Signature } from './manifest.ts'
import type { Model } from './model.ts'
import type { Prediction } from './predictions.ts'
import type { ReasonOptions } from './reasons/reasons.ts'
import { jsonRows, type PlacedRow } from './score-json.ts'

export interface ScoreFileOptions {
  /** How a CSV file is written: where it looks like the page's own, what its `data` cell says. */
  readonly csv?: CsvOptions
  /** Texts that stand for missing in a column of a CSV file, beside those of `csv.missing`: what the page declares. */
  readonly missing?: Readonly<Record<string, readonly string[]>>
  /** Also says why each row got what it got. */
  readonly reasons?: ReasonOptions | undefined
}

/** Params of a data cell that say how a text file is written. */
const textParams = ['delimiter', 'header', 'encoding', 'decimal', 'thousands', 'missing'] as const

/** How a file that looks like the page's own is written: by what the resolved page says of its `data` cell and columns. */
export function scoreFileOptions(page: JsonObject): ScoreFileOptions {
  const data = (page.data ?? {}) as {
    readonly with?: JsonObject
    readonly columns?: Readonly<Record<string, JsonObject>>
  }
  const csv = Object.fromEntries(
    textParams.flatMap((name) => (data.with?.[name] === undefined ? [] : [[name, data.with[name]]])),
  )
  const missing = Object.entries(data.columns ?? {}).flatMap(([column, facts]) => {
    const values = (facts.missing as JsonObject | undefined)?.values
    return values === undefined ? [] : [[column, values as readonly string[]] as const]
  })
  return { csv: csv as CsvOptions, missing: Object.fromEntries(missing) }
}

/** Rows that are scored at a time: a file's predictions come as they are made, and memory stays flat. */
const chunkRows = 4096

/**
 * Scores the rows of a CSV, JSON, JSON lines or Parquet file, in order: what `score(row)` gives, one a row. Columns have
 * the types of the signature, nothing is inferred; other columns may come along. The scores are those that the same rows
 * got in training, to the bit.
 *
 * @throws DaybookError SCORE_UNKNOWN_FORMAT, SCORE_BAD_LINE, what readers of `src/frame` throw, and for a row that the model
 *   cannot take what {@link Model.predictRows} throws, with the row's place in the file in front
 */
export async function* scoreFile(
  path: string,
  model: Model,
  options: ScoreFileOptions = {},
): AsyncGenerator<Prediction, void, undefined> {
  const opened = await openRows(path, options)
  if (opened.text !== undefined) yield* scoreJson(opened.text, model, opened.file, options)
  else yield* scoreTable(opened.table, model, opened.file, options)
}

/** Rows of a file before anything judges them: a table, or JSON text. */
export type OpenedRows =
  | { readonly file: string; readonly table: Table; readonly text?: undefined }
  | { readonly file: string; readonly text: string }

/** Reads a file of rows by what its name says it is. @throws DaybookError SCORE_UNKNOWN_FORMAT, what readers of `src/frame` throw */
export async function openRows(path: string, options: ScoreFileOptions): Promise<OpenedRows> {
  const file = basename(path)
  const format = /\.(csv|tsv|jsonl|ndjson|json|parquet)(?:\.gz)?$/i.exec(file)?.[1]?.toLowerCase()
  switch (format) {
    case 'csv':
    case 'tsv': {
      const bytes = await readDataFile(path)
      const csv = format === 'tsv' ? { delimiter: '\t', ...options.csv } : options.csv
      return { file, table: readCsv(bytes, csv ?? {}, file) }
    }
    case 'jsonl':
    case 'ndjson':
    case 'json':
      return { file, text: decodeText(await readDataFile(path), 'utf-8', file) }
    case 'parquet': {
      const { readParquet } = await import('../frame/duckdb.ts')
      return { file, table: await readParquet(path) }
    }
    default:
      throw fail('SCORE_UNKNOWN_FORMAT', { file })
  }
}

function* scoreJson(text: string, model: Model, file: string, { reasons }: ScoreFileOptions): Generator<Prediction> {
  let chunk: PlacedRow[] = []
  const score = (): Prediction[] => {
    const placed = chunk
    chunk = []
    const placeOf = (row: number): string => placed[row]?.place ?? file
    return atPlaces(placeOf, () =>
      model.predictRows(
        placed.map(({ row }) => row),
        reasons,
      ),
    )
  }
  for (const placed of jsonRows(text, file)) {
    chunk.push(placed)
    if (chunk.length === chunkRows) yield* score()
  }
  if (chunk.length > 0) yield* score()
}

function* scoreTable(table: Table, model: Model, file: string, options: ScoreFileOptions): Generator<Prediction> {
  const placeOf = (row: number): string => table.place?.(row) ?? `${file}, row ${row + 1}`
  const frame = typedFrame(table, model.signature, file, options)
  for (let start = 0; start < frame.rows; start += chunkRows) {
    const rows = Uint32Array.from({ length: Math.min(chunkRows, frame.rows - start) }, (_, i) => start + i)
    yield* atPlaces(
      (row) => placeOf(start + row),
      () =>
        model.predictConformed(conformFrame(frame.take(rows), model.signature, { lenient: false }), options.reasons),
    )
  }
}

/** The signature's columns of a table, in the signature's types. @throws what {@link typeColumns} finds wrong */
function typedFrame(table: Table, signature: Signature, file: string, options: ScoreFileOptions): Frame {
  const { frame, errors } = typeColumns(table, signature, file, options)
  if (errors.length > 0) throw failAll(errors)
  return frame
}

/** The same with missing values in place of those that cannot be read, and what was wrong with them. */
export function typeColumns(
  table: Table,
  signature: Signature,
  file: string,
  options: Pick<ScoreFileOptions, 'missing'>,
): TypedTable {
  const facts = new Map(
    signature.columns.map(({ name, type }) => {
      const values = options.missing?.[name]
      return [name, { type, ...(values && { missing: { values } }) }]
    }),
  )
  const columns = table.columns.filter(({ name }) => facts.has(name))
  return typeTable({ ...table, columns }, Object.fromEntries(facts), file)
}

/** Does something with rows; an error of a row names its place in the file in place of its number. */
function atPlaces<T>(placeOf: (row: number) => string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof DaybookError) throw failAll(thrown.all.map((error) => placed(error, placeOf)))
    throw thrown
  }
}

function placed(error: DaybookError, placeOf: (row: number) => string): DaybookError {
  const { row } = error.values
  if (typeof row !== 'number') return error
  const { code, hint, cell, plugin, values } = error
  const message = error.message.replace(/^row \d+: /, `${placeOf(row)}: `)
  return new DaybookError(code, message, { hint, cell, plugin, values, cause: error })
}
