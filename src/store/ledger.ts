import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import { type Digest, digestJson } from '../base/digest.ts'
import { type DaybookError, fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { createDurably, isAbsent, namesIn, reasonOf } from './durable.ts'
import type { MetricValues, RunStatus } from './record.ts'

/** What the ledger says of a run: enough to list it, and the digests that hold its files fast. */
export interface LedgerBody {
  readonly run: string
  readonly pipeline: string
  readonly status: RunStatus
  /** `run.digest`: of the record's result. */
  readonly digest: Digest
  /** When the run ended, ISO 8601. */
  readonly at: string
  /** On the test rows; null where the run did not come that far. */
  readonly metrics: MetricValues | null
  /** SHA-256 of the run's files; null where there is none. */
  readonly files: { readonly record: Digest; readonly events: Digest; readonly report: Digest | null }
}

/** An immutable entry of the ledger. */
export interface LedgerEntry extends LedgerBody {
  readonly format: 1
  /** From 1, without gaps. */
  readonly number: number
  /** `entry` of the one before; null for the first. */
  readonly previous: Digest | null
  /** Digest of this entry without this field. */
  readonly entry: Digest
}

const namePattern = /^\d{10}\.json$/

/** The ledger: one file a run, each naming the digest of the one before, so that no entry can change or go unseen. */
export class Ledger {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Appends a run. Several processes may append at once: the name of the next entry is taken by `link`, and whoever comes
   * second reads the head again.
   *
   * @throws DaybookError STORE_LEDGER_DAMAGED, STORE_UNWRITABLE
   */
  async append(body: LedgerBody): Promise<LedgerEntry> {
    for (;;) {
      const head = await this.#head()
      const content = { format: 1 as const, number: (head?.number ?? 0) + 1, previous: head?.entry ?? null, ...body }
      const entry: LedgerEntry = { ...content, entry: digestJson(content as unknown as JsonObject) }
      const path = this.file(entry.number)
      // Not canonical: metrics keep the order of the page. The digest is over canonical JSON.
      if (await createDurably(path, `${JSON.stringify(entry)}\n`)) return entry
    }
  }

  /** File of an entry. */
  file(number: number): string {
    return join(this.#folder, nameOf(number))
  }

  /** Every entry that can be read, oldest first. Damaged ones are left out: {@link check} names them. */
  async entries(): Promise<LedgerEntry[]> {
    const all = await Promise.all((await this.#numbers()).map((number) => this.#read(number).catch(() => undefined)))
    return all.filter((entry) => entry !== undefined)
  }

  /** What is wrong with the chain: entries that are damaged, missing, or do not follow the one before. */
  async check(): Promise<DaybookError[]> {
    const numbers = await this.#numbers()
    return this.#checkChain(numbers, 1)
  }

  /** As {@link check}, of an entry and those next to it alone. */
  async checkAround(number: number): Promise<DaybookError[]> {
    const last = (await this.#numbers()).at(-1) ?? 0
    const near = [number - 1, number, number + 1].filter((one) => one > 0 && one <= last)
    return this.#checkChain(near, near[0] as number)
  }

  async #checkChain(numbers: readonly number[], first: number): Promise<DaybookError[]> {
    const errors: DaybookError[] = []
    let expected = first
    let previous: Digest | null | undefined = first === 1 ? null : undefined
    for (const number of numbers) {
      for (; expected < number; expected++) {
        errors.push(fail('STORE_LEDGER_DAMAGED', { number: expected, reason: 'it is missing' }))
        previous = undefined
      }
      expected = number + 1
      try {
        const entry = await this.#read(number)
        if (previous !== undefined && entry.previous !== previous) {
          errors.push(fail('STORE_LEDGER_DAMAGED', { number, reason: 'it does not follow the entry before it' }))
        }
        previous = entry.entry
      } catch (thrown) {
        errors.push(thrown as DaybookError)
        previous = undefined
      }
    }
    return errors
  }

  async #head(): Promise<LedgerEntry | undefined> {
    const last = (await this.#numbers()).at(-1)
    return last === undefined ? undefined : this.#read(last)
  }

  async #numbers(): Promise<number[]> {
    const names = (await namesIn(this.#folder)).filter((name) => namePattern.test(name)).sort(byCodeUnit)
    return names.map((name) => Number.parseInt(name, 10))
  }

  async #read(number: number): Promise<LedgerEntry> {
    const damaged = (reason: string): DaybookError => fail('STORE_LEDGER_DAMAGED', { number, reason })
    let parsed: LedgerEntry
    try {
      parsed = JSON.parse(await readFile(this.file(number), 'utf8'))
    } catch (thrown) {
      throw damaged(isAbsent(thrown) ? 'it is missing' : reasonOf(thrown))
    }
    const { entry, ...content } = parsed
    if (content.format !== 1) throw damaged(`its format is ${content.format}, this version reads 1`)
    if (content.number !== number) throw damaged(`it says that it is entry ${content.number}`)
    if (digestJson(content as unknown as JsonObject) !== entry) throw damaged('its content does not have its digest')
    return parsed
  }
}

function nameOf(number: number): string {
  return `${String(number).padStart(10, '0')}.json`
}
