import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, digestBytes } from '../base/digest.ts'
import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import { type FileProblem, problemOf } from '../run/verify/verification.ts'
import { checkRun, isTombstone, type LedgerEntry, openStore, type RunRecord, type Store } from '../store/index.ts'
import { archiveContent, dataName, pageName, rowObjects } from './archive-content.ts'
import { shownName } from './entry-names.ts'
import { type UnpackedFile, unpackTar } from './read-tar.ts'
import { type ArchiveManifest, manifestName, readManifest } from './run-archive.ts'
import { tarStream } from './tar.ts'

/** An archive that was unpacked, and everything that is wrong with it. */
export interface CheckedArchive {
  readonly manifest: ArchiveManifest
  /** Undefined where it cannot be read. */
  readonly record: RunRecord | undefined
  readonly problems: readonly FileProblem[]
  readonly notes: readonly string[]
  /** Files that were read. */
  readonly checked: number
  /** SHA-256 of the archive. */
  readonly sha256: Digest
  readonly store: Store
  /** Folder of the page. */
  readonly folder: string
  /** Inputs that came with it, by digest. */
  readonly inputs: ReadonlyMap<Digest, string>
}

/**
 * Unpacks an archive into a folder and checks all of it: the files against the manifest, the bytes between them, what they say
 * of the run against its record, its ledger entry and each other. Runs nothing that is in it.
 *
 * @throws DaybookError TAR_…, ARCHIVE_… where it is no archive of a run
 */
export async function checkArchive(file: string, scratch: string): Promise<CheckedArchive> {
  const { files, sha256 } = await unpack(file, scratch)
  if (files[0]?.name !== manifestName)
    throw fail('ARCHIVE_NO_RUN', { reason: `it does not begin with ${manifestName}` })
  const manifest = readManifest(await readFile(join(scratch, manifestName)))
  const problems = compareFiles(manifest, files)
  if (problems.length === 0 && (await digestOfPacked(files, scratch)) !== sha256)
    problems.push(problemOf(fail('ARCHIVE_NOT_EXACT', {})))
  await rm(join(scratch, 'store', 'format'), { force: true }) // no archive has one: it is told as strange, and not heeded
  const [folder, store] = [join(scratch, 'page'), await openStore(join(scratch, 'store'), { create: false })]
  const unpacked = { manifest, sha256, store, folder, inputs: inputsOf(files, scratch) }
  try {
    const run = await checkContent({ ...unpacked, scratch, files })
    const named = new Set(problems.map(({ path }) => path))
    const isNew = ({ path }: FileProblem) => path === undefined || !named.has(path)
    return { ...unpacked, ...run, problems: [...problems, ...run.problems.filter(isNew)] }
  } catch (thrown) {
    // What it holds was made by anyone: where a record lacks what records have, that is no fault of ours.
    const error = asDaybookError(thrown)
    const reason = error.code === 'INTERNAL' ? 'its record lacks what a record has' : error.message
    const told = error.code === 'INTERNAL' ? fail('ARCHIVE_NO_RUN', { reason }, { cause: thrown }) : error
    return {
      ...unpacked,
      record: undefined,
      problems: [...problems, problemOf(told)],
      notes: [],
      checked: files.length,
    }
  }
}

async function unpack(
  file: string,
  scratch: string,
): Promise<{ readonly files: readonly UnpackedFile[]; readonly sha256: Digest }> {
  const absent = (reason: string) => fail('ARCHIVE_ABSENT', { file, reason })
  const found = await stat(file).catch((thrown: Error) => {
    throw absent(thrown.message.includes('ENOENT') ? 'there is no such file' : thrown.message)
  })
  if (!found.isFile()) throw absent(found.isDirectory() ? 'it is a folder' : 'it is not a file')
  const hash = createHash('sha256')
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      hash.update(chunk as Uint8Array)
      yield chunk as Uint8Array
    }
  }
  const files = await unpackTar(hashed(), scratch)
  return { files, sha256: hash.digest('hex') }
}

