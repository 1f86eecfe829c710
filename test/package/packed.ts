import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Model, openRunModel, openStore, packageRun, type RunRecord, type Store } from '../../src/index.ts'
import { makeWorkshop, seeRun } from '../run/workshop.ts'

/** A run with a model to pack. */
export interface Made {
  readonly store: Store
  readonly record: RunRecord
  readonly model: Model
}

/** Runs a small page without folds; `sections` change it. */
export async function makeModel(
  t: { teardown(work: () => void): unknown },
  sections: Readonly<Record<string, string | null>> = {},
): Promise<Made> {
  const workshop = makeWorkshop(t)
  const evaluate = 'evaluate: { metrics: [], folds: 0, resamples: 0 }'
  const { finished } = await seeRun(workshop.page({ evaluate, ...sections }))
  const record = finished?.record as RunRecord
  const store = await openStore(finished?.store as string)
  return { record, store, model: await openRunModel(store, record) }
}

/** Writes a package of the model into a folder. */
export async function unpacked(
  folder: string,
  { store, record }: Made,
  target: string,
  params: readonly string[] = [],
): Promise<string> {
  for (const [path, bytes] of await packageRun(store, record, { target, params, env: {} })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  return folder
}
