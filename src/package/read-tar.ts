import { createHash } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32, inflateRawSync } from 'node:zlib'
import { extract } from 'tar-stream'
import type { Digest } from '../base/digest.ts'
import { DaybookError, fail } from '../base/errors.ts'
import { guardTar, type TarLimits, tarLimits } from './tar-guard.ts'

/** A file of an archive, while it is read. */
export interface TarEntry {
  readonly name: string
  readonly size: number
  /** To be read before the next entry is asked for; what is left is passed over. */
  readonly content: AsyncIterable<Uint8Array>
}

/**
 * Reads a tar archive, wherever it came from: plain files under plain names, or nothing.
 *
 * @throws DaybookError TAR_…, each with the name of the entry where it was found
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  limits: TarLimits = tarLimits,
): AsyncGenerator<TarEntry> {
  const parser = extract()
  let last = 'its start'
  let fault: unknown
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of guardTar(source, limits)) {
        if (parser.destroyed) return
        if (!parser.write(chunk)) await drained(parser)
      }
      parser.end(null)
    } catch (thrown) {
      fault = thrown
      parser.destroy(thrown as Error)
    }
  }
  const feeding = feed()
  /** What the guard found, or the parser. */
  const why = async (thrown: unknown): Promise<DaybookError> => {
    await feeding
    const cause = fault ?? thrown
    if (cause instanceof DaybookError) return cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    return fail('TAR_DAMAGED', { name: last, reason }, { cause })
  }
  const contentOf = async function* (content: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      // Not by `yield*`: who stops early would end the whole parser by it.
      for (let next = await content.next(); next.done !== true; next = await content.next()) yield next.value
    } catch (thrown) {
      throw await why(thrown)
    }
  }
  try {
    for await (const entry of parser) {
      const { name, size = 0 } = entry.header
      last = name
      const content = (entry as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
      yield { name, size, content: contentOf(content) }
      while ((await content.next()).done !== true); // what nobody read
    }
    await feeding
    if (fault !== undefined) throw fault
  } catch (thrown) {
    throw await why(thrown)
  } finally {
    parser.destroy()
    await feeding
  }
}

/** Resolves when a stream takes more, or takes nothing ever again. */
function drained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stream.removeListener('drain', go).removeListener('close', go)
      resolve()
    }
    stream.on('drain', go).on('close', go)
  })
}

/** A file as it was unpacked. */
export interface UnpackedFile {
  readonly name: string
  readonly size: number
  readonly digest: Digest
}

/**
 * Unpacks an archive into a folder that nobody else writes to, and says what came out, in the order of the archive.
 *
 * @throws DaybookError TAR_…
 */
export async function unpackTar(
  source: AsyncIterable<Uint8Array>,
  folder: string,
  limits: TarLimits = tarLimits,
): Promise<readonly UnpackedFile[]> {
  const files: UnpackedFile[] = []
  for await (const entry of readTar(source, limits)) {
    const path = join(folder, entry.name)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const hash = createHash('sha256')
    const file = await open(path, 'wx', 0o600)
    try {
      for await (const chunk of entry.content) {
        hash.update(chunk)
        await file.writeFile(chunk)
      }
    } finally {
      await file.close()
    }
    files.push({ name: entry.name, size: entry.size, digest: hash.digest('hex') })
  }
  return files
}

/** The files of a small archive in memory, gzipped or not. @throws DaybookError TAR_… */
export async function readTarFiles(
  bytes: Uint8Array,
  limits: TarLimits = tarLimits,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const tar = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzip(bytes, limits) : bytes
  const files = new Map<string, Uint8Array>()
  for await (const { name, content } of readTar(inPieces(tar), limits)) {
    const chunks: Uint8Array[] = []
    for await (const chunk of content) chunks.push(chunk)
    files.set(name, Buffer.concat(chunks))
  }
  return files
}

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1 << 16) yield bytes.subarray(at, at + (1 << 16))
}

/**
 * Unpacks one whole gzip file (RFC 1952) up to a limit. A second member or bytes after the first, which other readers pass
 * over or append, are refused.
 */
function unzip(bytes: Uint8Array, { entries, totalBytes }: TarLimits): Uint8Array {
  const bad = (reason: string, cause?: unknown) => fail('TAR_GZIP', { reason }, { cause })
  // Names and comments in the header say nothing that is needed: none is expected.
  if (bytes.length < 18 || bytes[2] !== 8 || bytes[3] !== 0) throw bad('its header is not a plain one')
  const limit = Math.min(totalBytes + (entries + 2) * 2 * 512, 2 ** 31)
  let inflated: { readonly buffer: Uint8Array; readonly engine: { readonly bytesWritten: number } }
  try {
    const options = { info: true, maxOutputLength: limit }
    inflated = inflateRawSync(bytes.subarray(10), options) as unknown as typeof inflated
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') throw fail('TAR_TOTAL_TOO_LARGE', { name: 'its gzip file', limit: totalBytes })
    throw bad(message, thrown)
  }
  const { buffer, engine } = inflated
  const end = 10 + engine.bytesWritten
  if (bytes.length < end + 8) throw bad('it was cut off')
  if (bytes.length > end + 8) throw bad('something stands after its end')
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, 8)
  if (trailer.getUint32(0, true) !== crc32(buffer)) throw bad('its content does not have its checksum')
  if (trailer.getUint32(4, true) !== buffer.length) throw bad('its content does not have its size')
  return buffer
}
