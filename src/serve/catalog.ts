import { fail } from '../base/errors.ts'
import type { Frame } from '../frame/index.ts'
import type { Scored } from '../model/index.ts'
import { Batcher, type ObserveBatch } from './batcher.ts'
import type { DriftWatch } from './drift-watch.ts'
import type { Batching } from './limits.ts'
import type { NamedModel, ServedModel } from './served-model.ts'
import type { Tallies } from './tallies.ts'

/** A version that answers, with what is prepared for it. */
export interface Entry {
  readonly served: ServedModel
  readonly batcher: Batcher
  /** Absent where nothing is watched, or nothing is known to hold rows against. */
  readonly drift: DriftWatch | undefined
  /** Headers of its answers. */
  readonly headers: readonly string[]
}

interface Shelf {
  readonly entries: ReadonlyMap<string, Entry>
  readonly named: NamedModel
}

/** What stands in the repository's index of one version. */
export interface Listed {
  readonly name: string
  readonly version: string
  readonly state: 'READY' | 'UNAVAILABLE'
  readonly reason: string
}

/** Who else has to do with the versions of a catalog. */
export interface CatalogHooks {
  /** Makes what watches a version. */
  readonly watch?: ((served: ServedModel) => DriftWatch | undefined) | undefined
  /** Told of every version that is served no more. */
  readonly onGone?: ((served: ServedModel) => void) | undefined
}

/**
 * The models that a server has. A name's versions are exchanged all at once; requests under way keep the entry that they
 * found, and what they came for is scored by it.
 */
export class Catalog {
  readonly #shelves = new Map<string, Shelf>()
  /** Versions of names that were unloaded. */
  readonly #away = new Map<string, readonly string[]>()
  readonly #batching: Batching
  readonly #tallies: Tallies
  readonly #watch: CatalogHooks['watch']
  readonly #onGone: CatalogHooks['onGone']
  #first: string | undefined

  constructor(batching: Batching, tallies: Tallies, { watch, onGone }: CatalogHooks = {}) {
    this.#watch = watch
    this.#batching = batching
    this.#tallies = tallies
    this.#onGone = onGone
  }

  /** Names in the order in which they came; the first answers where an address names none. */
  get names(): readonly string[] {
    return [...this.#shelves.keys()]
  }

  /** Are all models there that should be? */
  get ready(): boolean {
    return this.#shelves.size > 0
  }

  /** Serves a name's versions in place of those that it had. */
  put(named: NamedModel): void {
    const before = this.#shelves.get(named.name)?.entries
    const entries = new Map(
      named.versions.map((served) => {
        const same = before?.get(served.version)
        const kept = same?.served.model.digest === served.model.digest && same.served.run === served.run
        return [served.version, kept ? same : this.#entry(served)]
      }),
    )
    this.#first ??= named.name
    this.#shelves.set(named.name, { entries, named })
    this.#away.delete(named.name)
    this.#tellGone(before)
  }

  /** Serves a name no more. @throws DaybookError SERVE_NO_MODEL */
  remove(name: string): void {
    const shelf = this.#shelves.get(name)
    if (shelf === undefined) throw fail('SERVE_NO_MODEL', {})
    this.#shelves.delete(name)
    this.#away.set(name, [...shelf.entries.keys()])
    this.#tellGone(shelf.entries)
  }

  #tellGone(before: ReadonlyMap<string, Entry> = new Map()): void {
    const here = new Set(this.entries())
    for (const entry of before.values()) if (!here.has(entry)) this.#onGone?.(entry.served)
  }

  /** Is the name one that is served, or was? */
  knows(name: string): boolean {
    return this.#shelves.has(name) || this.#away.has(name)
  }

  /**
   * The version that answers to a name; without a name the first model's, without a version the champion's.
   *
   * @throws DaybookError SERVE_NO_MODEL
   */
  find(name: string | undefined, version: string | undefined): Entry {
    const shelf = this.#shelves.get(name ?? this.#first ?? '')
    if (shelf === undefined) throw fail('SERVE_NO_MODEL', {})
    const { champion, challenger } = shelf.named
    const alias = version === 'champion' ? champion : version === 'challenger' ? challenger : version
    const entry = shelf.entries.get(version === undefined ? champion : (alias ?? ''))
    if (entry === undefined) throw fail('SERVE_NO_MODEL', {})
    return entry
  }

  /** The version that scores the same rows after this one, where this one is a champion. */
  challengerOf({ served }: Entry): Entry | undefined {
    const shelf = this.#shelves.get(served.name)
    if (shelf?.named.challenger === undefined || shelf.named.champion !== served.version) return undefined
    return shelf.entries.get(shelf.named.challenger)
  }

  /** Versions of a name. */
  versionsOf(name: string): readonly string[] {
    return [...(this.#shelves.get(name)?.entries.keys() ?? [])]
  }

  /** Every version that is served. */
  entries(): readonly Entry[] {
    return [...this.#shelves.values()].flatMap(({ entries }) => [...entries.values()])
  }

  /** All versions, those that were unloaded behind the others. */
  list(): readonly Listed[] {
    const ready = this.entries().map(
      ({ served: { name, version } }): Listed => ({ name, version, state: 'READY', reason: '' }),
    )
    const away = [...this.#away].flatMap(([name, versions]) =>
      versions.map((version): Listed => ({ name, version, state: 'UNAVAILABLE', reason: 'unloaded' })),
    )
    return [...ready, ...away]
  }

  #entry(served: ServedModel): Entry {
    const tally = this.#tallies.batch(served.name, served.version)
    const drift = this.#watch?.(served)
    const see = drift && ((frame: Frame, scored: Scored) => drift.take(frame, scored))
    const observe: ObserveBatch = (rows, waited) => {
      tally.rows += rows
      tally.size.add(rows)
      for (const ms of waited) tally.queue.add(ms / 1000)
    }
    const batcher = new Batcher(served.model, this.#batching, observe, see)
    const headers = served.run === undefined ? [] : ['x-daybook-run-digest', served.run]
    return { served, batcher, drift, headers }
  }
}
