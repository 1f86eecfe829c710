import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, digestBytes, isDigest } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import { readIfThere, writeDurably } from './durable.ts'
import type { ObjectStore } from './objects.ts'
import type { OnStep } from './steps.ts'

/** Objects as files `sha256/ab/cdef…`, read-only, in folders that only their owner can enter: they can hold customers' rows. */
export class FileObjects implements ObjectStore {
  readonly #folder: string
  readonly #onStep: OnStep | undefined
  /** Digests whose bytes were checked by this process. */
  readonly #checked = new Set<Digest>()

  constructor(folder: string, onStep?: OnStep) {
    this.#folder = join(folder, 'objects', 'sha256')
    this.#onStep = onStep
  }

  #path(digest: Digest): string {
    return join(this.#folder, digest.slice(0, 2), digest.slice(2))
  }

  /** True where the object is there and right: a cache entry over damaged bytes is a miss. */
  async has(digest: Digest): Promise<boolean> {
    if (!isDigest(digest)) return false // a record from elsewhere can name anything, and a name is a path
    const path = this.#path(digest)
    if (this.#checked.has(digest))
      return stat(path).then(
        (found) => found.isFile(),
        () => false,
      )
    if ((await digestOfFile(path)) !== digest) return false
    this.#checked.add(digest)
    return true
  }

  async get(digest: Digest): Promise<Uint8Array> {
    if (!isDigest(digest)) throw fail('STORE_OBJECT_MISSING', { digest: String(digest) })
    const bytes = await readIfThere(this.#path(digest), this.#onStep)
    if (bytes === undefined) throw fail('STORE_OBJECT_MISSING', { digest })
    if (!this.#checked.has(digest)) {
      if (digestBytes(bytes) !== digest) throw fail('STORE_OBJECT_CORRUPT', { digest })
      this.#checked.add(digest)
    }
    return bytes
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestBytes(bytes)
    if (await this.has(digest)) return digest // one that is there but damaged is written anew
    await writeDurably(this.#path(digest), bytes, 0o400, this.#onStep)
    this.#checked.add(digest)
    return digest
  }
}

/** Digest of a file's bytes, read as a stream; undefined where it cannot be read. */
async function digestOfFile(path: string): Promise<Digest | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}
