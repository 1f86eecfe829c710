import { existsSync } from 'node:fs'
import { readdir, readFile, rename } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import { type Digest, digestBytes, isDigest } from '../base/digest.ts'
import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import { checkRelied } from './approvals.ts'
import { attestationsOf } from './attestations.ts'
import { isAbsent, makeFolder, namesIn } from './durable.ts'
import type { LedgerEntry } from './ledger.ts'
import { type Store, storeFiles } from './open-store.ts'
import { objectsOf } from './reach.ts'
import type { RunRecord } from './record.ts'

/** One thing that is wrong with a store. */
export interface Damage {
  readonly error: DaybookError
  /** Path in the store. */
  readonly path: string
  /** Runs that it hurts. */
  readonly runs: readonly string[]
  /** True where the file was set aside, so that the next run makes it anew. */
  readonly quarantined: boolean
}

/** What a check of a store found. */
export interface StoreCheck {
  readonly damages: readonly Damage[]
  readonly checked: {
    readonly objects: number
    readonly cells: number
    readonly runs: number
    readonly drawings: number
  }
}

/** Where broken objects, cell entries and drawings are set aside. */
const quarantine = 'quarantine'

/**
 * Reads every file of a store again and holds it against its digest: objects, cell entries, drawings, the chain of the ledger,
 * and each run's record, events, report, targets and signed statements against what the ledger says of them. What can be made anew is set aside
 * in `quarantine/`; records and entries stay where they are, since they are evidence.
 *
 * @throws DaybookError STORE_ABSENT
 */
export async function checkStore(store: Store): Promise<StoreCheck> {
  if (!existsSync(store.folder)) throw fail('STORE_ABSENT', { folder: store.folder })
  const check = new Check(store)
  await check.ownFiles()
  await check.ledger()
  const runs = await check.runs()
  const objects = await check.objects()
  const cells = await check.cells()
  const drawings = await check.drawings()
  return { damages: check.damages, checked: { objects, cells, runs, drawings } }
}

class Check {
  readonly damages: Damage[] = []
  readonly #store: Store
  /** Runs by the objects that they need. */
  readonly #needs = new Map<Digest, string[]>()

  constructor(store: Store) {
    this.#store = store
  }

  async ownFiles(): Promise<void> {
    for (const [name, content] of Object.entries(storeFiles)) {
      const found = await readFile(this.#path(name), 'utf8').catch(() => undefined)
      if (found !== content) this.#add(fail('STORE_FILE_CHANGED', { path: name }), name)
    }
  }

  async ledger(): Promise<void> {
    for (const error of await this.#store.ledger.check()) {
      this.#add(error, join('ledger', `${String(error.values.number).padStart(10, '0')}.json`))
    }
  }

  async runs(): Promise<number> {
    const entries = await this.#store.ledger.entries()
    for (const entry of entries) {
      const record = await this.#recordOf(entry)
      const folder = join('runs', entry.run)
      await this.#hold(join(folder, 'events.ndjson'), entry.files.events, entry.run)
      if (entry.files.report !== null) await this.#hold(join(folder, 'report.html'), entry.files.report, entry.run)
      if (record === undefined) continue
      for (const digest of await objectsOf(record, this.#store)) {
        this.#needs.set(digest, [...(this.#needs.get(digest) ?? []), entry.run])
      }
      await this.#targets(record)
      for (const { path, error } of (await attestationsOf(record, this.#store)).damaged)
        this.#add(error, path, [entry.run])
      for (const error of await checkRelied(record, this.#store)) this.#add(error, folder, [entry.run])
    }
    return entries.length
  }

  /** Objects in the store against their names; then those that a run needs and that are not there. */
  async objects(): Promise<number> {
    const top = 'objects/sha256'
    let count = 0
    const there = new Set<string>()
    for (const start of (await namesIn(this.#path(top))).sort(byCodeUnit)) {
      for (const rest of (await namesIn(this.#path(join(top, start)))).sort(byCodeUnit)) {
        count += 1
        const digest = start + rest
        there.add(digest)
        const path = join(top, start, rest)
        const bytes = await readFile(this.#path(path)).catch(() => undefined)
        if (isDigest(digest) && bytes !== undefined && digestBytes(bytes) === digest) continue
        await this.#setAside(fail('STORE_OBJECT_CORRUPT', { digest }), path, this.#needs.get(digest))
      }
    }
    for (const [digest, runs] of this.#needs) {
      if (there.has(digest)) continue
      this.#add(fail('STORE_OBJECT_MISSING', { digest }), join(top, digest.slice(0, 2), digest.slice(2)), runs)
    }
    return count
  }

  async cells(): Promise<number> {
    const names = (await namesIn(this.#path('cells'))).sort(byCodeUnit)
    for (const name of names) {
      if ((await this.#store.cells.read(name)) !== undefined) continue
      await this.#setAside(fail('STORE_CELL_DAMAGED', { key: name }), join('cells', name))
    }
    return names.length
  }

  async drawings(): Promise<number> {
    const names = (await namesIn(this.#path('drawings'))).sort(byCodeUnit)
    for (const name of names) {
      if ((await this.#store.drawings.get(name)) !== undefined) continue
      await this.#setAside(fail('STORE_DRAWING_DAMAGED', { key: name }), join('drawings', name))
    }
    return names.length
  }

  async #recordOf({ run }: LedgerEntry): Promise<RunRecord | undefined> {
    try {
      return await this.#store.runs.read(run)
    } catch (thrown) {
      this.#add(asDaybookError(thrown), join('runs', run, 'run.json'), [run])
      return undefined
    }
  }

  /** Files of targets beside the record, against the lists that the record names. */
  async #targets({ id, deploy = [] }: RunRecord): Promise<void> {
    for (const { id: cell, output } of deploy) {
      const list = output === null ? undefined : await this.#store.objects.get(output).catch(() => undefined)
      if (list === undefined) continue // a missing list is found with the objects
      const folder = join('runs', id, 'deploy', cell)
      const files = JSON.parse(new TextDecoder().decode(list)) as Readonly<Record<string, Digest>>
      for (const [path, digest] of Object.entries(files)) await this.#hold(join(folder, path), digest, id)
      for (const path of await filesIn(this.#path(folder))) {
        if (!Object.hasOwn(files, path))
          this.#add(fail('STORE_FILE_STRANGE', { path: join(folder, path) }), join(folder, path), [id])
      }
    }
  }

  async #hold(path: string, expected: Digest, run: string): Promise<void> {
    let found: Digest | undefined
    try {
      found = digestBytes(await readFile(this.#path(path)))
    } catch (thrown) {
      if (isAbsent(thrown)) return this.#add(fail('STORE_FILE_MISSING', { path }), path, [run])
    }
    if (found !== expected) this.#add(fail('STORE_FILE_CHANGED', { path }), path, [run])
  }

  async #setAside(error: DaybookError, path: string, runs: readonly string[] = []): Promise<void> {
    const to = this.#path(join(quarantine, path.replaceAll(/[/\\]/g, '-')))
    const quarantined = await makeFolder(this.#path(quarantine))
      .then(() => rename(this.#path(path), to))
      .then(
        () => true,
        () => false,
      )
    this.damages.push({ error, path, runs, quarantined })
  }

  #add(error: DaybookError, path: string, runs: readonly string[] = []): void {
    this.damages.push({ error, path, runs, quarantined: false })
  }

  #path(path: string): string {
    return join(this.#store.folder, path)
  }
}

/** Relative paths of the files under a folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}
