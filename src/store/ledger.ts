import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import type { Digest } from '../base/digest.ts'
import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import { createDurably, namesIn, readIfThere, reasonOf } from './durable.ts'
import { BLOCK, type Block, isSameStamp, LedgerBlocks, stampOf } from './ledger-blocks.ts'
import {
  type ChainEntry,
  chained,
  type LedgerBody,
  type LedgerEntry,
  NewerFormat,
  parseEntry,
  type Tombstone,
  type TombstoneBody,
  useNewer,
} from './ledger-entry.ts'
import type { OnStep } from './steps.ts'

/** What a look over the whole ledger gives. */
export interface LedgerView {
  /** Every sound entry, oldest first. */
  readonly entries: readonly ChainEntry[]
  /** Numbers of entries that are missing, changed, or do not follow the one before. */
  readonly damaged: readonly number[]
}

const namePattern = /^\d{10}\.json$/

/** Files that are read at a time, and blocks, each of which may need its files: a process may open only so many. */
const atATime = 16
const blocksAtATime = 4

/** Entries that are sound, oldest first, and what is wrong with those between. */
interface AuditedChain {
  readonly entries: readonly ChainEntry[]
  readonly errors: readonly DaybookError[]
}

/** The ledger: one file an entry, each naming the digest of the one before, so that no entry can change or go unseen. */
export class Ledger {
  readonly #folder: string
  readonly #onStep: OnStep | undefined
  readonly #blocks: LedgerBlocks
  /** Entries that this process read and found sound: they never change. */
  readonly #known = new Map<number, ChainEntry>()
  readonly #copies = new Map<number, readonly ChainEntry[]>()
  #lastKnown = 0

  constructor(folder: string, onStep?: OnStep) {
    this.#folder = folder
    this.#onStep = onStep
    this.#blocks = new LedgerBlocks(join(dirname(folder), 'ledger-index'), onStep)
  }

