import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../base/digest.ts'
import { asDaybookError, fail } from '../base/errors.ts'
import { namesIn, remove, sweepUnfinished, unwritable } from './durable.ts'
import { type ChainEntry, isTombstone, type LedgerEntry } from './ledger-entry.ts'
import type { Store } from './open-store.ts'
import { objectsOf } from './reach.ts'
import { newRunId } from './runs.ts'

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
 * Removes what no kept run needs: objects, cache entries, and what killed runs left behind. Records, events, reports and the
 * ledger always stay.
 *
 * @throws DaybookError STORE_BUSY while a run is under way or something else is removed, STORE_DAMAGED, STORE_UNREADABLE
 */
export async function collect(store: Store, options: GcOptions = {}): Promise<Collected> {
  if (options.dryRun) return sweep(store, options)
  if (!(await isFolder(store.folder))) throw fail('STORE_ABSENT', { folder: store.folder })
  const end = await store.leases.takeAlone(`gc-${newRunId()}`)
  try {
    return await sweep(store, options)
  } finally {
    await end()
  }
}

/** As {@link collect}, for who works in the store alone already. */
export async function sweep(
  store: Store,
  { keep, dryRun = false, graceMs = 3_600_000 }: GcOptions = {},
): Promise<Collected> {
  const runs = (await wholeLedger(store)).filter((entry): entry is LedgerEntry => !isTombstone(entry)).reverse()
  const kept = keep === undefined ? runs : latestOfEach(runs, keep)
  const needed = new Set<Digest>()
  const keys = new Set<Digest>()
  for (const { run } of kept) {
    const record = await store.runs.read(run).catch((thrown) => {
      if (asDaybookError(thrown).code === 'STORE_UNREADABLE') throw thrown
      throw fail('STORE_DAMAGED', { reason: `the record of run ${run} cannot be read` }, { cause: thrown })
    })
    for (const digest of await objectsOf(record, store)) needed.add(digest)
    for (const { key } of record.observed.cells) if (key !== null) keys.add(key)
  }
  const sweep = new Sweep(store, dryRun, Date.now() - graceMs)
  const objects = await sweep.objects(needed)
  const cells = await sweep.files('cells', (key) => keys.has(key))
  const recorded = new Set(runs.map(({ run }) => run))
  const folders = await sweep.folders('runs', (run) => recorded.has(run))
  await sweep.unfinished(['', 'ledger', 'ledger-index', 'drawings', 'leases', ...runs.map(({ run }) => `runs/${run}`)])
  const names = new Set(kept.map(({ run }) => run))
  const withoutObjects = runs.map(({ run }) => run).filter((run) => !names.has(run))
  return { objects, cells, runs: folders, bytes: sweep.bytes, withoutObjects }
}

/**
 * Every entry of the ledger, for who removes things: what a lost entry needs is not known, so nothing goes in its absence.
 *
 * @throws DaybookError STORE_DAMAGED, STORE_UNREADABLE
 */
export async function wholeLedger(store: Store): Promise<readonly ChainEntry[]> {
  const { entries, errors } = await store.ledger.audit()
  const [error] = errors
  if (error === undefined) return entries
  throw error.code === 'STORE_UNREADABLE' ? error : fail('STORE_DAMAGED', { reason: error.message }, { cause: error })
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
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
  readonly #store: Store
  readonly #dryRun: boolean
  /** What was changed after this moment stays. */
  readonly #until: number

  constructor(store: Store, dryRun: boolean, until: number) {
    this.#store = store
    this.#dryRun = dryRun
    this.#until = until
  }

  async objects(needed: ReadonlySet<string>): Promise<number> {
    const top = join('objects', 'sha256')
    let count = 0
    for (const start of await namesIn(this.#path(top), this.#store.onStep)) {
      count += await this.files(join(top, start), (rest) => needed.has(start + rest))
    }
    return count
  }

  /** Removes the files of a folder that are not to be kept, and what was left unfinished there. */
  async files(folder: string, kept: (name: string) => boolean): Promise<number> {
    await this.unfinished([folder])
    return this.#each(folder, kept, (path) => remove(path, this.#store.onStep))
  }

  async folders(folder: string, kept: (name: string) => boolean): Promise<number> {
    return this.#each(folder, kept, async (path) => {
      this.#store.onStep?.('unlink', path)
      await rm(path, { recursive: true, force: true })
    })
  }

  /** Removes what killed writers left unfinished. */
  async unfinished(folders: readonly string[]): Promise<void> {
    if (this.#dryRun) return
    for (const folder of folders) await sweepUnfinished(this.#path(folder), this.#until, this.#store.onStep)
  }

  async #each(
    folder: string,
    kept: (name: string) => boolean,
    removeOne: (path: string) => Promise<void>,
  ): Promise<number> {
    let count = 0
    for (const name of await namesIn(this.#path(folder), this.#store.onStep)) {
      if (kept(name)) continue
      const path = this.#path(join(folder, name))
      const found = await stat(path).catch(() => undefined)
      if (found === undefined || found.mtimeMs > this.#until) continue
      if (!this.#dryRun) await removeOne(path).catch((thrown) => Promise.reject(unwritable(path, thrown)))
      this.bytes += found.isFile() ? found.size : 0
      count += 1
    }
    return count
  }

  #path(path: string): string {
    return join(this.#store.folder, path)
  }
}
