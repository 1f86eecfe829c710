import { type DaybookError, fail } from '../base/errors.ts'
import { type Column, MISSING } from './column.ts'
import { textsOfColumn } from './column-texts.ts'
import { countDistinct } from './distinct.ts'
import { Faults } from './faults.ts'
import { fillBooleans, fillCategories, fillDates, fillNumbers, inferNumbers, type Refuse } from './fill-column.ts'
import { Frame } from './frame.ts'
import { inferType, isCategory } from './infer-type.ts'
import { type NumberFormat, parseNumber } from './number-text.ts'
import { countMissing } from './rows.ts'
import type { Table, UntypedColumn } from './table.ts'
import type { TypedColumn, TypeFacts } from './type-facts.ts'

/** A table with its types, what was found out on the way, and what was wrong. */
export interface TypedTable {
  readonly frame: Frame
  readonly inferred: readonly TypedColumn[]
  /** Sorted by row, then column. The frame holds missing values in place of bad ones. */
  readonly errors: readonly DaybookError[]
}

type FrameColumn = Exclude<Column, { type: 'sparse' }>

/**
 * Types a table: declared types are enforced, others inferred: number if every value is one (a column of missing values alone
 * counts), date if all are ISO 8601, category if few are distinct, else text; texts of a typed source are a category
 * where few are distinct. Declared levels declare a category. A number column that is declared a category keeps the file's text as level. Checked are `type`,
 * `min`, `max`, `levels`, `missing.atMost`; columns with `role: ignore` are typed and not checked.
 *
 * @param facts what the page says, by column name; names that are not there are passed over
 * @param where what the rows are called where the table does not say where they stand: `row 17 of <where>`
 */
export function typeTable(table: Table, facts: Readonly<Record<string, TypeFacts>>, where: string): TypedTable {
  const errors: { row: number; column: number; error: DaybookError }[] = []
  const inferred: TypedColumn[] = []
  const columns = table.columns.map((column, i) => {
    const own = Object.hasOwn(facts, column.name) ? (facts[column.name] as TypeFacts) : {}
    const check = new ColumnCheck(column, own, table, where)
    const typed = check.run()
    if (own.role !== 'ignore') errors.push(...check.faults.map(({ row, error }) => ({ row, column: i, error })))
    inferred.push({
      name: column.name,
      type: typed.type,
      how: check.how,
      missing: countMissing(typed),
      distinct: countDistinct(typed),
    })
    return typed
  })
  errors.sort((a, b) => a.row - b.row || a.column - b.column)
  return { frame: new Frame(table.rows, columns), inferred, errors: errors.map(({ error }) => error) }
}

/** Types and checks one column. */
class ColumnCheck {
  how: TypedColumn['how'] = 'inferred'
  readonly #column: Column | UntypedColumn
  readonly #facts: TypeFacts
  readonly #table: Table
  readonly #where: string
  readonly #found: Faults
  readonly #rows: number[] = []

  constructor(column: Column | UntypedColumn, facts: TypeFacts, table: Table, where: string) {
    this.#column = column
    this.#found = new Faults(`faults of column \`${column.name}\``)
    this.#facts = facts
    this.#table = table
    this.#where = where
  }

