import type { Code } from '../base/errors.ts'
import { DaybookError, type ErrorDetails } from '../base/errors.ts'
import type { Answer, Task, TaskEvent } from './task.ts'

/** What a worker needs to open store and registry itself. */
export interface WorkerData {
  readonly store: string
  readonly folder: string
  readonly sets: readonly string[] | undefined
  /** Shared: 1 once the running task is to stop. A loop that never gives back the thread sees it, unlike a message. */
  readonly stop: Int32Array
}

export type ToWorker = { readonly type: 'task'; readonly task: Task } | { readonly type: 'abort' }

export type FromWorker =
  | { readonly type: 'event'; readonly event: TaskEvent }
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'error'; readonly error: PlainError }

/** An error as plain data. */
export interface PlainError {
  readonly code: Code
  readonly message: string
  readonly details: Omit<ErrorDetails, 'cause' | 'all'>
  readonly stack: string | undefined
  readonly all: readonly PlainError[]
}

export function errorToPlain(error: DaybookError): PlainError {
  const { code, message, hint, at, cell, plugin, values } = error
  const { cause } = error
  const stack = cause instanceof Error ? cause.stack : error.stack
  const all =
    error.all.length > 1
      ? error.all.map((one) =>
          errorToPlain(one === error ? new DaybookError(code, message, { hint, at, cell, plugin, values }) : one),
        )
      : []
  return { code, message, details: { hint, at, cell, plugin, values }, stack, all }
}

export function errorFromPlain({ code, message, details, stack, all }: PlainError): DaybookError {
  const cause = stack === undefined ? undefined : Object.assign(new Error(message), { stack })
  return new DaybookError(code, message, { ...details, cause, ...(all.length > 0 && { all: all.map(errorFromPlain) }) })
}
