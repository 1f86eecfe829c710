import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type Digest, digestBytes, isDigest } from '../base/digest.ts'
import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import { attestationsOf } from './attestations.ts'
import { falseClaims } from './claims.ts'
import type { Damage } from './damage.ts'
import { readIfThere } from './durable.ts'
import { FileObjects } from './file-objects.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import type { Store } from './open-store.ts'
import { objectsOf } from './reach.ts'
import type { RunRecord } from './record.ts'
import { checkRelied } from './relied.ts'

/** What a check of one run found. */
export interface RunCheck {
  /** Undefined where it cannot be read. */
  readonly record: RunRecord | undefined
  readonly damages: readonly Damage[]
  /** Files that were read again. */
  readonly checked: number
}

export interface RunCheckOptions {
  /** Objects that may be absent: an archive without data has no rows. */
  readonly mayLack?: ReadonlySet<Digest>
  /** False where the ledger holds the run's entry alone. */
  readonly chain?: boolean
}

/**
 * Reads all that a run is made of again and holds it against its digests: its entry of the ledger and those next to it, the
 * record and what it claims, events, report, files of targets, signed statements, cache entries and every object that the run
 * needs. Nothing is trained, moved or repaired.
 */
export async function checkRun(
  entry: LedgerEntry,
  store: Store,
  { mayLack = new Set(), chain = true }: RunCheckOptions = {},
): Promise<RunCheck> {
  const fresh: Store = { ...store, objects: new FileObjects(store.folder) } // what was read before is read again
  const files = await checkRunFiles(entry, fresh)
  const damages = [...files.damages]
  if (chain) {
    for (const error of await store.ledger.checkAround(entry.number))
      damages.push(damage(error, join('ledger', `${String(error.values.number).padStart(10, '0')}.json`), entry.run))
  }
  if (files.record === undefined) return { ...files, damages }
  for (const { key } of files.record.observed.cells) {
    const path = join('cells', String(key))
    if (key === null || !existsSync(join(store.folder, path)) || (await store.cells.read(key)) !== undefined) continue
    damages.push(damage(fail('STORE_CELL_DAMAGED', { key }), path, entry.run))
  }
  const needed = await objectsOf(files.record, fresh)
  for (const digest of needed) {
    if (await fresh.objects.has(digest)) continue
    const path = objectPath(digest)
    const error = await fresh.objects.get(digest).then(() => undefined, asDaybookError)
    const allowed = error?.code === 'STORE_OBJECT_MISSING' && mayLack.has(digest)
    if (error !== undefined && !allowed) damages.push(damage(error, path, entry.run))
  }
  return { ...files, damages, checked: files.checked + needed.size }
}

/**
 * Holds the files of a run against its entry of the ledger, and what its record says against the objects that it names.
 * The objects themselves are not all read.
 */
export async function checkRunFiles(entry: LedgerEntry, store: Store): Promise<RunCheck> {
  const check = new FilesCheck(entry.run, store)
  const folder = join('runs', entry.run)
  const record = await check.record(entry)
  await check.hold(join(folder, 'events.ndjson'), entry.files.events)
  if (entry.files.report !== null) await check.hold(join(folder, 'report.html'), entry.files.report)
  if (record !== undefined) {
    await check.targets(record)
    await check.statements(record)
  }
  return { record, damages: check.damages, checked: check.checked }
}

class FilesCheck {
  readonly damages: Damage[] = []
  checked = 0
  readonly #run: string
  readonly #store: Store

  constructor(run: string, store: Store) {
    this.#run = run
    this.#store = store
  }

  /** The record, where it is the one that the ledger holds; also what it claims is held against its objects. */
  async record(entry: LedgerEntry): Promise<RunRecord | undefined> {
    const path = join('runs', this.#run, 'run.json')
    this.checked += 1
    try {
      const record = await this.#store.runs.read(this.#run)
      for (const what of await falseClaims(record, entry, this.#store.objects))
        this.#add(fail('VERIFY_CLAIM', { what }), path)
      return record
    } catch (thrown) {
      this.#add(asDaybookError(thrown), path)
      return undefined
    }
  }

  /** Files of targets beside the record, against the lists that the record names. */
  async targets({ id, deploy = [] }: RunRecord): Promise<void> {
    for (const { id: cell, output } of deploy) {
      const list = output === null ? undefined : await this.#listOf(output)
      if (list === undefined || !isInside(cell)) continue
      const folder = join('runs', id, 'deploy', cell)
      const files = filesInList(list)
      for (const [path, digest] of files) await this.hold(join(folder, path), digest)
      for (const path of await filesIn(join(this.#store.folder, folder))) {
        if (!files.has(path)) this.#add(fail('STORE_FILE_STRANGE', { path: join(folder, path) }), join(folder, path))
      }
    }
  }

  /** The list of a target's files. One that is missing or damaged is found with the objects. */
  async #listOf(digest: Digest): Promise<Uint8Array | undefined> {
    try {
      return await this.#store.objects.get(digest)
    } catch (thrown) {
      const error = asDaybookError(thrown)
      if (error.code === 'STORE_UNREADABLE') this.#add(error, objectPath(digest))
      return undefined
    }
  }

  /** Signed statements about the run, and the approvals that it relied on. */
  async statements(record: RunRecord): Promise<void> {
    const { found, damaged } = await attestationsOf(record, this.#store)
    this.checked += found.length + damaged.length
    for (const { path, error } of damaged) this.#add(error, path)
    this.checked += (record.approvals ?? []).filter(({ by }) => by !== null).length
    for (const { path, error } of await checkRelied(record, this.#store)) this.#add(error, path)
  }

  async hold(path: string, expected: Digest): Promise<void> {
    this.checked += 1
    try {
      const found = await readIfThere(join(this.#store.folder, path), this.#store.onStep)
      if (found === undefined) this.#add(fail('STORE_FILE_MISSING', { path }), path)
      else if (digestBytes(found) !== expected) this.#add(fail('STORE_FILE_CHANGED', { path }), path)
    } catch (thrown) {
      this.#add(asDaybookError(thrown), path) // that it cannot be read says nothing of what it holds
    }
  }

  #add(error: DaybookError, path: string): void {
    this.damages.push(damage(error, path, this.#run))
  }
}

/** Where an object lies in a store. */
export function objectPath(digest: Digest): string {
  return join('objects', 'sha256', digest.slice(0, 2), digest.slice(2))
}

/** The files that the list of a target names; none where it is no such list. */
export function filesInList(list: Uint8Array): ReadonlyMap<string, Digest> {
  try {
    const files = Object.entries(JSON.parse(new TextDecoder().decode(list)) as Record<string, unknown>)
    return new Map(files.filter((file): file is [string, Digest] => isDigest(file[1]) && isInside(file[0])))
  } catch {
    return new Map()
  }
}

/** True for a path that cannot lead out of the folder that it is joined to. */
function isInside(path: string): boolean {
  return path.split(/[/\\]/).every((name) => name !== '' && name !== '.' && name !== '..')
}

function damage(error: DaybookError, path: string, run: string): Damage {
  return { error, path, runs: [run], quarantined: false }
}

/** Relative paths of the files under a folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}
