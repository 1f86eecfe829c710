import { resolve } from 'node:path'
import type { DaybookError } from '../base/errors.ts'
import { formatError } from '../base/format-error.ts'
import type { Json } from '../base/json.ts'
import type { Terminal } from './output.ts'

/** An error as `--json` gives it: paths are absolute. */
export function errorJson({ code, message, hint, at, cell }: DaybookError): Json {
  return {
    code,
    message,
    hint: hint ?? null,
    file: at === undefined || at.file === '--set' ? (at?.file ?? null) : resolve(at.file),
    line: at?.line ?? null,
    col: at?.col ?? null,
    endCol: at?.endCol ?? null,
    ...(cell !== undefined && { cell }),
  }
}

/** Prints an error and all that it stands for. Returns the exit code. */
export function printErrors(error: DaybookError, terminal: Terminal): number {
  terminal.envelope({ formatVersion: '1.0', ok: false, errors: error.all.map(errorJson) })
  for (const one of error.all) terminal.problem(formatError(one))
  if (error.all.length > 1) terminal.problem(`${error.all.length} errors`)
  return error.exit
}
