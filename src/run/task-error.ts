import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import { isAbort } from './guard-plugin.ts'
import { redactor } from './redact.ts'
import type { Task } from './task.ts'

/** What a task threw, naming its cell. */
export function errorOf(thrown: unknown, { cell, page }: Task, signal: AbortSignal): DaybookError {
  if (signal.aborted && (isAbort(thrown) || thrown === signal.reason)) return fail('RUN_INTERRUPTED', {}, { cell })
  const error = redactor(page).error(asDaybookError(thrown))
  return error.cell === undefined ? error.with({ cell }) : error
}
