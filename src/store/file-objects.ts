import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, digestBytes } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import { writeDurably } from './durable.ts'
import type { ObjectStore } from './objects.ts'

/** Objects as files `sha256/ab/cdef…`, read-only, in folders that only their owner can enter: they can hold customers' rows. */
export class FileObjects implements ObjectStore {
  readonly #folder: string
  /** Digests whose bytes were checked by this process. */
  readonly #checked = new Set<Digest>()

  constructor(folder: string) {
    this.#folder = join(folder, 'objects', 'sha256')
  }

  #path(digest: Digest): string {
    return join(this.#folder, digest.slice(0, 2), digest.slice(2))
  }

  async has(digest: Digest): Promise<boolean> {
    try {
      return (await stat(this.#path(digest))).isFile()
    } catch {
      return false
    }
  }

  async get(digest: Digest): Promise<Uint8Array> {
    let bytes: Uint8Array
    try {
      bytes = await readFile(this.#path(digest))
    } catch (cause) {
      throw fail('STORE_OBJECT_MISSING', { digest }, { cause })
    }
    if (!this.#checked.has(digest)) {
      if (digestBytes(bytes) !== digest) throw fail('STORE_OBJECT_CORRUPT', { digest })
      this.#checked.add(digest)
    }
    return bytes
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = digestBytes(bytes)
    if (await this.#holds(digest)) return digest
    await writeDurably(this.#path(digest), bytes, 0o400)
    this.#checked.add(digest)
    return digest
  }

  /** An object that is there but damaged is written anew. */
  async #holds(digest: Digest): Promise<boolean> {
    if (!(await this.has(digest))) return false
    try {
      await this.get(digest)
      return true
    } catch {
      return false
    }
  }
}
