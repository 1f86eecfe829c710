import { type Digest, digestBytes } from '../base/digest.ts'
import { type Frame, frameFromState } from '../frame/index.ts'
import type { Plan } from '../plan/index.ts'
import { decodeState, type Registry } from '../plugin/api.ts'
import type { ObjectStore } from '../store/index.ts'
import { InProcessExecutor } from './in-process-executor.ts'

/**
 * The rows that a page learns from, typed: from the cache where they are, else read here and kept nowhere.
 *
 * @throws DaybookError what reading finds
 */
export async function readData(
  plan: Plan,
  objects: ObjectStore,
  registry: Registry,
  signal: AbortSignal,
): Promise<Frame> {
  const memory = new OverlayObjects(objects)
  const executor = new InProcessExecutor(memory, registry)
  const frames = new Map<string, Digest>()
  for (const cell of plan.cells) {
    if (cell.work.type !== 'source') break
    const inputs = Object.fromEntries(cell.needs.map((need) => [need.name, frames.get(need.cell) as Digest]))
    const { id, plugin, work, cached } = cell
    const made =
      cached ??
      (await executor.submit({ cell: id, plugin, work, page: plan.page, inputs, threads: 1 }, () => {}, signal))
    frames.set(id, made.outputs.frame as Digest)
    if (id === plan.page.from) break
  }
  return frameFromState(decodeState(await memory.get(frames.get(plan.page.from) as Digest)))
}

/** Reads through to a store, and keeps what is put in memory. */
class OverlayObjects implements ObjectStore {
  readonly #below: ObjectStore
  readonly #own = new Map<Digest, Uint8Array>()

  constructor(below: ObjectStore) {
    this.#below = below
  }

  async has(digest: Digest): Promise<boolean> {
    return this.#own.has(digest) || this.#below.has(digest)
  }

  async get(digest: Digest): Promise<Uint8Array> {
    return this.#own.get(digest) ?? this.#below.get(digest)
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestBytes(bytes)
    this.#own.set(digest, bytes)
    return digest
  }
}
