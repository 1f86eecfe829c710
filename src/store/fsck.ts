import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Digest, digestBytes, isDigest } from '../base/digest.ts'
import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import { checkRunFiles, objectPath } from './check-run.ts'
import { type Damage, Damages } from './damage.ts'
import { type ChainEntry, isTombstone, type LedgerEntry, type Tombstone } from './ledger-entry.ts'
import { type Store, storeFiles } from './open-store.ts'
import { objectsOf } from './reach.ts'
import type { RunRecord } from './record.ts'

/** What a check of a store found. */
export interface StoreCheck {
  readonly damages: readonly Damage[]
  /** Runs whose data was forgotten: what is missing of them is no damage. */
  readonly forgotten: readonly { readonly run: string; readonly at: string; readonly reason: string }[]
  readonly checked: {
    readonly objects: number
    readonly cells: number
    readonly runs: number
    readonly drawings: number
  }
}

/**
 * Reads every file of a store again and holds it against its digest: objects, cell entries, drawings, the chain of the ledger
 * and its copies, and each run's record, events, report, targets and signed statements against what the ledger says of them.
 * What can be made anew is set aside in `quarantine/`; records and entries stay where they are, since they are evidence. A file
 * that cannot be read is named and left: that says nothing of what it holds.
 *
 * @throws DaybookError STORE_ABSENT
 */
export async function checkStore(store: Store): Promise<StoreCheck> {
  if (!existsSync(store.folder)) throw fail('STORE_ABSENT', { folder: store.folder })
  const check = new Check(store)
  await check.ownFiles()
  await check.ledger()
  const runs = await check.runs()
  const objects = await check.objects()
  const cells = await check.cells()
  const drawings = await check.drawings()
  return { damages: check.damages.found, forgotten: check.forgotten, checked: { objects, cells, runs, drawings } }
}

class Check {
  readonly damages: Damages
  readonly #store: Store
  /** Entries of the ledger, from their own files. */
  #entries: readonly ChainEntry[] = []
  /** Runs by the objects that they need. */
  readonly #needs = new Map<Digest, string[]>()
  readonly forgotten: { run: string; at: string; reason: string }[] = []
  /** What should be gone, by what says so: objects and keys of cells that no later run made again. */
  readonly #gone = new Map<Digest, Tombstone>()

  constructor(store: Store) {
    this.#store = store
    this.damages = new Damages(store)
  }

  async ownFiles(): Promise<void> {
    const isMade = (await this.damages.read('format')) !== undefined || (await this.damages.names('ledger')).length > 0
    if (!isMade) return // whoever made it was killed: the next run goes on
    for (const [name, content] of Object.entries(storeFiles)) {
      const found = await this.damages.read(name)
      if (found !== 'unreadable' && found?.toString('utf8') !== content)
        this.damages.add(fail('STORE_FILE_CHANGED', { path: name }), name)
    }
  }

  async ledger(): Promise<void> {
    const { entries, errors } = await this.#store.ledger.audit()
    this.#entries = entries
    for (const error of errors) {
      const { number } = error.values
      const path = number === undefined ? String(error.values.path) : `${String(number).padStart(10, '0')}.json`
      this.damages.add(error, number === undefined ? relative(this.#store.folder, path) : join('ledger', path))
    }
    for (const name of await this.#store.ledger.damagedBlocks()) {
      await this.damages.setAside(fail('STORE_INDEX_DAMAGED', { name }), join('ledger-index', name))
    }
  }

  async runs(): Promise<number> {
    const tombstones = this.#entries.filter(isTombstone)
    for (const tombstone of tombstones)
      for (const digest of [...tombstone.objects, ...tombstone.cells]) this.#gone.set(digest, tombstone)
    const runs = this.#entries.filter((entry): entry is LedgerEntry => !isTombstone(entry))
    for (const entry of runs) {
      const { record, damages } = await checkRunFiles(entry, this.#store)
      this.damages.found.push(...damages)
      if (record === undefined) continue
      await this.#objectsOf(
        record,
        entry,
        tombstones.filter(({ number, runs }) => number > entry.number && runs.includes(entry.run)),
      )
    }
    return runs.length
  }

  /** What a run needs: all that it names, but for what was forgotten after it. */
  async #objectsOf(record: RunRecord, { run, number }: LedgerEntry, tombstones: readonly Tombstone[]): Promise<void> {
    const [first] = tombstones
    if (first !== undefined) this.forgotten.push({ run, at: first.at, reason: first.reason })
    const forgotten = new Set(tombstones.flatMap(({ objects }) => objects))
    const needed = await objectsOf(record, this.#store).catch((thrown) => {
      this.damages.add(asDaybookError(thrown), join('runs', run, 'run.json'), [run])
      return new Set<Digest>()
    })
    const keys = record.observed.cells.flatMap(({ key }) => (key === null ? [] : [key]))
    for (const digest of [...needed, ...keys])
      if (number > (this.#gone.get(digest)?.number ?? Number.POSITIVE_INFINITY)) this.#gone.delete(digest)
    for (const digest of needed) {
      if (!forgotten.has(digest)) this.#needs.set(digest, [...(this.#needs.get(digest) ?? []), run])
    }
  }

  /** Objects in the store against their names; then those that a run needs and that are not there. */
  async objects(): Promise<number> {
    const top = 'objects/sha256'
    let count = 0
    const there = new Set<string>()
    for (const start of await this.damages.names(top)) {
      for (const rest of await this.damages.names(join(top, start))) {
        count += 1
        const digest = start + rest
        there.add(digest)
        const path = join(top, start, rest)
        const bytes = await this.damages.read(path)
        if (bytes === 'unreadable') continue
        if (isDigest(digest) && bytes !== undefined && digestBytes(bytes) === digest) this.#left(digest, path)
        else await this.damages.setAside(fail('STORE_OBJECT_CORRUPT', { digest }), path, this.#needs.get(digest))
      }
    }
    for (const [digest, runs] of this.#needs) {
      if (there.has(digest)) continue
      this.damages.add(fail('STORE_OBJECT_MISSING', { digest }), objectPath(digest), runs)
    }
    return count
  }

  async cells(): Promise<number> {
    const { cells } = this.#store
    return this.#caches(
      'cells',
      (key) => cells.inspect(key),
      (key) => fail('STORE_CELL_DAMAGED', { key }),
    )
  }

  async drawings(): Promise<number> {
    const { drawings } = this.#store
    return this.#caches(
      'drawings',
      (key) => drawings.inspect(key),
      (key) => fail('STORE_DRAWING_DAMAGED', { key }),
    )
  }

  /** Files that hold their own digest, and that are made anew where they are damaged. */
  async #caches(
    folder: string,
    inspect: (name: string) => Promise<unknown>,
    damaged: (name: string) => DaybookError,
  ): Promise<number> {
    const names = await this.damages.names(folder)
    for (const name of names) {
      const path = join(folder, name)
      try {
        if ((await inspect(name)) !== undefined) this.#left(name, path)
        else await this.damages.setAside(damaged(name), path)
      } catch (thrown) {
        this.damages.add(asDaybookError(thrown), path)
      }
    }
    return names.length
  }

  /** A file that a tombstone says is gone. */
  #left(digest: Digest, path: string): void {
    const tombstone = this.#gone.get(digest)
    if (tombstone !== undefined) this.damages.add(fail('STORE_NOT_FORGOTTEN', { path, at: tombstone.at }), path)
  }
}
