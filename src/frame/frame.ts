import type { Column, ColumnInfo } from './column.ts'
import { replaceColumns } from './replace-columns.ts'
import { hasMissing, takeRows } from './rows.ts'

/** An immutable table: named columns of equal length. Operations return new frames and share what did not change. */
export class Frame {
  readonly rows: number
  readonly columns: readonly Column[]
  readonly #byName: ReadonlyMap<string, Column>

  constructor(rows: number, columns: readonly Column[]) {
    this.rows = rows
    this.columns = columns
    this.#byName = new Map(columns.map((column) => [column.name, column]))
    if (this.#byName.size !== columns.length) throw new TypeError('column names of a frame are distinct')
  }

  get names(): string[] {
    return this.columns.map((column) => column.name)
  }

  get(name: string): Column | undefined {
    return this.#byName.get(name)
  }

  /** Some columns, in the order asked for. Names that are not there are left out. */
  select(names: Iterable<string>): Frame {
    const chosen = [...names].flatMap((name) => this.#byName.get(name) ?? [])
    return new Frame(this.rows, chosen)
  }

  without(names: ReadonlySet<string>): Frame {
    return new Frame(
      this.rows,
      this.columns.filter((column) => !names.has(column.name)),
    )
  }

  /**
   * This frame with columns `taken` replaced by `given`: a given column takes the place of the taken one of its name,
   * new names come last, taken names that were not given back are gone.
   */
  replace(taken: ReadonlySet<string>, given: readonly Column[]): Frame {
    return new Frame(this.rows, replaceColumns(this.columns, taken, given))
  }

  /** Rows by index, in the order asked for. */
  take(rows: Uint32Array): Frame {
    return new Frame(
      rows.length,
      this.columns.map((column) => takeRows(column, rows)),
    )
  }

  /** Name, type and whether values are missing, per column. */
  info(): ColumnInfo[] {
    return this.columns.map((column) => ({ name: column.name, type: column.type, missing: hasMissing(column) }))
  }
}
