import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fail } from '../base/errors.ts'
import { parseManifest } from '../model/index.ts'
import type { RunRecord, Store } from '../store/index.ts'

/**
 * The files of a run's model: `model.json`, its manifest, and `states/DIGEST` for each state that it names.
 *
 * @throws DaybookError RUN_NO_MODEL, STORE_OBJECT_…
 */
export async function modelFiles(record: RunRecord, store: Store): Promise<ReadonlyMap<string, Uint8Array>> {
  const { model } = record.result
  if (model === null) throw fail('RUN_NO_MODEL', { run: record.id, status: record.status })
  const manifest = await store.objects.get(model.digest)
  const { preprocess, algorithm } = parseManifest(manifest)
  const files = new Map([['model.json', manifest]])
  for (const { state } of [...preprocess, algorithm]) files.set(`states/${state}`, await store.objects.get(state))
  return files
}

/** Writes files into a folder that is new or empty. @throws DaybookError SIGN_FOLDER */
export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    if ((await readdir(folder)).length > 0) throw new Error('it is not empty')
    for (const [name, content] of files) {
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content, { flag: 'wx' })
    }
  } catch (thrown) {
    throw fail(
      'SIGN_FOLDER',
      { folder, reason: (thrown as Error).message },
      { cause: thrown, hint: 'Name a new folder.' },
    )
  }
}
