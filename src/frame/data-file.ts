import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type DaybookError, fail } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'

/** Most bytes that a file, or what is packed in it, may have: 1 GiB. */
const MAX_BYTES = 2 ** 30

/**
 * Bytes of a data file. Gzip is unpacked, whatever the name says. Errors name the file without its folder.
 *
 * @throws DaybookError DATA_FILE_MISSING (with the nearest name in the folder), DATA_NOT_A_FILE, DATA_FILE_UNREADABLE,
 *   DATA_TOO_LARGE, DATA_BAD_GZIP
 */
export async function readDataFile(path: string): Promise<Uint8Array> {
  const file = basename(path)
  await checkDataFile(path)
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw fail('DATA_FILE_UNREADABLE', { file, reason: cause.code ?? cause.message }, { cause })
  })
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? unpack(bytes, file) : bytes
}

/** Refuses what is not a readable regular file: missing files, folders, pipes, devices. @throws as {@link readDataFile} */
export async function checkDataFile(path: string): Promise<void> {
  const file = basename(path)
  const found = await stat(path).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') throw await missing(path)
    throw fail('DATA_FILE_UNREADABLE', { file, reason: cause.code ?? cause.message }, { cause })
  })
  if (found.isDirectory()) throw fail('DATA_NOT_A_FILE', { file, what: 'a folder' })
  if (!found.isFile()) throw fail('DATA_NOT_A_FILE', { file, what: 'a pipe or a device' })
  if (found.size > MAX_BYTES) throw fail('DATA_TOO_LARGE', { file, limit: MAX_BYTES })
}

async function missing(path: string): Promise<DaybookError> {
  const file = basename(path)
  const names = await readdir(dirname(path)).catch(() => undefined)
  if (names === undefined) return fail('DATA_FILE_MISSING', { file }, { hint: 'Its folder is not there either.' })
  const meant = nearest(file, names)
  return fail('DATA_FILE_MISSING', { file }, meant === undefined ? {} : { hint: `Did you mean \`${meant}\`?` })
}

function unpack(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') throw fail('DATA_TOO_LARGE', { file, limit: MAX_BYTES }, { cause })
    throw fail('DATA_BAD_GZIP', { file, reason: message }, { cause })
  }
}
