import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { gzipSync } from 'fflate'
import { byCodeUnit } from '../base/canonical.ts'
import { fail } from '../base/errors.ts'
import { EntryNames, shownName } from './entry-names.ts'
import { blockBytes, largestFile, tarHeader } from './tar-header.ts'

/** A file to put into an archive: its bytes, or the file that holds them. */
export type TarFile = { readonly name: string; readonly bytes: Uint8Array } | FileOnDisk

interface FileOnDisk {
  readonly name: string
  readonly file: string
  readonly size: number
}

export interface TarOptions {
  /** Name of the file that leads the archive. All others stand in the order of their names. */
  readonly first?: string
}

/**
 * The bytes of a tar archive. Equal files give equal bytes on every machine: no time, user or mode of a file goes in, names
 * stand in their order, and there are plain files alone, without entries for folders and without extension headers.
 *
 * @throws DaybookError TAR_BAD_NAME, TAR_TWIN_NAME, TAR_TOO_LARGE: what a reader would refuse is not written. As the stream's
 *   error TAR_DAMAGED where a file has another size than was said.
 */
export function tarStream(files: readonly TarFile[], { first }: TarOptions = {}): Readable {
  const names = new EntryNames()
  for (const { name } of files) names.add(name)
  const rank = ({ name }: TarFile): number => (name === first ? 0 : 1)
  const sorted = [...files].sort((a, b) => rank(a) - rank(b) || byCodeUnit(a.name, b.name))
  const headers = new Map(sorted.map((file) => [file, headerOf(file)]))
  return Readable.from(packed(headers), { objectMode: false })
}

/** As {@link tarStream}, in memory; `gzip` compresses it, with equal bytes everywhere too. */
export async function packTar(
  files: readonly TarFile[],
  { gzip = false, ...options }: TarOptions & { readonly gzip?: boolean } = {},
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of tarStream(files, options)) chunks.push(chunk as Uint8Array)
  const tar = Buffer.concat(chunks)
  // Not by zlib, whose versions differ between those of Node; its header holds neither a time nor a name.
  return gzip ? gzipSync(tar, { level: 9, mtime: 0 }) : tar
}

function sizeOf(file: TarFile): number {
  return 'bytes' in file ? file.bytes.length : file.size
}

function headerOf(file: TarFile): Uint8Array {
  const [name, size] = [shownName(file.name), sizeOf(file)]
  if (size > largestFile) throw fail('TAR_TOO_LARGE', { name, size, limit: largestFile })
  const header = tarHeader(file.name, size)
  if (header === undefined) throw fail('TAR_BAD_NAME', { name, reason: 'its parts do not go into a header' })
  return header
}

async function* packed(headers: ReadonlyMap<TarFile, Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const [file, header] of headers) {
    yield header
    const size = sizeOf(file)
    if ('bytes' in file) yield file.bytes
    else yield* contentOf(file)
    if (size % blockBytes !== 0) yield new Uint8Array(blockBytes - (size % blockBytes))
  }
  yield new Uint8Array(2 * blockBytes)
}

async function* contentOf({ name, file, size }: FileOnDisk): AsyncGenerator<Uint8Array> {
  let read = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    read += (chunk as Uint8Array).length
    if (read > size) break
    yield chunk as Uint8Array
  }
  if (read !== size) throw fail('TAR_DAMAGED', { name, reason: 'the file was changed while it was packed' })
}
