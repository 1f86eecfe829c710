import { join } from 'node:path'
import { type Digest, digestBytes } from '../base/digest.ts'
import { readIfThere, writeDurably } from './durable.ts'
import type { OnStep } from './steps.ts'

/** Drawings of figures by the digest of what they were made of: a cache, so that an unchanged run draws nothing anew. */
export class Drawings {
  readonly #folder: string
  readonly #onStep: OnStep | undefined

  constructor(folder: string, onStep?: OnStep) {
    this.#folder = join(folder, 'drawings')
    this.#onStep = onStep
  }

  /** A drawing, or undefined where there is none or its file is damaged. */
  async get(key: Digest): Promise<string | undefined> {
    return this.inspect(key).catch(() => undefined)
  }

  /** As {@link get}, for who reports what is damaged. @throws DaybookError STORE_UNREADABLE */
  async inspect(key: Digest): Promise<string | undefined> {
    const text = (await readIfThere(join(this.#folder, key), this.#onStep))?.toString('utf8') ?? ''
    const drawing = text.slice(65)
    return text.slice(0, 65) === `${digestBytes(drawing)}\n` ? drawing : undefined
  }

  async put(key: Digest, drawing: string): Promise<void> {
    await writeDurably(join(this.#folder, key), `${digestBytes(drawing)}\n${drawing}`, 0o600, this.#onStep)
  }
}
