import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, digestBytes } from '../base/digest.ts'
import { writeDurably } from './durable.ts'
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
    try {
      const text = await readFile(join(this.#folder, key), 'utf8')
      const drawing = text.slice(65)
      return text.slice(0, 65) === `${digestBytes(drawing)}\n` ? drawing : undefined
    } catch {
      return undefined
    }
  }

  async put(key: Digest, drawing: string): Promise<void> {
    await writeDurably(join(this.#folder, key), `${digestBytes(drawing)}\n${drawing}`, 0o600, this.#onStep)
  }
}
