import { randomBytes } from 'node:crypto'
import { type FileHandle, link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fail } from '../base/errors.ts'

/** How the names of unfinished files begin. Nothing reads them; old ones are swept. */
const unfinished = '.tmp-'

/** Age from which an unfinished file counts as left behind by a run that was killed. */
const staleAfterMs = 60 * 60 * 1000

/**
 * Writes a file so that it is there whole or not at all, also after a crash: a temp in the same folder, fsync, rename,
 * fsync of the folder. An error is never retried: what fsync reports once is lost.
 *
 * @throws DaybookError STORE_UNWRITABLE
 */
export async function writeDurably(path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  await finish(path, bytes, mode, (temp) => rename(temp, path))
}

/**
 * As {@link writeDurably}, but never replaces a file: of several writers one wins.
 *
 * @returns false where the file exists already
 */
export async function createDurably(path: string, bytes: Uint8Array | string, mode = 0o400): Promise<boolean> {
  let created = true
  await finish(path, bytes, mode, async (temp) => {
    try {
      await link(temp, path)
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown
      created = false
    }
    await unlink(temp)
  })
  return created
}

async function finish(
  path: string,
  bytes: Uint8Array | string,
  mode: number,
  place: (temp: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path)
  const temp = join(folder, `${unfinished}${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    await makeFolder(folder)
    const file = await open(temp, 'wx', mode)
    await closing(file, async () => {
      await file.writeFile(bytes)
      await file.sync()
    })
    await place(temp)
    await syncFolder(folder)
  } catch (thrown) {
    await unlink(temp).catch(() => {}) // the first error counts; a leftover is swept later
    throw fail('STORE_UNWRITABLE', { path, reason: reasonOf(thrown) }, { cause: thrown })
  }
}

/** Makes a folder of mode 0700 and those above it, each durable in its parent. */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) await makeFolder(parent)
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown
  }
  await syncFolder(parent)
}

/** Removes what killed runs left unfinished in a folder. Fails silently: it is only tidying. */
export async function sweepUnfinished(folder: string, now = Date.now()): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    if (!name.startsWith(unfinished)) continue
    const path = join(folder, name)
    const age = await stat(path).then(
      ({ mtimeMs }) => now - mtimeMs,
      () => 0,
    )
    if (age > staleAfterMs) await unlink(path).catch(() => {})
  }
}

/** Names in a folder, without unfinished files; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith(unfinished))
  } catch (thrown) {
    if (isAbsent(thrown)) return []
    throw fail('STORE_UNREADABLE', { path: folder, reason: reasonOf(thrown) }, { cause: thrown })
  }
}

/** True where an error says that a file is not there. */
export function isAbsent(thrown: unknown): boolean {
  const code = codeOf(thrown)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException | undefined)?.code
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

/** Makes the names in a folder durable. Where the platform cannot open a folder (Windows), rename is durable by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  await closing(handle, () => handle.sync())
}

async function closing(handle: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } finally {
    await handle.close()
  }
}