  /** What was wrong, each with its row; a count of more comes last. */
  get faults(): { row: number; error: DaybookError }[] {
    return this.#found.all.map((error, i) => ({
      row: error.code === 'DATA_BAD_VALUE' ? (this.#rows[i] as number) : Number.POSITIVE_INFINITY,
      error,
    }))
  }

  run(): FrameColumn {
    const typed = this.#typed()
    this.#checkBounds(typed)
    this.#checkShare(typed)
    return typed
  }

  /** What has levels is a category, whatever they look like. */
  get #declared(): TypeFacts['type'] {
    return this.#facts.type ?? (this.#facts.levels === undefined ? undefined : 'category')
  }

  #typed(): FrameColumn {
    const column = this.#column
    if (column.type === 'sparse') throw new TypeError('a source gives no sparse columns')
    const type = this.#declared
    this.how = type !== undefined ? 'declared' : column.type === 'untyped' ? 'inferred' : 'source'
    const typedBySource =
      column.type !== 'untyped' && column.type !== 'text' && (type === undefined || type === column.type)
    if (typedBySource && !(column.type === 'category' && this.#facts.levels !== undefined))
      return this.#fromSource(column)

    const format = column.type === 'untyped' ? this.#table.numbers : undefined
    const texts = this.#withoutMissing(textsOfColumn(column), format)
    const refuse: Refuse = (row, expected, hint) => this.#refuse(row, texts[row] ?? '', expected, hint)
    const untyped = column.type === 'untyped' && type === undefined
    const numbers = untyped ? inferNumbers(column.name, texts, format, refuse) : undefined
    if (numbers !== undefined) return this.#numbersOf(numbers, format)
    const found =
      type ?? (untyped ? inferType(texts) : column.type === 'category' || isCategory(texts) ? 'category' : 'text')
    switch (found) {
      case 'number':
        return this.#numbersOf(fillNumbers(column.name, texts, format, refuse), format)
      case 'date':
        return fillDates(column.name, texts, refuse)
      case 'boolean':
        return fillBooleans(column.name, texts, refuse)
      case 'category':
        return fillCategories(column.name, texts, this.#facts, refuse)
      case 'text':
        return { type: 'text', name: column.name, values: texts }
    }
  }

  /** Values that the source typed, with the page's codes for missing taken out and infinities refused. */
  #fromSource(column: FrameColumn): FrameColumn {
    const codes = this.#facts.missing?.values ?? []
    if (column.type === 'number') {
      for (let row = 0; row < column.values.length; row++) {
        const value = column.values[row] as number
        if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
          this.#refuse(row, String(value), 'a finite number')
      }
      return this.#numbersOf(column, undefined)
    }
    if (codes.length === 0 || column.type === 'date' || column.type === 'boolean' || column.type === 'text')
      return column
    const drop = new Set(codes)
    const levels = column.levels.filter((level) => !drop.has(level))
    const codeOf = column.levels.map((level) => levels.indexOf(level))
    return { ...column, levels, values: column.values.map((code) => (code < 0 ? code : (codeOf[code] ?? MISSING))) }
  }

  #withoutMissing(texts: readonly (string | null)[], format: NumberFormat | undefined): readonly (string | null)[] {
    const codes = new Set(this.#facts.missing?.values ?? [])
    if (codes.size === 0) return texts
    const numbers = new Set([...codes].map((code) => parseNumber(code, format)).filter((code) => code !== undefined))
    const isNumber = this.#declared === 'number' || this.#declared === undefined
    return texts.map((text) => {
      if (text === null || codes.has(text)) return null
      const stands = isNumber && numbers.size > 0 ? parseNumber(text, format) : undefined
      return stands !== undefined && numbers.has(stands) ? null : text
    })
  }

  /** Codes for missing compare as numbers too: `-9` is `-9.0`. */
  #numbersOf(
    column: Extract<Column, { type: 'number' }>,
    format: NumberFormat | undefined,
  ): Extract<Column, { type: 'number' }> {
    const codes = (this.#facts.missing?.values ?? []).flatMap((code) => parseNumber(code, format) ?? [])
    if (codes.length === 0 && this.#column.type === 'untyped') return column
    return {
      ...column,
      values: column.values.map((value) => (codes.includes(value) || value - value !== 0 ? Number.NaN : value + 0)),
    }
  }

  #checkBounds(column: FrameColumn): void {
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = this.#facts
    if (column.type !== 'number') return
    for (let row = 0; row < column.values.length; row++) {
      const value = column.values[row] as number
      if (value < min) this.#refuse(row, String(value), `at least ${min}`)
      else if (value > max) this.#refuse(row, String(value), `at most ${max}`)
    }
  }

  #checkShare(column: FrameColumn): void {
    const atMost = this.#facts.missing?.atMost
    const missing = countMissing(column)
    if (atMost === undefined || missing <= atMost * this.#table.rows) return
    const share = Math.round((missing / this.#table.rows) * 10_000) / 100
    const values = { column: column.name, share, atMost: Math.round(atMost * 10_000) / 100 }
    this.#rows.push(Number.POSITIVE_INFINITY)
    this.#found.add(() =>
      fail('DATA_TOO_MANY_MISSING', values, {
        hint: `${missing} of ${this.#table.rows} rows. Raise \`missing.atMost\`, or mend the data.`,
      }),
    )
  }

  #refuse(row: number, text: string, expected: string, hint?: string): void {
    this.#rows.push(row)
    const shown = text.length > 60 ? `${text.slice(0, 59)}…` : text
    const place = this.#table.place?.(row) ?? `row ${row + 1} of ${this.#where}`
    this.#found.add(() =>
      fail(
        'DATA_BAD_VALUE',
        { place, column: this.#column.name, value: shown, expected },
        hint === undefined ? {} : { hint },
      ),
    )
  }
}
