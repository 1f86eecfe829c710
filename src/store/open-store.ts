import { join } from 'node:path'
import { fail } from '../base/errors.ts'
import { Cells } from './cells.ts'
import { Drawings } from './drawings.ts'
import { readIfThere, writeDurably } from './durable.ts'
import { FileObjects } from './file-objects.ts'
import { Leases } from './lease.ts'
import { Ledger } from './ledger.ts'
import type { ObjectStore } from './objects.ts'
import { Runs } from './runs.ts'
import type { OnStep } from './steps.ts'

/** Format of a store's layout. A newer one is refused, an older one opened. */
const storeFormat = 1

/** The store's own files, by what they hold. Whoever commits the folder beside the page by accident would publish rows. */
export const storeFiles: Readonly<Record<string, string>> = { format: `${storeFormat}\n`, '.gitignore': '*\n' }

export interface Store {
  /** Absolute folder. */
  readonly folder: string
  readonly objects: ObjectStore
  readonly cells: Cells
  readonly runs: Runs
  readonly ledger: Ledger
  readonly drawings: Drawings
  /** Runs that are under way. */
  readonly leases: Leases
  readonly onStep: OnStep | undefined
}

export interface StoreOptions {
  /** Makes the store where it is not there. Default: true. */
  readonly create?: boolean
  /** Hears of each step towards the disk, and may let it fail: for tests. */
  readonly onStep?: OnStep
}

/**
 * Opens the store in a folder.
 *
 * @throws DaybookError STORE_UNWRITABLE, STORE_UNREADABLE, STORE_NEWER, STORE_DAMAGED
 */
export async function openStore(folder: string, { create = true, onStep }: StoreOptions = {}): Promise<Store> {
  const isThere = await checkFormat(folder, onStep)
  if (create && !isThere) await prepare(folder, onStep)
  const objects = new FileObjects(folder, onStep)
  const ledger = new Ledger(join(folder, 'ledger'), onStep)
  return {
    folder,
    objects,
    cells: new Cells(folder, objects, onStep),
    runs: new Runs(join(folder, 'runs'), ledger, onStep),
    ledger,
    drawings: new Drawings(folder, onStep),
    leases: new Leases(folder, onStep),
    onStep,
  }
}

async function prepare(folder: string, onStep: OnStep | undefined): Promise<void> {
  for (const [name, content] of Object.entries(storeFiles).reverse()) // the format last: it says that all is there
    await writeDurably(join(folder, name), content, 0o600, onStep)
}

/** True where the store says its format. @throws DaybookError STORE_NEWER, STORE_DAMAGED, STORE_UNREADABLE */
async function checkFormat(folder: string, onStep: OnStep | undefined): Promise<boolean> {
  const text = (await readIfThere(join(folder, 'format'), onStep))?.toString('utf8')
  if (text === undefined) return false
  if (!/^\d+\n$/.test(text)) throw fail('STORE_DAMAGED', { reason: `${join(folder, 'format')} holds no number` })
  if (Number(text) > storeFormat) throw fail('STORE_NEWER', { folder, format: text.trim(), known: storeFormat })
  return true
}
