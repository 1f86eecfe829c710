import { createHash } from 'node:crypto'
import { open, stat, unlink } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { byCodeUnit } from '../base/canonical.ts'
import { type Digest, digestBytes } from '../base/digest.ts'
import { DaybookError, fail } from '../base/errors.ts'
import { hashFile } from '../plan/key.ts'
import { locateInputs } from '../run/verify/locate-inputs.ts'
import { folderOf, readRecorded } from '../run/verify/read-recorded.ts'
import { checkRun, type LedgerEntry, type RunRecord, type Store } from '../store/index.ts'
import { archiveContent, pageName, rowObjects } from './archive-content.ts'
import { type ArchivedFile, manifestName, writeManifest } from './run-archive.ts'
import { type TarFile, tarStream } from './tar.ts'

export interface ExportOptions {
  /** File of the archive. */
  readonly out: string
  /** Also inputs and rows, so that the run can be repeated from the archive alone. */
  readonly withData?: boolean
  /** Further folders in which inputs that have moved are looked for. */
  readonly data?: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** An archive that was written. */
export interface ExportedRun {
  readonly file: string
  readonly sha256: Digest
  readonly bytes: number
  readonly files: number
  /** True where the very same archive was there already. */
  readonly unchanged: boolean
  /** What is not in it, and what was found elsewhere. */
  readonly notes: readonly string[]
}

/**
 * Packs a run into one file for whoever is to check or repeat it. An unchanged run gives equal bytes whenever it is packed.
 *
 * @throws DaybookError ARCHIVE_RUN_DAMAGED, ARCHIVE_NO_INPUT, ARCHIVE_EXISTS, STORE_…
 */
export async function exportRun(entry: LedgerEntry, store: Store, options: ExportOptions): Promise<ExportedRun> {
  const record = await store.runs.read(entry.run)
  const { withData = false, out } = options
  const mayLack = withData ? new Set<Digest>() : rowObjects(record)
  const [damage] = (await checkRun(entry, store, { mayLack, chain: false })).damages
  if (damage !== undefined) throw fail('ARCHIVE_RUN_DAMAGED', { run: record.id, reason: damage.error.message })

  const folder = folderOf(record, store.folder)
  const inputs = withData ? await inputsOf(record, folder, options) : undefined
  const { files, notes } = await archiveContent(record, entry, { store, folder, inputs: inputs?.places })
  const packed = new Map<string, TarFile>()
  const listed: ArchivedFile[] = []
  for (const [name, file] of files) {
    const { size } = await stat(file)
    packed.set(name, { name, file, size })
    listed.push({ path: name, bytes: size, sha256: await hashFile(file, name) })
  }
  const page = new TextEncoder().encode(record.page.text)
  packed.set(pageName, { name: pageName, bytes: page })
  listed.push({ path: pageName, bytes: page.length, sha256: digestBytes(page) })
  const manifest = writeManifest({
    run: record.id,
    digest: record.digest,
    entry: entry.entry,
    data: withData,
    files: listed.sort((a, b) => byCodeUnit(a.path, b.path)),
  })
  packed.set(manifestName, { name: manifestName, bytes: manifest })
  const stream = () => tarStream([...packed.values()], { first: manifestName })
  const written = await writeOnce(resolve(out), stream)
  return { ...written, files: packed.size, notes: [...(inputs?.notes ?? []), ...notes] }
}

/** Finds the run's inputs by their digests, as a replay does. @throws DaybookError ARCHIVE_NO_INPUT */
async function inputsOf(
  record: RunRecord,
  folder: string,
  { env, data = [] }: ExportOptions,
): Promise<{ readonly places: ReadonlyMap<Digest, string>; readonly notes: readonly string[] }> {
  const refuse = (reasons: readonly string[]) =>
    fail('ARCHIVE_NO_INPUT', { run: record.id, reason: reasons.join('; ') })
  const { pipeline, errors } = await readRecorded(record, folder, { env })
  if (pipeline === undefined) throw refuse(errors.map(({ code, message }) => `${code} ${message}`))
  const located = await locateInputs(pipeline, record.observed.inputs, [folder, ...data])
  if (located.missing.length > 0) throw refuse(located.missing)
  const places = record.observed.inputs.map(({ cell, param, digest }): [Digest, string] => {
    const source = located.pipeline.sources.find(({ id }) => id === cell)
    return [digest, source?.locations[param] as string]
  })
  return { places: new Map(places), notes: located.notes }
}

/** Writes a file that is not there yet; one that is there already stays, and must be the same. */
async function writeOnce(
  file: string,
  stream: () => Readable,
): Promise<Pick<ExportedRun, 'file' | 'sha256' | 'bytes' | 'unchanged'>> {
  const hash = createHash('sha256')
  let bytes = 0
  const target = await open(file, 'wx', 0o600).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'EEXIST') return undefined
    throw fail('STORE_UNWRITABLE', { path: file, reason: thrown.message }, { cause: thrown })
  })
  try {
    for await (const chunk of stream()) {
      hash.update(chunk as Uint8Array)
      bytes += (chunk as Uint8Array).length
      await target?.writeFile(chunk as Uint8Array)
    }
    await target?.sync()
  } catch (thrown) {
    if (target !== undefined) await unlink(file).catch(() => {}) // what is not whole is not left behind
    if (thrown instanceof DaybookError) throw thrown
    throw fail('STORE_UNWRITABLE', { path: file, reason: (thrown as Error).message }, { cause: thrown })
  } finally {
    await target?.close()
  }
  const sha256 = hash.digest('hex')
  if (target === undefined && (await hashFile(file, file)) !== sha256) throw fail('ARCHIVE_EXISTS', { file })
  return { file, sha256, bytes, unchanged: target === undefined }
}
