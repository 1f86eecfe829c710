import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../base/errors.ts'
import { Cells } from './cells.ts'
import { Drawings } from './drawings.ts'
import { sweepUnfinished, writeDurably } from './durable.ts'
import { FileObjects } from './file-objects.ts'
import { Ledger } from './ledger.ts'
import type { ObjectStore } from './objects.ts'
import { Runs } from './runs.ts'

/** Format of a store's layout. A newer one is refused, an older one opened. */
const storeFormat = 1

export interface Store {
  /** Absolute folder. */
  readonly folder: string
  readonly objects: ObjectStore
  readonly cells: Cells
  readonly runs: Runs
  readonly ledger: Ledger
  readonly drawings: Drawings
}

/**
 * Opens the store in a folder; `create` makes it where it is not there.
 * @throws DaybookError STORE_UNWRITABLE, STORE_NEWER
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
  }
}

async function prepare(folder: string): Promise<void> {
  if (!(await checkFormat(folder))) {
    await writeDurably(join(folder, 'format'), `${storeFormat}\n`)
    // Whoever commits the folder beside the page by accident would publish rows.
    await writeDurably(join(folder, '.gitignore'), '*\n')
  }
  await sweepUnfinished(join(folder, 'cells'))
  await sweepUnfinished(join(folder, 'ledger'))
}

/** True where the store says its format. @throws DaybookError STORE_NEWER */
async function checkFormat(folder: string): Promise<boolean> {
  let text: string
  try {
    text = await readFile(join(folder, 'format'), 'utf8')
  } catch {
    return false
  }
  const format = Number(text)
  if (!(format <= storeFormat))
    throw fail('STORE_NEWER', { folder, format: text.trim().slice(0, 20), known: storeFormat })
  return true
}
