import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fail } from '../base/errors.ts'
import { scoringKernels } from '../kernels/index.ts'
import { type Baseline, parseBaseline } from '../model/drift/baseline.ts'
import { type Model, openModel, parseManifest } from '../model/index.ts'
import { openRegistry } from '../plugin/open-registry.ts'
import type { Registry } from '../plugin/registry.ts'
import type { Evaluation, RunRecord, Store } from '../store/index.ts'

/**
 * Opens the model of a run. Local plugins are looked for from the folder of its page, or of the store where the page is gone.
 *
 * @throws DaybookError RUN_NO_MODEL, STORE_OBJECT_…, what opening a model throws
 */
export async function openRunModel(store: Store, record: RunRecord): Promise<Model> {
  return openModelWith(store, record, await runRegistry(store, record))
}

/** As {@link openRunModel}, with plugins that were found before. */
export async function openModelWith(store: Store, record: RunRecord, registry: Registry): Promise<Model> {
  const { model } = record.result
  if (model === null) throw fail('RUN_NO_MODEL', { run: record.id, status: record.status })
  const read = (digest: string): Promise<Uint8Array> => store.objects.get(digest)
  const manifest = parseManifest(await read(model.digest))
  return openModel(manifest, read, registry, scoringKernels())
}

/** Plugins as a run's page finds them. */
export function runRegistry(store: Store, record: RunRecord): Promise<Registry> {
  const page = resolve(record.observed.pageFile)
  return openRegistry({ folder: dirname(existsSync(page) ? page : store.folder) })
}

/**
 * Where the training rows of a run lay: what its evaluation keeps.
 *
 * @throws DaybookError MODEL_NO_BASELINE, STORE_OBJECT_…
 */
export async function runBaseline(store: Store, record: RunRecord): Promise<Baseline> {
  const { output } = record.result.cells.find(({ id }) => id === 'evaluate') ?? {}
  if (!output) throw fail('MODEL_NO_BASELINE', {})
  const evaluation = JSON.parse(new TextDecoder().decode(await store.objects.get(output))) as Partial<Evaluation>
  return parseBaseline(evaluation.baseline)
}
