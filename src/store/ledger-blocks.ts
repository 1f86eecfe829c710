import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Digest, digestBytes } from '../base/digest.ts'
import { namesIn, readIfThere, writeDurably } from './durable.ts'
import type { ChainEntry } from './ledger-entry.ts'
import type { OnStep } from './steps.ts'

/** Entries of a block. */
export const BLOCK = 256

/** Size and times of an entry's file: other ones say that it was touched since. */
type Stamp = readonly [size: number, changed: number, status: number]

/** Entries `first` to `first + BLOCK - 1` of the ledger, as they were when all of them were sound. */
export interface Block {
  readonly format: 1
  readonly first: number
  readonly entries: readonly ChainEntry[]
  readonly stamps: readonly Stamp[]
}

/**
 * Copies of the ledger's full blocks, so that a list of 10,000 runs reads forty files. Only a cache: each is made anew from the
 * entries where it is missing, damaged or older than they are. What a run stands on is read from the entries themselves.
 */
export class LedgerBlocks {
  readonly #folder: string
  readonly #onStep: OnStep | undefined

  constructor(folder: string, onStep?: OnStep) {
    this.#folder = folder
    this.#onStep = onStep
  }

  /** A block that is there and has its digest. */
  async get(first: number): Promise<Block | undefined> {
    try {
      const bytes = await readIfThere(join(this.#folder, nameOf(first)), this.#onStep)
      if (bytes === undefined || digestBytes(bytes.subarray(65)) !== bytes.toString('latin1', 0, 64)) return undefined
      const block = JSON.parse(bytes.toString('utf8', 65)) as Block
      return block.format === 1 && block.first === first && block.entries.length === BLOCK ? block : undefined
    } catch {
      return undefined
    }
  }

  /** Keeps a block. Where the store cannot be written, lists are slower, no more. */
  async put(block: Block): Promise<void> {
    const text = JSON.stringify(block)
    const path = join(this.#folder, nameOf(block.first))
    await writeDurably(path, `${digestBytes(text)}\n${text}`, 0o600, this.#onStep).catch(() => {})
  }

  /** Names of the blocks, and the number that each begins with; undefined where a name is none of a block. */
  async all(): Promise<readonly { readonly name: string; readonly first: number | undefined }[]> {
    const names = await namesIn(this.#folder, this.#onStep)
    return names.map((name) => ({ name, first: /^\d{10}$/.test(name) ? Number(name) : undefined }))
  }
}

/** The stamp of an entry's file; undefined where it is gone. */
export function stampOf(path: string): Stamp | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? undefined : [found.size, found.mtimeMs, found.ctimeMs]
}

export function isSameStamp(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return a !== undefined && b !== undefined && a.every((value, i) => value === b[i])
}

/** Digests of a block's entries, in order: what they must be in the ledger. */
export function digestsOf({ entries }: Block): readonly Digest[] {
  return entries.map(({ entry }) => entry)
}

function nameOf(first: number): string {
  return String(first).padStart(10, '0')
}
