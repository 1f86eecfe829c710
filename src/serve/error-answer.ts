import { codes } from '../base/codes/index.ts'
import { type Code, DaybookError, fail } from '../base/errors.ts'

/** What a client reads of an error: never a stack, a path or a cause. */
export interface ErrorBody {
  readonly error: {
    readonly code: Code
    readonly message: string
    readonly hint?: string
    /** Counted from 0. */
    readonly row?: number
    readonly column?: string
  }
}

/** The error that a client is told of: its own mistakes as they are, everything else as a fault that the log explains. */
export function clientError(thrown: unknown): DaybookError {
  const known = thrown instanceof DaybookError && (statusOf(thrown) < 500 || statusOf(thrown) === 503)
  return known ? thrown : fail('SERVE_FAULT', {})
}

/** HTTP status of an error: that of its code, 500 where the code has none. */
export function statusOf(error: DaybookError): number {
  return (codes[error.code] as { readonly http?: number }).http ?? 500
}

/** What a client is told, in words: no value that it sent comes back. */
export function errorMessage(error: DaybookError): string {
  const { row, column, expected } = error.values
  return error.code === 'ROW_BAD_VALUE'
    ? `row ${row}: column \`${column}\` does not hold what it must: ${expected} is expected`
    : error.message
}

/** The body of an error. Of several, the first is told. */
export function errorBody(error: DaybookError): ErrorBody {
  const { row, column } = error.values
  return {
    error: {
      code: error.code,
      message: errorMessage(error),
      ...(error.hint !== undefined && { hint: error.hint }),
      ...(typeof row === 'number' && { row }),
      ...(typeof column === 'string' && { column }),
    },
  }
}
