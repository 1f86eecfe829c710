import { randomBytes } from 'node:crypto'
import { type FileHandle, link, mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DaybookError, fail } from '../base/errors.ts'
import type { OnStep } from './steps.ts'

/** How the names of unfinished files begin. Nothing reads them; old ones are swept. */
const unfinished = '.tmp-'

/**
 * Writes a file so that it is there whole or not at all, also after a crash: a temp in the same folder, fsync, rename,
 * fsync of the folder. An error is never retried: what fsync reports once is lost.
 *
 * @throws DaybookError STORE_UNWRITABLE
 */
export async function writeDurably(
  path: string,
  bytes: Uint8Array | string,
  mode = 0o600,
  onStep?: OnStep,
): Promise<void> {
  await finish(path, bytes, mode, onStep, async (temp) => {
    onStep?.('rename', path)
    await rename(temp, path)
  })
}

/**
 * As {@link writeDurably}, but never replaces a file: of several writers one wins.
 *
 * @returns false where the file exists already
 */
export async function createDurably(
  path: string,
  bytes: Uint8Array | string,
  mode = 0o400,
  onStep?: OnStep,
): Promise<boolean> {
  let created = true
  await finish(path, bytes, mode, onStep, async (temp) => {
    try {
      onStep?.('link', path)
      await link(temp, path)
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw thrown
      created = false
    }
    await remove(temp, onStep)
  })
  return created
}

async function finish(
  path: string,
  bytes: Uint8Array | string,
  mode: number,
  onStep: OnStep | undefined,
  place: (temp: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path)
  const temp = join(folder, `${unfinished}${process.pid}-${randomBytes(6).toString('hex')}`)
  let opened = false
  try {
    await makeFolder(folder, onStep)
    onStep?.('open', temp)
    const file = await open(temp, 'wx', mode)
    opened = true
    await closing(file, async () => {
      onStep?.('write', temp)
      await file.writeFile(bytes)
      onStep?.('sync', temp)
      await file.sync()
    })
    await place(temp)
    await syncFolder(folder, onStep)
  } catch (thrown) {
    if (opened) await remove(temp, onStep).catch(() => {}) // the first error counts; gc sweeps a leftover
    throw unwritable(path, thrown)
  }
}

/** Makes a folder of mode 0700 and those above it, each durable in its parent. */
export async function makeFolder(folder: string, onStep?: OnStep): Promise<void> {
  if (await isFolder(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) await makeFolder(parent, onStep)
  try {
    onStep?.('makeFolder', folder)
    await mkdir(folder, { mode: 0o700 })
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown
  }
  await syncFolder(parent, onStep)
}

/** Removes a file; one that is gone already is no error. */
export async function remove(path: string, onStep?: OnStep): Promise<void> {
  onStep?.('unlink', path)
  await unlink(path).catch((thrown) => {
    if (!isAbsent(thrown)) throw thrown
  })
}

/**
 * The bytes of a file; undefined where there is none.
 *
 * @throws DaybookError STORE_UNREADABLE where the file is there, or may be, and cannot be read: that says nothing of what it holds
 */
export async function readIfThere(path: string, onStep?: OnStep): Promise<Buffer | undefined> {
  try {
    onStep?.('read', path)
    return await readFile(path)
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined
    throw unreadable(path, thrown)
  }
}

/** Removes what killed runs left unfinished in a folder, as far as it is older than `until`. Tidying: an error is no matter. */
export async function sweepUnfinished(folder: string, until: number, onStep?: OnStep): Promise<number> {
  let swept = 0
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(unfinished)) continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || found.mtimeMs > until) continue
    await remove(path, onStep).then(
      () => swept++,
      () => {},
    )
  }
  return swept
}

/**
 * Names in a folder, without unfinished files; none where there is no such folder.
 *
 * @throws DaybookError STORE_UNREADABLE
 */
export async function namesIn(folder: string, onStep?: OnStep): Promise<string[]> {
  try {
    onStep?.('list', folder)
    return (await readdir(folder)).filter((name) => !name.startsWith(unfinished))
  } catch (thrown) {
    if (isAbsent(thrown)) return []
    throw unreadable(folder, thrown)
  }
}

/** True where an error says that a file is not there. */
export function isAbsent(thrown: unknown): boolean {
  const code = codeOf(thrown)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** What the system said, without the call and its path: `no space left on device (ENOSPC)`. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const [, code, words] = /^(E[A-Z0-9]+): ([^,]+), /.exec(thrown.message) ?? []
  return code === undefined ? thrown.message : `${words} (${code})`
}

export function unwritable(path: string, thrown: unknown): DaybookError {
  if (thrown instanceof DaybookError) return thrown
  return fail('STORE_UNWRITABLE', { path, reason: reasonOf(thrown) }, { cause: thrown })
}

export function unreadable(path: string, thrown: unknown): DaybookError {
  return fail('STORE_UNREADABLE', { path, reason: reasonOf(thrown) }, { cause: thrown })
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
export async function syncFolder(folder: string, onStep?: OnStep): Promise<void> {
  if (process.platform === 'win32') return
  onStep?.('syncFolder', folder)
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