  /**
   * Appends an entry. Several processes may append at once: the name of the next entry is taken by `link`, and whoever comes
   * second reads the head again.
   *
   * @throws DaybookError STORE_LEDGER_DAMAGED, STORE_UNWRITABLE, STORE_UNREADABLE
   */
  async append(body: LedgerBody): Promise<LedgerEntry>
  async append(body: TombstoneBody): Promise<Tombstone>
  async append(body: LedgerBody | TombstoneBody): Promise<ChainEntry> {
    for (;;) {
      const entry = chained(body, await this.head())
      // Not canonical: metrics keep the order of the page. The digest is over canonical JSON.
      const created = await createDurably(this.file(entry.number), `${JSON.stringify(entry)}\n`, 0o400, this.#onStep)
      if (!created) continue
      if (entry.number % BLOCK === 0) await this.#block(entry.number - BLOCK + 1).catch(() => {})
      return entry
    }
  }

  /** File of an entry. */
  file(number: number): string {
    return join(this.#folder, `${String(number).padStart(10, '0')}.json`)
  }

  /** The last entry. @throws DaybookError STORE_LEDGER_DAMAGED, STORE_UNREADABLE */
  async head(): Promise<ChainEntry | undefined> {
    const last = await this.#last()
    return last === 0 ? undefined : this.read(last)
  }

  /** One entry, from its own file. @throws DaybookError STORE_LEDGER_DAMAGED, STORE_UNREADABLE */
  async read(number: number): Promise<ChainEntry> {
    const known = this.#known.get(number)
    if (known !== undefined) return known
    const bytes = await readIfThere(this.file(number), this.#onStep)
    if (bytes === undefined) throw fail('STORE_LEDGER_DAMAGED', { number, reason: 'it is missing' })
    try {
      const entry = parseEntry(bytes.toString('utf8'), number)
      this.#known.set(number, entry)
      return entry
    } catch (thrown) {
      throw fail(
        'STORE_LEDGER_DAMAGED',
        { number, reason: reasonOf(thrown) },
        {
          cause: thrown,
          ...(thrown instanceof NewerFormat && { hint: useNewer }),
        },
      )
    }
  }

  /**
   * Entries from the last to the first, as far as the caller goes. Those of full blocks come from the copies of blocks: who
   * stands on one of them reads it by {@link read}.
   *
   * @throws DaybookError STORE_UNREADABLE
   */
  async *newestFirst(): AsyncGenerator<ChainEntry, void> {
    for (let number = await this.#last(); number > 0; ) {
      if (number % BLOCK === 0) {
        number -= BLOCK
        yield* (await this.#block(number + 1)).slice().reverse()
      } else {
        const [entry] = sound([await this.#tryRead(number)])
        if (entry !== undefined) yield entry
        number -= 1
      }
    }
  }

  /** Every sound entry, oldest first. */
  async entries(): Promise<readonly ChainEntry[]> {
    return (await this.view()).entries
  }

  /**
   * Looks the whole ledger over, at the price of a look at each file's size and times: a file that is as it was when it was
   * read is not read again. {@link audit} reads them all.
   *
   * @throws DaybookError STORE_UNREADABLE
   */
  async view(): Promise<LedgerView> {
    const last = Math.max((await this.#numbers()).at(-1) ?? 0, await this.#lastOfBlocks())
    const rest = last - (last % BLOCK) + 1
    const firsts = range(0, Math.floor(last / BLOCK) - 1).map((block) => block * BLOCK + 1)
    const blocks = await inBatches(firsts, blocksAtATime, (first) => this.#fresh(first))
    const entries = [...blocks.flat(), ...sound(await this.#readAll(range(rest, last)))]
    const damaged = new Set(range(1, last))
    let previous: ChainEntry | undefined
    for (const entry of entries) {
      const follows = previous?.number !== entry.number - 1 || entry.previous === previous.entry
      if (follows && (entry.number > 1 || entry.previous === null)) damaged.delete(entry.number)
      previous = entry
    }
    return { entries, damaged: [...damaged] }
  }

  /** What is wrong with the chain: entries that are damaged, missing, or do not follow the one before. */
  async check(): Promise<readonly DaybookError[]> {
    return (await this.audit()).errors
  }

  /** As {@link check}, of an entry and those next to it alone. */
  async checkAround(number: number): Promise<readonly DaybookError[]> {
    const last = Math.min(number + 1, (await this.#numbers()).at(-1) ?? 0)
    return (await this.#chain(Math.max(1, number - 1), last)).errors
  }

  /** Reads every entry from its own file: those that are sound, oldest first, and what is wrong with the chain. */
  async audit(): Promise<AuditedChain> {
    return this.#chain(1, Math.max((await this.#numbers()).at(-1) ?? 0, await this.#lastOfBlocks()))
  }

  async #chain(first: number, last: number): Promise<AuditedChain> {
    const entries: ChainEntry[] = []
    const errors: DaybookError[] = []
    this.#known.clear()
    let previous: Digest | null | undefined = first === 1 ? null : undefined
    for (const read of await this.#readAll(range(first, last))) {
      if ('entry' in read) {
        if (previous !== undefined && read.previous !== previous) {
          const reason = 'it does not follow the entry before it'
          errors.push(fail('STORE_LEDGER_DAMAGED', { number: read.number, reason }))
        }
        previous = read.entry
        entries.push(read)
      } else {
        errors.push(read)
        previous = undefined
      }
    }
    return { entries, errors }
  }

  /** Names of the blocks that do not hold what the entries do. */
  async damagedBlocks(): Promise<string[]> {
    const damaged: string[] = []
    for (const { name, first } of await this.#blocks.all()) {
      const block = first === undefined ? undefined : await this.#blocks.get(first)
      const copies = block?.entries ?? []
      const entries = await this.#readAll(copies.map(({ number }) => number))
      const same = entries.every(
        (entry, i) => !('entry' in entry) || JSON.stringify(entry) === JSON.stringify(copies[i]),
      )
      if (block === undefined || !same) damaged.push(name)
    }
    return damaged
  }

  /** The last entry that a block holds a copy of: it was there once, so entries that were cut off are missed. */
  async #lastOfBlocks(): Promise<number> {
    const firsts = (await this.#blocks.all()).map(({ first }) => first ?? 0).sort((a, b) => b - a)
    for (const first of firsts) if ((await this.#blocks.get(first)) !== undefined) return first + BLOCK - 1
    return 0
  }

  /** Sound entries of a full block, from its copy or else from their files. */
  async #block(first: number): Promise<readonly ChainEntry[]> {
    const known = this.#copies.get(first)
    if (known !== undefined) return known
    const entries = (await this.#blocks.get(first))?.entries ?? (await this.#makeBlock(first))
    this.#copies.set(first, entries)
    return entries
  }

  /** As {@link #block}, where each entry's file is as it was when the copy was made. */
  async #fresh(first: number): Promise<readonly ChainEntry[]> {
    const block = await this.#blocks.get(first)
    const same = block?.stamps.every((stamp, i) => isSameStamp(stamp, stampOf(this.file(first + i))))
    return block !== undefined && same ? block.entries : this.#makeBlock(first)
  }

  async #makeBlock(first: number): Promise<readonly ChainEntry[]> {
    const numbers = range(first, first + BLOCK - 1)
    for (const number of numbers) this.#known.delete(number) // their files may have been changed
    const stamps = numbers.map((number) => stampOf(this.file(number)))
    const entries = sound(await this.#readAll(numbers))
    const whole = entries.length === BLOCK && stamps.every((stamp) => stamp !== undefined)
    if (whole) await this.#blocks.put({ format: 1, first, entries, stamps } as Block)
    return entries
  }

  #readAll(numbers: readonly number[]): Promise<(ChainEntry | DaybookError)[]> {
    return inBatches(numbers, atATime, (number) => this.#tryRead(number))
  }

  #tryRead(number: number): Promise<ChainEntry | DaybookError> {
    return this.read(number).catch(asDaybookError)
  }

  /** Number of the last entry; 0 where there is none. */
  async #last(): Promise<number> {
    if (this.#lastKnown === 0) this.#lastKnown = (await this.#numbers()).at(-1) ?? 0
    else while (await isThere(this.file(this.#lastKnown + 1))) this.#lastKnown += 1
    return this.#lastKnown
  }

  async #numbers(): Promise<number[]> {
    const names = await namesIn(this.#folder, this.#onStep)
    return names
      .filter((name) => namePattern.test(name))
      .sort(byCodeUnit)
      .map((name) => Number.parseInt(name, 10))
  }
}

/** The entries among what was read. What cannot be read at all says nothing of what there is. */
function sound(read: readonly (ChainEntry | DaybookError)[]): ChainEntry[] {
  return read.filter((one): one is ChainEntry => {
    if ('entry' in one) return true
    if (one.code === 'STORE_UNREADABLE') throw one
    return false
  })
}

async function inBatches<T>(
  numbers: readonly number[],
  size: number,
  work: (number: number) => Promise<T>,
): Promise<T[]> {
  const all: T[] = []
  for (let at = 0; at < numbers.length; at += size)
    all.push(...(await Promise.all(numbers.slice(at, at + size).map(work))))
  return all
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
