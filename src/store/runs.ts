import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson } from '../base/canonical.ts'
import { digestBytes, digestJson } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import { isAbsent, reasonOf, writeDurably } from './durable.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { RunEvent, RunRecord } from './record.ts'

/** An id that sorts by time: `20261122-051233-9f03ab`, in UTC. */
export function newRunId(now: Date = new Date()): string {
  const digits = now.toISOString().replace(/\D/g, '')
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(3).toString('hex')}`
}

/** The runs of a store. A run is one that stands in the ledger: what a killed one left behind is none. */
export class Runs {
  readonly #folder: string
  readonly #ledger: Ledger

  constructor(folder: string, ledger: Ledger) {
    this.#folder = folder
    this.#ledger = ledger
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
    await writeDurably(join(folder, 'events.ndjson'), eventsText)
    if (report !== undefined) await writeDurably(join(folder, 'report.html'), report)
    await writeDurably(join(folder, 'run.json'), recordText)
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
    await writeDurably(join(this.folder(id), path), bytes)
  }

  /** Every run, latest first: what the ledger says of them, without reading their records. */
  async list(): Promise<LedgerEntry[]> {
    return (await this.#ledger.entries()).reverse()
  }

  /** The pipeline's latest run, however it ended. */
  async latestOf(pipeline: string): Promise<RunRecord | undefined> {
    for (const entry of await this.list()) {
      if (entry.pipeline !== pipeline) continue
      const record = await this.read(entry.run).catch(() => undefined)
      if (record !== undefined) return record
    }
    return undefined
  }

  /**
   * The record of a run, checked against its own digest and the ledger's.
   *
   * @throws DaybookError STORE_RUN_CORRUPT, STORE_NO_RUN
   */
  async read(id: string): Promise<RunRecord> {
    let text: string
    try {
      text = await readFile(join(this.folder(id), 'run.json'), 'utf8')
    } catch (thrown) {
      if (isAbsent(thrown)) throw fail('STORE_NO_RUN', { run: id, folder: this.#folder })
      throw fail('STORE_RUN_CORRUPT', { run: id, reason: reasonOf(thrown) }, { cause: thrown })
    }
    const entry = (await this.#ledger.entries()).find(({ run }) => run === id)
    if (entry !== undefined && entry.files.record !== digestBytes(text)) {
      throw fail('STORE_RUN_CORRUPT', { run: id, reason: 'it is not what the ledger holds' })
    }
    const record = parseRecord(text, id)
    if (digestJson(record.result as unknown as JsonObject) !== record.digest) {
      throw fail('STORE_RUN_CORRUPT', { run: id, reason: 'its result does not have its digest' })
    }
    return record
  }

  /**
   * The run that a word stands for: `latest`, an exact id, a pipeline's name (its latest good run), the beginning of one id.
   *
   * @throws DaybookError STORE_NO_RUN, STORE_NO_GOOD_RUN, STORE_AMBIGUOUS_RUN
   */
  async resolve(word: string): Promise<RunRecord> {
    return this.read((await this.find(word)).run)
  }

  /** As {@link resolve}, but gives the ledger's entry without reading the record. */
  async find(word: string): Promise<LedgerEntry> {
    const runs = await this.list()
    const exact = word === 'latest' ? runs[0] : runs.find(({ run }) => run === word)
    if (exact !== undefined) return exact
    const ofPipeline = runs.filter(({ pipeline }) => pipeline === word)
    if (ofPipeline.length > 0) {
      const good = ofPipeline.find(({ status }) => status === 'ok')
      if (good === undefined) throw fail('STORE_NO_GOOD_RUN', { pipeline: word })
      return good
    }
    const [found, ...others] = word === '' ? [] : runs.filter(({ run }) => run.startsWith(word))
    if (found !== undefined && others.length === 0) return found
    if (found !== undefined) {
      const hint = `Type more of it: ${[found, ...others]
        .slice(0, 5)
        .map(({ run }) => run)
        .join(', ')}.`
      throw fail('STORE_AMBIGUOUS_RUN', { run: word, count: others.length + 1 }, { hint })
    }
    const [damage] = await this.#ledger.check()
    const hint = damage === undefined ? suggestion(word, runs) : `It may be the one of which ${damage.message}.`
    throw fail('STORE_NO_RUN', { run: word, folder: this.#folder }, { hint })
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
    if (record.format !== 1) throw new TypeError(`its format is ${record.format}, this version reads 1`)
    return record
  } catch (thrown) {
    throw fail('STORE_RUN_CORRUPT', { run: id, reason: reasonOf(thrown) }, { cause: thrown })
  }
}
