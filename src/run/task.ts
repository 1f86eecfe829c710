import type { Digest } from '../base/digest.ts'
import type { JsonObject } from '../base/json.ts'
import type { PageFacts, Work } from '../plan/index.ts'
import type { ShownWarning } from '../plugin/api.ts'

/** What an executor is handed: plain JSON, no data. Whoever runs it opens store and registry itself. */
export interface Task {
  readonly cell: string
  /** Name and version of the plugin, for errors and events. */
  readonly plugin: string
  readonly work: Work
  readonly page: PageFacts
  /** Digests of what it takes, by the names of its needs. */
  readonly inputs: Readonly<Record<string, Digest>>
  /** Threads that a kernel may use. */
  readonly threads: number
}

/** What a task gave: digests of objects that are in the store already. */
export interface Answer {
  readonly outputs: Readonly<Record<string, Digest>>
  /** Object with what the cell showed. */
  readonly shown: Digest
  /** Small facts that the record takes over. */
  readonly facts: JsonObject
  /** Time of the plugin's hook alone, in milliseconds. */
  readonly ms: number
}

/** What a task tells while it runs. */
export type TaskEvent =
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly note?: string }
  | { readonly type: 'warned'; readonly warning: ShownWarning }

/**
 * Runs tasks: in this process, in worker threads, later from a queue. Answers depend on the task alone, never on where or
 * beside what it ran.
 */
export interface Executor {
  /**
   * @param signal aborts the task: it is asked to stop, then stopped
   * @throws DaybookError what the task found, with its cell; RUN_INTERRUPTED after an abort; RUN_WORKER_LOST
   */
  submit(task: Task, onEvent: (event: TaskEvent) => void, signal: AbortSignal): Promise<Answer>
  close(): Promise<void>
}
