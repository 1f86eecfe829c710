import { readFileSync, writeFileSync } from 'node:fs'
import { digestBytes, digestJson } from '../../src/base/digest.ts'
import type { Json } from '../../src/base/json.ts'
import { readTarFiles } from '../../src/package/read-tar.ts'
import { type ArchiveManifest, manifestName, writeManifest } from '../../src/package/run-archive.ts'
import { packTar } from '../../src/package/tar.ts'
import type { LedgerEntry, RunRecord } from '../../src/store/index.ts'

/** The files of an archive, for one who wants to change them and leave no trace. */
export class Forgery {
  readonly files: Map<string, Buffer>

  private constructor(files: Map<string, Buffer>) {
    this.files = files
  }

  static async of(archive: string): Promise<Forgery> {
    const files = await readTarFiles(readFileSync(archive))
    return new Forgery(new Map([...files].map(([name, bytes]) => [name, Buffer.from(bytes)])))
  }

  /** The one file whose name fits. */
  name(pattern: RegExp): string {
    const found = [...this.files.keys()].filter((name) => pattern.test(name))
    if (found.length !== 1) throw new Error(`${pattern} fits ${found.length} files`)
    return found[0] as string
  }

  get record(): RunRecord {
    return this.#json<RunRecord>(/\/run\.json$/)
  }

  get entry(): LedgerEntry {
    return this.#json<LedgerEntry>(/^store\/ledger\/0000000001/)
  }

  #json<T>(pattern: RegExp): T {
    return JSON.parse(String(this.files.get(this.name(pattern)))) as T
  }

  set(name: string, text: string | Uint8Array): this {
    this.files.set(name, Buffer.from(text))
    return this
  }

  /** Puts an object in, under its right name. */
  object(bytes: string | Uint8Array): string {
    const digest = digestBytes(bytes)
    this.set(`store/objects/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`, bytes)
    return digest
  }

  /** Writes another record, with its digest of the result mended where asked for. */
  putRecord(record: RunRecord, mended = true): this {
    const digest = mended ? digestJson(record.result as unknown as Json) : record.digest
    return this.set(this.name(/\/run\.json$/), `${JSON.stringify({ ...record, digest })}\n`)
  }

  /** Mends the ledger's entry, so that it holds what the record says now. */
  mendEntry(): this {
    const { entry: _, ...before } = this.entry
    const { digest, result } = this.record
    const record = digestBytes(this.files.get(this.name(/\/run\.json$/)) as Buffer)
    const content = { ...before, digest, metrics: result.metrics?.test ?? null, files: { ...before.files, record } }
    const entry = { ...content, entry: digestJson(content as unknown as Json) }
    return this.set(this.name(/^store\/ledger\/0000000001/), `${JSON.stringify(entry)}\n`)
  }

  /** Mends the manifest, so that it lists what is there now. */
  mendManifest(): this {
    const before = JSON.parse(String(this.files.get(manifestName))) as ArchiveManifest
    this.files.delete(manifestName)
    const files = [...this.files]
      .map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: digestBytes(bytes) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
    const { digest, entry, run } = this.entry
    return this.set(manifestName, writeManifest({ run, digest, entry, data: before.data, files }))
  }

  /** Packs it as an exporter would. */
  async pack(file: string): Promise<string> {
    const files = [...this.files].map(([name, bytes]) => ({ name, bytes }))
    writeFileSync(file, await packTar(files, { first: manifestName }))
    return file
  }
}
