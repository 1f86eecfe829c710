import { codes } from './codes/index.ts'

/** Every error code of Daybook. The table in `codes/` is closed: docs, exit codes and HTTP codes come from it. */
export type Code = keyof typeof codes

type Placeholder<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never

/** The values that a code's message needs, read off its template. */
export type ErrorValues<C extends Code> = {
  readonly [Name in Placeholder<(typeof codes)[C]['message']>]: string | number
}

/** A place in a text file: 1-based line and column; `endCol` is one past the last column. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly col: number
  readonly endCol: number
  /** The source line, for the code frame. */
  readonly text?: string
}

export interface ErrorDetails {
  /** What to do, one imperative sentence. Replaces the hint of the code table. */
  readonly hint?: string | undefined
  readonly at?: Place | undefined
  /** Id of the cell that it happened in. */
  readonly cell?: string | undefined
  readonly plugin?: string | undefined
  readonly cause?: unknown
  /** What the message was filled with, for who answers in data: a server names row and column apart. */
  readonly values?: Readonly<Record<string, string | number>> | undefined
  /** Everything that was found, where this error stands for several. */
  readonly all?: readonly DaybookError[] | undefined
}

/** The one error class: a code of the closed table, its message, the place, and what to do about it. */
export class DaybookError extends Error {
  readonly code: Code
  readonly hint: string | undefined
  readonly at: Place | undefined
  readonly cell: string | undefined
  readonly plugin: string | undefined
  readonly values: Readonly<Record<string, string | number>>
  readonly all: readonly DaybookError[]

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'DaybookError'
    this.code = code
    this.hint = details.hint ?? codes[code].hint
    this.at = details.at
    this.cell = details.cell
    this.plugin = details.plugin
    this.values = details.values ?? {}
    this.all = details.all ?? [this]
  }

  /** Exit code of a command that ends by this error. */
  get exit(): number {
    return codes[this.code].exit
  }

  /**
   * The same error at a place, or in a cell: what a layer that knows more adds on the way up. Where it stands for several,
   * each of them gets it too; a place that one has already stays.
   */
  with(details: ErrorDetails): DaybookError {
    const { hint, at, cell, plugin, cause, values } = this
    const several = this.all.length > 1
    const all = several ? this.all.map((one) => one.with({ ...details, at: one.at ?? details.at })) : undefined
    return new DaybookError(this.code, this.message, { hint, at, cell, plugin, cause, values, all, ...details })
  }
}

/** Makes the error of `code` from its template: `fail('SPEC_UNKNOWN_PARAM', { param, plugin }, { at })`. */
export function fail<C extends Code>(code: C, values: ErrorValues<C>, details: ErrorDetails = {}): DaybookError {
  const given = values as Record<string, string | number>
  const message = codes[code].message.replace(/\{(\w+)\}/g, (_, name: string) => String(given[name] ?? `{${name}}`))
  return new DaybookError(code, message, { values: given, ...details })
}

/**
 * One error standing for all that were found: itself where there is one, else the first with `.all`.
 * The order given is kept: whoever collects them sorts them by place.
 */
export function failAll(errors: readonly DaybookError[]): DaybookError {
  const [first] = errors
  if (first === undefined) throw new TypeError('failAll needs an error')
  return errors.length === 1 ? first : first.with({ all: errors })
}

/** Turns whatever was thrown into a DaybookError; a foreign error becomes INTERNAL with its cause kept. */
export function asDaybookError(thrown: unknown): DaybookError {
  if (thrown instanceof DaybookError) return thrown
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return fail('INTERNAL', { reason }, { cause: thrown })
}
