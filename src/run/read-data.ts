import type { Digest } from '../base/digest.ts'
import { type Frame, frameFromState } from '../frame/index.ts'
import { KernelPool } from '../kernels/index.ts'
import type { Plan } from '../plan/index.ts'
import { decodeState, type Registry } from '../plugin/api.ts'
import type { ObjectStore } from '../store/index.ts'
import { readSource } from './cells/source.ts'
import { guardRegistry } from './guard-plugin.ts'
import { Memo } from './memo.ts'
import { TaskContext } from './task-context.ts'
import { errorOf } from './task-error.ts'

/**
 * The rows that a page learns from, typed: from the cache where they are, else read here and kept nowhere: no profile, no
 * bytes, no digest is made of them.
 *
 * @throws DaybookError what reading finds
 */
export async function readData(
  plan: Plan,
  objects: ObjectStore,
  registry: Registry,
  signal: AbortSignal,
): Promise<Frame> {
  const memo = new Memo(plan.cells.length)
  const workplace = { objects, registry: guardRegistry(registry), memo, pool: new KernelPool() } // one thread a task: none is started
  // What a frame goes by: its digest where it is stored, else its cell's key, which nothing but the memo knows.
  const names = new Map<string, Digest>()
  for (const { id, key, plugin, work, needs, cached } of plan.cells) {
    if (work.type !== 'source') break
    const name = cached?.outputs.frame ?? key
    names.set(id, name)
    if (cached === undefined) {
      const inputs = Object.fromEntries(needs.map((need) => [need.name, names.get(need.cell) as Digest]))
      const task = { cell: id, plugin, work, page: plan.page, inputs, threads: 1 }
      const ctx = new TaskContext(task, workplace, () => {}, signal)
      try {
        await memo.get(`frame ${name}`, async () => (await readSource(ctx, work.index)).frame)
      } catch (thrown) {
        throw errorOf(thrown, task, signal)
      }
    }
    if (id === plan.page.from) break
  }
  const name = names.get(plan.page.from) as Digest
  return memo.get(`frame ${name}`, async () => frameFromState(decodeState(await objects.get(name))))
}
