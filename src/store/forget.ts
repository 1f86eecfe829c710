import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import type { Digest } from '../base/digest.ts'
import { asDaybookError, fail } from '../base/errors.ts'
import { namesIn, remove, unwritable } from './durable.ts'
import { sweep, wholeLedger } from './gc.ts'
import { isTombstone, type LedgerEntry, type Tombstone } from './ledger-entry.ts'
import type { Store } from './open-store.ts'
import { objectsOf } from './reach.ts'
import type { RunRecord } from './record.ts'
import { findRows, inputsOf } from './rows-of-inputs.ts'
import { newRunId } from './runs.ts'

export interface ForgetOptions {
  /** Digests of the inputs to forget, as records name them. */
  readonly inputs: readonly Digest[]
  readonly reason: string
  /** Who wants it. */
  readonly by: string
  /** Also what was fitted: states and models of some algorithms (neighbours, kernel machines) hold rows. Default: false. */
  readonly models?: boolean
  /** Says what would go, and removes nothing. */
  readonly dryRun?: boolean
}

/** What was forgotten, or would be. */
export interface Forgotten {
  readonly inputs: readonly Digest[]
  /** Runs that had read them, oldest first. */
  readonly runs: readonly string[]
  /** Objects and cache entries that were there and are removed. */
  readonly objects: number
  readonly cells: number
  readonly bytes: number
  /** Objects that stay, since runs over other inputs gave the very same: a split of as many rows, a table from another file. */
  readonly shared: number
  /** The ledger's entry that says so; null in a dry run. */
  readonly tombstone: Tombstone | null
}

/**
 * Forgets inputs: removes every object that holds their rows, and the cache entries that lead there, of finished runs and of
 * killed ones. A tombstone in the ledger says so first, so that the chain stays whole and nothing that is missing looks lost;
 * an interrupted one is finished by the next. Records, events, reports and, unless `models` says else, models stay: no row
 * stands in a record or a report.
 *
 * @throws DaybookError STORE_NO_INPUT, STORE_BUSY, STORE_DAMAGED
 */
export async function forget(store: Store, options: ForgetOptions): Promise<Forgotten> {
  if (options.dryRun) return forgetAlone(store, options)
  const end = await store.leases.takeAlone(`forget-${newRunId()}`)
  try {
    return await forgetAlone(store, options)
  } finally {
    await end()
  }
}

async function forgetAlone(store: Store, options: ForgetOptions): Promise<Forgotten> {
  const { inputs, dryRun = false, models = false, reason, by } = options
  const entries = await wholeLedger(store)
  const records = await recordsOf(
    store,
    entries.filter((entry): entry is LedgerEntry => !isTombstone(entry)),
  )
  const readers = records.filter((record) => inputsOf(record).some((digest) => inputs.includes(digest)))
  const found = await findRows(store, inputs, readers, models)
  if (readers.length === 0 && found.cells.size === 0) {
    throw fail('STORE_NO_INPUT', { folder: store.folder, digest: inputs[0] ?? '' })
  }
  const runs = readers.map(({ id }) => id)
  const others = records.filter((record) => !readers.includes(record))
  const needed = await neededBy(store, others)
  const isNeeded = (digest: Digest): boolean => needed.has(digest)
  const objects = [...found.objects].filter((digest) => !isNeeded(digest)).sort(byCodeUnit)
  const cells = [...found.cells].filter((key) => !isNeeded(key)).sort(byCodeUnit)
  const shared = [...found.objects].filter(isNeeded).length
  const removal = new Removal(store, dryRun)
  if (dryRun) {
    await removal.run(objects, cells)
    return { inputs, runs, ...removal.counts, shared, tombstone: null }
  }
  const body = {
    kind: 'forgotten',
    at: new Date().toISOString(),
    by,
    reason,
    inputs,
    runs,
    objects,
    cells,
    models,
  } as const
  const tombstone = saidAlready(entries.filter(isTombstone), body, entries) ?? (await store.ledger.append(body))
  await removal.run(tombstone.objects, tombstone.cells)
  // What a killed run wrote and no entry leads to may hold rows too. Nobody else is at work: nothing is too young to go.
  const left = await sweep(store, { graceMs: -60_000 })
  const { objects: removed, cells: entriesRemoved, bytes } = removal.counts
  return {
    inputs,
    runs,
    objects: removed + left.objects,
    cells: entriesRemoved + left.cells,
    bytes: bytes + left.bytes,
    shared,
    tombstone,
  }
}

async function recordsOf(store: Store, entries: readonly LedgerEntry[]): Promise<readonly RunRecord[]> {
  const records: RunRecord[] = []
  for (const { run } of entries) {
    const record = await store.runs.read(run).catch((thrown) => {
      if (asDaybookError(thrown).code === 'STORE_UNREADABLE') throw thrown
      throw fail('STORE_DAMAGED', { reason: `the record of run ${run} cannot be read` }, { cause: thrown })
    })
    records.push(record)
  }
  return records
}

/** Objects and keys of cells that runs need. */
async function neededBy(store: Store, records: readonly RunRecord[]): Promise<ReadonlySet<Digest>> {
  const needed = new Set<Digest>()
  for (const record of records) {
    for (const digest of await objectsOf(record, store)) needed.add(digest)
    for (const { key } of record.observed.cells) if (key !== null) needed.add(key)
  }
  return needed
}

/** A tombstone that says all of this already, with no run after it: it was interrupted, or is said again. */
function saidAlready(
  tombstones: readonly Tombstone[],
  { objects, cells, runs, inputs }: Pick<Tombstone, 'objects' | 'cells' | 'runs' | 'inputs'>,
  entries: readonly (LedgerEntry | Tombstone)[],
): Tombstone | undefined {
  const numbers = new Map(entries.flatMap((entry) => (isTombstone(entry) ? [] : [[entry.run, entry.number] as const])))
  const holds = (all: readonly string[], some: readonly string[]): boolean => some.every((one) => all.includes(one))
  return tombstones.find(
    (tombstone) =>
      holds(tombstone.inputs, inputs) &&
      holds(tombstone.objects, objects) &&
      holds(tombstone.cells, cells) &&
      runs.every((run) => tombstone.runs.includes(run) && (numbers.get(run) ?? 0) < tombstone.number),
  )
}

/** Removes objects and cache entries, and counts those that are there. */
class Removal {
  readonly counts = { objects: 0, cells: 0, bytes: 0 }
  readonly #store: Store
  readonly #dryRun: boolean

  constructor(store: Store, dryRun: boolean) {
    this.#store = store
    this.#dryRun = dryRun
  }

  async run(objects: readonly Digest[], cells: readonly Digest[]): Promise<void> {
    for (const key of cells) if (await this.#remove(join('cells', key))) this.counts.cells += 1
    const aside = await namesIn(join(this.#store.folder, 'quarantine'), this.#store.onStep)
    for (const digest of objects) {
      const path = join('objects', 'sha256', digest.slice(0, 2), digest.slice(2))
      if (await this.#remove(path)) this.counts.objects += 1
      const damaged = path.replaceAll(/[/\\]/g, '-') // as fsck names what it sets aside
      if (aside.includes(damaged)) await this.#remove(join('quarantine', damaged))
    }
  }

  async #remove(name: string): Promise<boolean> {
    const path = join(this.#store.folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) return false
    this.counts.bytes += found.size
    if (!this.#dryRun) {
      await remove(path, this.#store.onStep).catch((thrown) => Promise.reject(unwritable(path, thrown)))
    }
    return true
  }
}
