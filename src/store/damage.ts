import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import { asDaybookError, type DaybookError } from '../base/errors.ts'
import { makeFolder, namesIn, readIfThere, syncFolder } from './durable.ts'
import type { Store } from './open-store.ts'

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

/** Where broken objects, cell entries and drawings are set aside. */
const quarantine = 'quarantine'

/** Reads a store's files, and takes down what is wrong with them. */
export class Damages {
  readonly found: Damage[] = []
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Bytes of a file; undefined where it is gone. One that cannot be read is told of. */
  async read(path: string, runs: readonly string[] = []): Promise<Buffer | undefined | 'unreadable'> {
    try {
      return await readIfThere(this.path(path), this.#store.onStep)
    } catch (thrown) {
      this.add(asDaybookError(thrown), path, runs)
      return 'unreadable'
    }
  }

  async names(folder: string): Promise<string[]> {
    try {
      return (await namesIn(this.path(folder), this.#store.onStep)).sort(byCodeUnit)
    } catch (thrown) {
      this.add(asDaybookError(thrown), folder)
      return []
    }
  }

  async setAside(error: DaybookError, path: string, runs: readonly string[] = []): Promise<void> {
    const { onStep } = this.#store
    const to = this.path(join(quarantine, path.replaceAll(/[/\\]/g, '-')))
    const quarantined = await makeFolder(this.path(quarantine), onStep)
      .then(() => {
        onStep?.('rename', to)
        return rename(this.path(path), to)
      })
      .then(() => syncFolder(this.path(quarantine), onStep))
      .then(
        () => true,
        () => false,
      )
    this.found.push({ error, path, runs, quarantined })
  }

  add(error: DaybookError, path: string, runs: readonly string[] = []): void {
    this.found.push({ error, path, runs, quarantined: false })
  }

  path(path: string): string {
    return join(this.#store.folder, path)
  }
}