/** The files of the archive against those that the manifest names. */
function compareFiles({ files: named }: ArchiveManifest, files: readonly UnpackedFile[]): FileProblem[] {
  const found = new Map(files.map((file) => [file.name, file]))
  found.delete(manifestName)
  const errors: [DaybookError, string][] = []
  for (const { path, bytes, sha256 } of named) {
    const file = found.get(path)
    found.delete(path)
    if (file === undefined) errors.push([fail('ARCHIVE_FILE_MISSING', { path: shownName(path) }), path])
    else if (file.digest !== sha256 || file.size !== bytes) errors.push([fail('ARCHIVE_FILE_CHANGED', { path }), path])
  }
  for (const path of found.keys()) errors.push([fail('ARCHIVE_FILE_STRANGE', { path }), path])
  return errors.map(([error, path]) => problemOf(error, shownName(path)))
}

/** Digest of the archive that the unpacked files make: what stands in headers and between files has to be the same too. */
async function digestOfPacked(files: readonly UnpackedFile[], scratch: string): Promise<Digest> {
  const hash = createHash('sha256')
  const packed = files.map(({ name, size }) => ({ name, file: join(scratch, name), size }))
  for await (const chunk of tarStream(packed, { first: manifestName })) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

function inputsOf(files: readonly UnpackedFile[], scratch: string): Map<Digest, string> {
  const data = files.filter(({ name }) => name.startsWith('data/'))
  return new Map(data.map(({ name, digest }) => [digest, join(scratch, name)]))
}

interface Content extends Pick<CheckedArchive, 'manifest' | 'store' | 'folder' | 'inputs'> {
  readonly scratch: string
  readonly files: readonly UnpackedFile[]
}

/** What the manifest, the ledger's entry, the record and the files say of each other. */
async function checkContent({
  manifest,
  store,
  folder,
  inputs,
  scratch,
  files,
}: Content): Promise<Pick<CheckedArchive, 'record' | 'problems' | 'notes' | 'checked'>> {
  const entry = await entryOf(manifest, store)
  const record = await store.runs.read(entry.run).catch(() => undefined) // why not is said by the check below
  const mayLack = record === undefined || manifest.data ? new Set<Digest>() : rowObjects(record)
  const check = await checkRun(entry, store, { mayLack, chain: false })
  const problems = check.damages.map(({ error, path }) => problemOf(error, `store/${path.replaceAll('\\', '/')}`))
  const checked = files.length
  if (record === undefined) return { record, problems, notes: [], checked }

  if (!hasFormOfRecord(record)) throw new TypeError('its record lacks what a record has')
  const add = (error: DaybookError, path: string) => problems.push(problemOf(error, path))
  if (digestBytes(await readFile(join(scratch, pageName)).catch(() => '')) !== record.page.digest)
    add(fail('ARCHIVE_FILE_CHANGED', { path: pageName }), pageName)
  const content = await archiveContent(record, entry, {
    store,
    folder,
    inputs: manifest.data ? inputs : undefined,
  })
  const expected = new Set([manifestName, pageName, ...content.files.keys()])
  for (const { name } of files) if (!expected.delete(name)) add(fail('ARCHIVE_FILE_STRANGE', { path: name }), name)
  const known = new Set(problems.map(({ path }) => path))
  for (const path of expected) if (!known.has(path)) add(fail('ARCHIVE_FILE_MISSING', { path }), path)
  for (const input of manifest.data ? record.observed.inputs : []) {
    const path = dataName(input)
    if (!inputs.has(input.digest)) add(fail('ARCHIVE_FILE_MISSING', { path }), path)
  }
  return { record, problems, notes: content.notes, checked }
}

/** What a replay takes for granted of a record, which may have been written by anyone. */
function hasFormOfRecord({ result, observed, page, overrides }: RunRecord): boolean {
  const lists = [result.inputs, result.cells, result.folds, observed.cells, observed.inputs, overrides]
  const texts = [page.text, observed.pageFile, observed.tool, ...observed.inputs.map(({ location }) => location)]
  return lists.every(Array.isArray) && texts.every((text) => typeof text === 'string')
}

async function entryOf({ run, digest, entry }: ArchiveManifest, store: Store): Promise<LedgerEntry> {
  const entries = await store.ledger.entries()
  const [found] = entries
  if (entries.length !== 1 || found === undefined || isTombstone(found))
    throw fail('ARCHIVE_NO_RUN', { reason: 'it has no whole entry of the ledger' })
  if (found.run !== run || found.digest !== digest || found.entry !== entry)
    throw fail('ARCHIVE_NO_RUN', { reason: `its entry of the ledger is not that of run ${run}` })
  return found
}
