import { rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import { namesIn } from './durable.ts'
import type { LedgerEntry } from './ledger.ts'
import type { Store } from './open-store.ts'
import { objectsOf } from './reach.ts'

export interface GcOptions {
  /** Runs of each pipeline whose objects are kept, the latest ones. Default: those of all runs. */
  readonly keep?: number
  /** Says what would go, and removes nothing. */
  readonly dryRun?: boolean
  /** Nothing younger is removed: it may be of a run that is not recorded yet. Default: an hour. */
  readonly graceMs?: number
}

/** What was removed, or would be. */
export interface Collected {
  readonly objects: number
  readonly cells: number
  /** Folders of runs that were killed before they were recorded. */
  readonly runs: number
  readonly bytes: number
  /** Recorded runs whose objects are not kept: their records, reports and entries of the ledger stay, and they can be replayed. */
  readonly withoutObjects: readonly string[]
}

/**
 * Removes what no kept run needs: objects, cache entries, folders that killed runs left behind. Records, events, reports and
 * the ledger always stay.
 *
 * @throws DaybookError STORE_BUSY while a run is under way
 */
export async function collect(
  store: Store,
  { keep, dryRun = false, graceMs = 3_600_000 }: GcOptions = {},
): Promise<Collected> {
  const [holder] = await store.leases.holders()
  if (holder !== undefined) throw fail('STORE_BUSY', { run: holder.run, pid: holder.pid, host: holder.host })
  const runs = await store.runs.list()
  const kept = keep === undefined ? runs : latestOfEach(runs, keep)
  const needed = new Set<Digest>()
  const keys = new Set<Digest>()
  for (const { run } of kept) {
    const record = await store.runs.read(run).catch(() => undefined)
    if (record === undefined) throw fail('STORE_DAMAGED', { reason: `the record of run ${run} cannot be read` })
    for (const digest of await objectsOf(record, store)) needed.add(digest)
    for (const { key } of record.observed.cells) if (key !== null) keys.add(key)
  }
  const sweep = new Sweep(store.folder, dryRun, Date.now() - graceMs)
  const objects = await sweep.objects(needed)
  const cells = await sweep.files('cells', (key) => keys.has(key))
  const recorded = new Set(runs.map(({ run }) => run))
  const folders = await sweep.folders('runs', (run) => recorded.has(run))
  const names = new Set(kept.map(({ run }) => run))
  const withoutObjects = runs.map(({ run }) => run).filter((run) => !names.has(run))
  return { objects, cells, runs: folders, bytes: sweep.bytes, withoutObjects }
}

/** The latest `keep` entries of each pipeline, of entries that stand latest first. */
function latestOfEach(entries: readonly LedgerEntry[], keep: number): LedgerEntry[] {
  const seen = new Map<string, number>()
  return entries.filter(({ pipeline }) => {
    const before = seen.get(pipeline) ?? 0
    seen.set(pipeline, before + 1)
    return before < keep
  })
}

class Sweep {
  bytes = 0
  readonly #folder: string
  readonly #dryRun: boolean
  /** What was changed after this moment stays. */
  readonly #until: number

  constructor(folder: string, dryRun: boolean, until: number) {
    this.#folder = folder
    this.#dryRun = dryRun
    this.#until = until
  }

  async objects(needed: ReadonlySet<string>): Promise<number> {
    const top = join('objects', 'sha256')
    let count = 0
    for (const start of await namesIn(join(this.#folder, top))) {
      count += await this.files(join(top, start), (rest) => needed.has(start + rest))
    }
    return count
  }

  /** Removes the files of a folder that are not to be kept. */
  async files(folder: string, kept: (name: string) => boolean): Promise<number> {
    return this.#each(folder, kept, (path) => unlink(path))
  }

  async folders(folder: string, kept: (name: string) => boolean): Promise<number> {
    return this.#each(folder, kept, (path) => rm(path, { recursive: true, force: true }))
  }

  async #each(
    folder: string,
    kept: (name: string) => boolean,
    remove: (path: string) => Promise<void>,
  ): Promise<number> {
    let count = 0
    for (const name of await namesIn(join(this.#folder, folder))) {
      if (kept(name)) continue
      const path = join(this.#folder, folder, name)
      const found = await stat(path).catch(() => undefined)
      if (found === undefined || found.mtimeMs > this.#until) continue
      if (!this.#dryRun) await remove(path)
      this.bytes += found.isFile() ? found.size : 0
      count += 1
    }
    return count
  }
}
