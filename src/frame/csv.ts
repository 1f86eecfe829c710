import { type DaybookError, fail, failAll } from '../base/errors.ts'
import { splitRecords } from './csv-records.ts'
import { Faults } from './faults.ts'
import type { Table, UntypedColumn } from './table.ts'
import { decodeText, type TextEncoding } from './text-encoding.ts'

/** How a CSV file is written. */
export interface CsvOptions {
  /** One character; null: the one of `,` `;` tab and `|` that the first line holds most of. Default `,`. */
  readonly delimiter?: string | null
  /** False: the first line is a row already, and columns are named `c1`, `c2` … Default true. */
  readonly header?: boolean
  /** Default `utf-8`. */
  readonly encoding?: TextEncoding
  /** Default `.`. */
  readonly decimal?: string
  /** Default: none. */
  readonly thousands?: string
  /** Texts that stand for missing. Default: empty, `NA`, `NaN`, `null`. */
  readonly missing?: readonly string[]
}

/** Texts that stand for missing where nothing else is said. */
export const MISSING_TEXTS: readonly string[] = ['', 'NA', 'NaN', 'null']

const delimiters = [',', ';', '\t', '|']

/**
 * Reads a CSV file into untyped columns. Empty lines are passed over, but for files of one column, where they are a value.
 *
 * @param file its name, for errors
 * @throws DaybookError DATA_EMPTY, DATA_NO_ROWS, DATA_BAD_HEADER, DATA_RAGGED, DATA_DELIMITER, DATA_UNCLOSED_QUOTE,
 *   DATA_BAD_QUOTE, DATA_BAD_ENCODING, DATA_BINARY, DATA_TOO_LARGE; all ragged rows and header faults at once
 */
export function readCsv(bytes: Uint8Array, options: CsvOptions, file: string): Table {
  const { header = true, encoding = 'utf-8', decimal = '.', thousands = '', missing = MISSING_TEXTS } = options
  const text = withNewlines(decodeText(bytes, encoding, file))
  if (/^\s*$/.test(text.slice(0, 1000)) && text.trim() === '') throw fail('DATA_EMPTY', { file })
  const delimiter = options.delimiter === null ? sniff(text) : (options.delimiter ?? ',')
  const collector = new Collector(header, missing, file)
  splitRecords(text, delimiter, file, collector)
  const errors = [...headerFaults(collector.names, file), ...collector.ragged.all]
  if (errors.length > 0) throw failAll(errors)
  if (collector.names.length === 1) refuseDelimiter(text, delimiter, file)
  const { lines, names, values } = collector
  if (lines.length === 0) throw fail('DATA_NO_ROWS', { file })
  return {
    rows: lines.length,
    columns: names.map((name, i): UntypedColumn => ({ type: 'untyped', name, values: values[i] as (string | null)[] })),
    place: (row) => `${file}:${lines[row]}`,
    numbers: { decimal, thousands },
  }
}

/** Old files end their lines with CR alone. */
function withNewlines(text: string): string {
  return text.includes('\n') ? text : text.replaceAll('\r', '\n')
}

function sniff(text: string): string {
  const line = firstLine(text)
  const counts = delimiters.map((delimiter) => line.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))] as string
}

function firstLine(text: string): string {
  const end = text.indexOf('\n')
  return end < 0 ? text : text.slice(0, end)
}

/** One column, and the first line holds another common delimiter: nobody meant that. */
function refuseDelimiter(text: string, delimiter: string, file: string): void {
  const found = delimiters.find(
    (other) =>
      other !== delimiter &&
      firstLine(text)
        .replace(/"[^"]*"/g, '')
        .includes(other),
  )
  if (found === undefined) return
  const hint = `Set \`delimiter: ${JSON.stringify(found)}\`.`
  throw fail('DATA_DELIMITER', { file, delimiter: JSON.stringify(delimiter), other: JSON.stringify(found) }, { hint })
}

function headerFaults(names: readonly string[], file: string): DaybookError[] {
  const faults = new Faults('faults of the header')
  const seen = new Map<string, number>()
  names.forEach((name, i) => {
    const first = seen.get(name)
    if (name.trim() === '') faults.add(() => fail('DATA_BAD_HEADER', { file, reason: `column ${i + 1} has no name` }))
    else if (first !== undefined) {
      faults.add(() =>
        fail('DATA_BAD_HEADER', { file, reason: `columns ${first} and ${i + 1} are both named \`${name}\`` }),
      )
    } else seen.set(name, i + 1)
  })
  return [...faults.all]
}

/** Puts fields into columns: the first record names them, all others have as many fields. */
class Collector {
  readonly names: string[] = []
  readonly values: (string | null)[][] = []
  /** Line of each row. */
  readonly lines: number[] = []
  readonly ragged = new Faults('ragged rows')
  readonly #missing: ReadonlySet<string>
  readonly #longest: number
  readonly #file: string
  #header: boolean
  #started = false
  #width = 0

  constructor(header: boolean, missing: readonly string[], file: string) {
    this.#header = header
    this.#missing = new Set(missing)
    this.#longest = Math.max(-1, ...missing.map((text) => text.length))
    this.#file = file
  }

  field(text: string): void {
    const at = this.#width++
    if (!this.#started) {
      if (this.#header) this.names.push(text)
      else this.names.push(`c${at + 1}`)
      this.values.push([])
      if (this.#header) return
    }
    const column = this.values[at]
    if (column !== undefined) column.push(text.length <= this.#longest && this.#missing.has(text) ? null : text)
  }

  end(line: number): void {
    const width = this.#width
    this.#width = 0
    if (!this.#started) {
      // An empty first line names nothing and holds nothing: the file starts at the next one.
      const empty = this.#header ? this.names[0] === '' : this.values[0]?.[0] === null
      if (width === 1 && empty) {
        this.#forget()
        return
      }
      this.#started = true
      if (!this.#header) this.lines.push(line)
      return
    }
    const expected = this.names.length
    if (width === expected) {
      this.lines.push(line)
      return
    }
    const first = this.values[0] as (string | null)[]
    const blank = width === 1 && (first.at(-1) === null || first.at(-1) === '')
    for (let i = 0; i < Math.min(width, expected); i++) (this.values[i] as (string | null)[]).pop()
    if (!blank) this.ragged.add(() => fail('DATA_RAGGED', { place: `${this.#file}:${line}`, count: width, expected }))
  }

  #forget(): void {
    this.names.pop()
    this.values.pop()
  }
}
