import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { canonicalJson } from '../base/canonical.ts'
import { digestBytes, digestJson } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import { readIfThere, reasonOf, writeDurably } from './durable.ts'
import type { Ledger } from './ledger.ts'
import { isTombstone, type LedgerEntry, NewerFormat, type Tombstone, useNewer } from './ledger-entry.ts'
import type { RunEvent, RunRecord } from './record.ts'
import type { OnStep } from './steps.ts'

/** An id that sorts by time: `20261122-051233-9f03ab`, in UTC. */
export function newRunId(now: Date = new Date()): string {
  const digits = now.toISOString().replace(/\D/g, '')
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(3).toString('hex')}`
}

/** The runs of a store. A run is one that stands in the ledger: what a killed one left behind is none. */
export class Runs {
  readonly #folder: string
  readonly #ledger: Ledger
  readonly #onStep: OnStep | undefined
  /** Numbers of the entries of runs, as far as this process came across them. */
  readonly #numbers = new Map<string, number>()
  #search: AsyncGenerator<LedgerEntry, void> = this.#latestFirst()

  constructor(folder: string, ledger: Ledger, onStep?: OnStep) {
    this.#folder = folder
    this.#ledger = ledger
    this.#onStep = onStep
  }

  /** Folder of a run's files. */
  folder(id: string): string {
    return join(this.#folder, id)
  }

  /** Writes the run's files, the ledger's entry last. */
  async write(record: RunRecord, events: readonly RunEvent[], report: string | undefined): Promise<LedgerEntry> {
    const folder = this.folder(record.id)
    // Not canonical: a reader sees sections and metrics in the order of the page. `digest` is over canonical JSON.
    const recordText = `${JSON.stringify(record)}\n`
    const eventsText = events.map((event) => `${canonicalJson(event as unknown as JsonObject)}\n`).join('')
    await this.#write(join(folder, 'events.ndjson'), eventsText)
    if (report !== undefined) await this.#write(join(folder, 'report.html'), report)
    await this.#write(join(folder, 'run.json'), recordText)
    return this.#ledger.append({
      run: record.id,
      pipeline: record.pipeline,
      status: record.status,
      digest: record.digest,
      at: record.observed.finishedAt,
      metrics: record.result.metrics?.test ?? null,
      files: {
        record: digestBytes(recordText),
        events: digestBytes(eventsText),
        report: report === undefined ? null : digestBytes(report),
      },
    })
  }

  /** Writes a file beside the record, such as one of a target's. */
  async writeFile(id: string, path: string, bytes: Uint8Array): Promise<void> {
    await this.#write(join(this.folder(id), path), bytes)
  }

  #write(path: string, bytes: Uint8Array | string): Promise<void> {
    return writeDurably(path, bytes, 0o600, this.#onStep)
  }

  /** Every run, latest first: what the ledger says of them, without reading their records. */
  async list(): Promise<LedgerEntry[]> {
    const entries = await this.#ledger.entries()
    return entries.filter((entry): entry is LedgerEntry => !isTombstone(entry)).reverse()
  }

  /** The pipeline's latest run, however it ended. */
  async latestOf(pipeline: string): Promise<RunRecord | undefined> {
    for await (const entry of this.#latestFirst()) {
      if (entry.pipeline !== pipeline) continue
      const record = await this.#recordOf(entry).catch(() => undefined)
      if (record !== undefined) return record
    }
    return undefined
  }

  /**
   * The record of a run, checked against its own digest and the ledger's. Without an entry in the ledger it is no run.
   *
   * @throws DaybookError STORE_RUN_CORRUPT, STORE_NO_RUN, STORE_LEDGER_DAMAGED, STORE_UNREADABLE
   */
  async read(id: string): Promise<RunRecord> {
    const entry = await this.#entryOf(id)
    if (entry === undefined) throw fail('STORE_NO_RUN', { run: id, folder: this.#folder })
    return this.#recordOf(entry)
  }

  /**
   * The run that a word stands for: `latest`, an exact id, a pipeline's name (its latest good run), the beginning of one id.
   *
   * @throws DaybookError STORE_NO_RUN, STORE_NO_GOOD_RUN, STORE_AMBIGUOUS_RUN
   */
  async resolve(word: string): Promise<RunRecord> {
    return this.#recordOf(await this.find(word))
  }

  /** As {@link resolve}, but gives the ledger's entry without reading the record. */
  async find(word: string): Promise<LedgerEntry> {
    if (this.#numbers.has(word)) return (await this.#entryOf(word)) as LedgerEntry
    const seen: LedgerEntry[] = []
    for await (const entry of this.#latestFirst()) {
      // An id begins with a digit, a name with a letter: none is taken for the other.
      const isGood = entry.pipeline === word && entry.status === 'ok'
      if (word === 'latest' || entry.run === word || isGood) return this.#own(entry)
      seen.push(entry)
    }
    if (seen.some(({ pipeline }) => pipeline === word)) throw fail('STORE_NO_GOOD_RUN', { pipeline: word })
    const [found, ...others] = word === '' ? [] : seen.filter(({ run }) => run.startsWith(word))
    if (found !== undefined && others.length === 0) return this.#own(found)
    if (found !== undefined) {
      const hint = `Type more of it: ${[found, ...others]
        .slice(0, 5)
        .map(({ run }) => run)
        .join(', ')}.`
      throw fail('STORE_AMBIGUOUS_RUN', { run: word, count: others.length + 1 }, { hint })
    }
    const [damage] = await this.#ledger.check()
    const hint = damage === undefined ? suggestion(word, seen) : `It may be the one of which ${damage.message}.`
    throw fail('STORE_NO_RUN', { run: word, folder: this.#folder }, { hint })
  }

  /** What says that a run's data was forgotten after it; undefined where it was not. */
  async forgotten(run: string): Promise<Tombstone | undefined> {
    let tombstone: Tombstone | undefined
    for await (const entry of this.#ledger.newestFirst()) {
      if (!isTombstone(entry)) {
        if (entry.run === run) break
      } else if (entry.runs.includes(run)) tombstone = entry
    }
    return tombstone === undefined ? undefined : ((await this.#ledger.read(tombstone.number)) as Tombstone)
  }

  async *#latestFirst(): AsyncGenerator<LedgerEntry, void> {
    for await (const entry of this.#ledger.newestFirst()) {
      if (isTombstone(entry)) continue
      if (!this.#numbers.has(entry.run)) this.#numbers.set(entry.run, entry.number)
      yield entry
    }
  }

  async #entryOf(run: string): Promise<LedgerEntry | undefined> {
    const number = this.#numbers.get(run)
    if (number !== undefined) return (await this.#ledger.read(number)) as LedgerEntry
    // Who reads one run after the other goes on where the search before ended; only then is what was added since looked at.
    for (const search of [this.#search, this.#latestFirst()]) {
      this.#search = search
      for (let next = await search.next(); !next.done; next = await search.next())
        if (next.value.run === run) return this.#own(next.value)
    }
    return undefined
  }

  /** An entry as its own file holds it. */
  async #own({ number }: LedgerEntry): Promise<LedgerEntry> {
    return (await this.#ledger.read(number)) as LedgerEntry
  }

  async #recordOf(entry: LedgerEntry): Promise<RunRecord> {
    const { run, files } = await this.#own(entry)
    const bytes = await readIfThere(join(this.folder(run), 'run.json'), this.#onStep)
    if (bytes === undefined) throw fail('STORE_RUN_CORRUPT', { run, reason: 'its file is gone' })
    if (files.record !== digestBytes(bytes)) {
      throw fail('STORE_RUN_CORRUPT', { run, reason: 'it is not what the ledger holds' })
    }
    const record = parseRecord(bytes.toString('utf8'), run)
    if (digestJson(record.result as unknown as JsonObject) !== record.digest) {
      throw fail('STORE_RUN_CORRUPT', { run, reason: 'its result does not have its digest' })
    }
    return record
  }
}

function suggestion(word: string, runs: readonly LedgerEntry[]): string {
  if (runs.length === 0) return 'The store holds no run: run a page first, or name its store with `--store`.'
  const near = nearest(word, new Set(runs.flatMap(({ run, pipeline }) => [pipeline, run])))
  return near === undefined ? '`daybook ls` lists the runs.' : `did you mean \`${near}\`?`
}

function parseRecord(text: string, id: string): RunRecord {
  try {
    const record = JSON.parse(text) as RunRecord
    if (record.format !== 1) throw new NewerFormat(`its format is ${record.format}, this version reads 1`)
    return record
  } catch (thrown) {
    const hint = thrown instanceof NewerFormat ? useNewer : undefined
    throw fail('STORE_RUN_CORRUPT', { run: id, reason: reasonOf(thrown) }, { cause: thrown, ...(hint && { hint }) })
  }
}
