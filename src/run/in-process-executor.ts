import { fail } from '../base/errors.ts'
import { KernelPool } from '../kernels/index.ts'
import type { Registry } from '../plugin/api.ts'
import type { ObjectStore } from '../store/index.ts'
import { defer } from './deferred.ts'
import { guardRegistry } from './guard-plugin.ts'
import { Memo } from './memo.ts'
import { runTask } from './run-task.ts'
import type { Answer, Executor } from './task.ts'

/** Time that a task has to stop by itself after an abort. */
export const graceMs = 1000

/**
 * Runs tasks in this process: for tests and small pages. A hook that never gives back the thread cannot be stopped here;
 * one that only waits is left behind after the grace.
 */
export class InProcessExecutor implements Executor {
  readonly #objects: ObjectStore
  readonly #registry: Registry
  readonly #memo = new Memo()
  readonly #pool = new KernelPool()

  constructor(objects: ObjectStore, registry: Registry) {
    this.#objects = objects
    this.#registry = guardRegistry(registry)
  }

  async submit(...[task, onEvent, signal]: Parameters<Executor['submit']>): Promise<Answer> {
    const workplace = { objects: this.#objects, registry: this.#registry, memo: this.#memo, pool: this.#pool }
    const { promise: abandoned, reject } = defer<never>()
    let timer: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      timer = setTimeout(() => reject(fail('RUN_INTERRUPTED', {}, { cell: task.cell })), graceMs)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([runTask(task, workplace, onEvent, signal), abandoned])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }
}
