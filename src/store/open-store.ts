import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../base/errors.ts'
import { Cells } from './cells.ts'
import { Drawings } from './drawings.ts'
import { sweepUnfinished, writeDurably } from './durable.ts'
import { FileObjects } from './file-objects.ts'
import { Leases } from './lease.ts'
import { Ledger } from './ledger.ts'
import type { ObjectStore } from './objects.ts'
import { Runs } from './runs.ts'

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
}

/**
 * Opens the store in a folder; `create` makes it where it is not there.
 * @throws DaybookError STORE_UNWRITABLE, STORE_NEWER, STORE_DAMAGED
 */
export async function openStore(folder: string, { create = true } = {}): Promise<Store> {
  if (create) await prepare(folder)
  else await checkFormat(folder)
  const objects = new FileObjects(folder)
  const ledger = new Ledger(join(folder, 'ledger'))
  return {
    folder,
    objects,
    cells: new Cells(folder, objects),
    runs: new Runs(join(folder, 'runs'), ledger),
    ledger,
    drawings: new Drawings(folder),
    leases: new Leases(folder),
  }
}

async function prepare(folder: string): Promise<void> {
  if (!(await checkFormat(folder))) {
    for (const [name, content] of Object.entries(storeFiles)) await writeDurably(join(folder, name), content)
  }
  await sweepUnfinished(join(folder, 'cells'))
  await sweepUnfinished(join(folder, 'ledger'))
}

/** True where the store says its format. @throws DaybookError STORE_NEWER, STORE_DAMAGED */
async function checkFormat(folder: string): Promise<boolean> {
  let text: string
  try {
    text = await readFile(join(folder, 'format'), 'utf8')
  } catch {
    return false
  }
  if (!/^\d+\n$/.test(text)) throw fail('STORE_DAMAGED', { reason: `${join(folder, 'format')} holds no number` })
  if (Number(text) > storeFormat) throw fail('STORE_NEWER', { folder, format: text.trim(), known: storeFormat })
  return true
}
