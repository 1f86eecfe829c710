import { type DaybookError, fail } from '../base/errors.ts'
import { EntryNames, shownName } from './entry-names.ts'
import { blockBytes } from './tar-header.ts'

/** How much an archive may hold. */
export interface TarLimits {
  readonly entries: number
  /** Of one file. */
  readonly entryBytes: number
  /** Of all files. */
  readonly totalBytes: number
}

/** Room for a large run, and an end for what was made to fill a disk. */
export const tarLimits: TarLimits = { entries: 100_000, entryBytes: 2 ** 33 - 1, totalBytes: 2 ** 36 }

/** What an entry is that is no plain file, by its type flag. */
const otherTypes: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '5': 'a folder',
  '6': 'a named pipe',
  '7': 'a contiguous file',
}

/** Headers that change what the next entry is called or how large it is. */
const extensions: Readonly<Record<string, string>> = {
  x: 'a pax header',
  g: 'a global pax header',
  L: 'a long name',
  K: 'a long link',
  N: 'a long name',
  S: 'a sparse file',
  M: 'a continued file',
  V: 'a volume label',
  X: 'a pax header',
}

/**
 * Lets the bytes of a tar archive through, block by block, as long as they are plain files and nothing else: whoever parses
 * them after it meets no link, no extension header, no name that leads elsewhere, no size that differs from what follows,
 * nothing between files and nothing behind the end.
 *
 * @throws DaybookError TAR_…
 */
export async function* guardTar(
  source: AsyncIterable<Uint8Array>,
  limits: TarLimits = tarLimits,
): AsyncGenerator<Uint8Array> {
  const guard = new Guard(limits)
  for await (const chunk of source) {
    guard.take(chunk)
    yield chunk
  }
  guard.end()
}

class Guard {
  readonly #limits: TarLimits
  readonly #names = new EntryNames()
  readonly #header = new Uint8Array(blockBytes)
  /** Bytes of the header that are there. */
  #filled = 0
  /** Bytes of the file that are to come, then of what fills its last block. */
  #content = 0
  #padding = 0
  #entries = 0
  #total = 0
  /** Empty blocks at the end. */
  #empty = 0
  #name = 'its start'

  constructor(limits: TarLimits) {
    this.#limits = limits
  }

  take(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#content > 0) {
        const skipped = Math.min(this.#content, chunk.length - at)
        this.#content -= skipped
        at += skipped
      } else if (this.#padding > 0) {
        const length = Math.min(this.#padding, chunk.length - at)
        if (!isZero(chunk.subarray(at, at + length)))
          throw this.#damaged('something stands in what fills its last block')
        this.#padding -= length
        at += length
      } else {
        const length = Math.min(blockBytes - this.#filled, chunk.length - at)
        this.#header.set(chunk.subarray(at, at + length), this.#filled)
        this.#filled += length
        at += length
        if (this.#filled === blockBytes) this.#open()
      }
    }
  }

  end(): void {
    if (this.#content > 0 || this.#padding > 0) throw fail('TAR_TRUNCATED', { where: `within ${this.#name}` })
    if (this.#filled > 0 || this.#empty < 2) throw fail('TAR_TRUNCATED', { where: `after ${this.#name}` })
  }

  /** Takes a whole header: of the next file, or one of the empty ones at the end. */
  #open(): void {
    const header = this.#header
    this.#filled = 0
    if (isZero(header)) {
      this.#empty += 1
      return
    }
    if (this.#empty > 0) throw fail('TAR_TRAILING', { name: this.#name })
    const path = text(header, 0, 100)
    const prefix = text(header, 345, 155)
    // Only the POSIX format has a prefix; what stands there in others is refused below.
    const name = prefix === '' ? path : `${prefix}/${path}`
    this.#name = shownName(name)
    this.#checkType(String.fromCharCode(header[156] as number))
    if (text(header, 257, 6) !== 'ustar' || header[263] !== 0x30 || header[264] !== 0x30)
      throw this.#damaged('its header is not of the POSIX format')
    this.#names.add(name)
    const size = text(header, 124, 12)
    if (!/^[0-7]{1,11} ?$/.test(size)) throw fail('TAR_BAD_SIZE', { name: this.#name })
    this.#admit(Number.parseInt(size, 8))
  }

  #checkType(type: string): void {
    const name = this.#name
    if (type === '0' || type === '\0') return
    const extension = extensions[type]
    if (extension !== undefined) throw fail('TAR_EXTENSION', { name, type: extension })
    throw fail('TAR_NOT_A_FILE', { name, type: otherTypes[type] ?? `of type ${shownName(type)}` })
  }

  #admit(size: number): void {
    const { entries, entryBytes, totalBytes } = this.#limits
    this.#entries += 1
    this.#total += size
    if (this.#entries > entries) throw fail('TAR_TOO_MANY', { limit: entries })
    if (size > entryBytes) throw fail('TAR_TOO_LARGE', { name: this.#name, size, limit: entryBytes })
    if (this.#total > totalBytes) throw fail('TAR_TOTAL_TOO_LARGE', { name: this.#name, limit: totalBytes })
    this.#content = size
    this.#padding = (blockBytes - (size % blockBytes)) % blockBytes
  }

  #damaged(reason: string): DaybookError {
    return fail('TAR_DAMAGED', { name: this.#name, reason })
  }
}

/** The characters of a field up to its end, a byte each: what is no ASCII stays to be seen. */
function text(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length)
  const end = field.indexOf(0)
  return String.fromCharCode(...(end < 0 ? field : field.subarray(0, end)))
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}
