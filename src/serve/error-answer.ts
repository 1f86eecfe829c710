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
export function clientError(thrown: unknown, bodyLimit: number): DaybookError {
  if (thrown instanceof DaybookError) {
    return statusOf(thrown) < 500 || thrown.code === 'SERVE_CLOSING' ? thrown : fail('SERVE_FAULT', {})
  }
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return fail('SERVE_BODY_TOO_LARGE', { limit: bodyLimit })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return fail('SERVE_WRONG_MEDIA_TYPE', {})
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return fail('SERVE_BAD_REQUEST', { reason: 'the body is not as long as its Content-Length says' })
    case 'FST_ERR_BAD_URL':
      return fail('SERVE_NOT_FOUND', {})
    default:
      return fail('SERVE_FAULT', {})
  }
}

/** HTTP status of an error: that of its code, 500 where the code has none. */
export function statusOf(error: DaybookError): number {
  return (codes[error.code] as { readonly http?: number }).http ?? 500
}

/** The body of an error. Of several, the first is told. */
export function errorBody(error: DaybookError): ErrorBody {
  const { row, column } = error.values
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
      ...(typeof row === 'number' && { row }),
      ...(typeof column === 'string' && { column }),
    },
  }
}
