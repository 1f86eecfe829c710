import { join } from 'node:path'
import { canonicalJson } from '../base/canonical.ts'
import { type Digest, digestJson, isDigest } from '../base/digest.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { readIfThere, writeDurably } from './durable.ts'
import type { ObjectStore } from './objects.ts'
import type { OnStep } from './steps.ts'

/** What the store knows of a cell that was run: enough to use its output again, to show it, and to say what its key was. */
export interface CellEntry {
  readonly format: 1
  readonly key: Digest
  /** What the key is the digest of: `why` compares it part by part. */
  readonly parts: JsonObject
  readonly outputs: Readonly<Record<string, Digest>>
  /** Object with what the cell showed. */
  readonly shown: Digest
  /** Small facts that the record takes over, such as row counts and row-key digests. */
  readonly facts: JsonObject
  /** Run that made it, and how long the plugin took there. */
  readonly run: string
  readonly ms: number
}

/** Cache of cells by key. An entry that is damaged, or whose objects are gone, is a miss and never an error. */
export class Cells {
  readonly #folder: string
  readonly #objects: ObjectStore
  readonly #onStep: OnStep | undefined

  constructor(folder: string, objects: ObjectStore, onStep?: OnStep) {
    this.#folder = join(folder, 'cells')
    this.#objects = objects
    this.#onStep = onStep
  }

  async get(key: Digest): Promise<CellEntry | undefined> {
    const entry = await this.read(key)
    if (entry === undefined) return undefined
    const needed = [...Object.values(entry.outputs), entry.shown]
    const there = await Promise.all(needed.map((digest) => this.#objects.has(digest)))
    return there.every(Boolean) ? entry : undefined
  }

  /** The entry alone, whether or not its objects are there: for saying what a key was made of. */
  async read(key: Digest): Promise<CellEntry | undefined> {
    return this.inspect(key).catch(() => undefined)
  }

  /**
   * As {@link read}, for who would remove or report what no entry names: undefined only where there is none or it is damaged.
   *
   * @throws DaybookError STORE_UNREADABLE
   */
  async inspect(key: Digest): Promise<CellEntry | undefined> {
    if (!isDigest(key)) return undefined
    const bytes = await readIfThere(join(this.#folder, key), this.#onStep)
    if (bytes === undefined) return undefined
    try {
      const { digest, ...entry } = JSON.parse(bytes.toString('utf8')) as CellEntry & { digest: Digest }
      const sound = entry.format === 1 && entry.key === key && digestJson(entry as unknown as Json) === digest
      return sound && Object.values(entry.outputs).every(isDigest) ? entry : undefined
    } catch {
      return undefined
    }
  }

  async put(entry: CellEntry): Promise<void> {
    const content = canonicalJson({ ...entry, digest: digestJson(entry as unknown as Json) } as unknown as Json)
    await writeDurably(join(this.#folder, entry.key), content, 0o600, this.#onStep)
  }
}
