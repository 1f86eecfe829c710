import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import { isAbort } from './guard-plugin.ts'
import type { Task } from './task.ts'

/** What a task threw, naming its cell. */
export function errorOf(thrown: unknown, { cell }: Task, signal: AbortSignal): DaybookError {
  if (signal.aborted && (isAbort(thrown) || thrown === signal.reason)) return fail('RUN_INTERRUPTED', {}, { cell })
  const error = asDaybookError(thrown)
  return error.cell === undefined ? error.with({ cell }) : error
}
