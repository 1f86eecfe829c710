import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { DaybookError, fail } from '../base/errors.ts'
import type { VerifyingKey } from '../base/signing-key.ts'
import { type Column, Frame, MISSING } from '../frame/index.ts'
import type { Model, Signature, SignatureColumn } from '../model/index.ts'
import { openPackage } from '../run/open-package.ts'
import { openRunModel, runBaseline } from '../run/run-model.ts'
import { attestedBy, openStore, requireApproved } from '../store/index.ts'
import type { ModelSource, ServedModel } from './served-model.ts'

export interface LoadOptions {
  /** What the model is called; the pipeline's name where it is absent. */
  readonly name?: string | undefined
  /** Public key that must have signed where the run came from, or the package. */
  readonly key?: VerifyingKey | undefined
  /** Holds a package's folder against the signature in it; wanted where there is a key. */
  readonly verifySigned?: ((folder: string, key: VerifyingKey) => Promise<unknown>) | undefined
}

/**
 * Loads a run's model so that it can answer at once: its record and every object of it are held against their digests, its
 * signature is verified where there is a key, and it has scored before it is handed over.
 *
 * @param run as {@link Runs.resolve} takes it: an id, `latest`, a pipeline's name
 * @throws DaybookError STORE_…, SIGN_…, RUN_NO_MODEL, MODEL_…, what opening a model throws
 */
export async function loadRun(store: string, run: string, options: LoadOptions = {}): Promise<ServedModel> {
  const opened = await openStore(store, { create: false })
  const record = await opened.runs.resolve(run)
  if (options.key !== undefined) await attestedBy(record, [options.key], opened)
  await requireApproved(record, opened)
  const model = await openRunModel(opened, record)
  if (model.digest !== record.result.model?.digest) {
    throw fail('MODEL_CORRUPT', { reason: 'it does not have the digest that its run recorded' })
  }
  await warmUp(model)
  return {
    name: options.name ?? record.pipeline,
    version: record.id,
    model,
    run: record.digest,
    baseline: await runBaseline(opened, record).catch(withoutBaseline),
    source: { kind: 'run', store, run: record.id },
  }
}

/** A run that keeps none is served all the same, and not watched. */
function withoutBaseline(thrown: unknown): undefined {
  if (!(thrown instanceof DaybookError)) throw thrown
}

/** Opens a model again where another thread needs it. */
export async function openSource(source: ModelSource): Promise<Model> {
  const model =
    source.kind === 'run' ? await openRun(source.store, source.run) : (await openPackage(source.folder)).model
  await warmUp(model)
  return model
}

async function openRun(store: string, run: string): Promise<Model> {
  const opened = await openStore(store, { create: false })
  return openRunModel(opened, await opened.runs.read(run))
}

/**
 * Loads the model in a package folder so that it can answer at once: held against its digests and its examples.
 *
 * @throws DaybookError SIGN_…, PACKAGE_…, MODEL_…
 */
export async function loadPackage(folder: string, options: LoadOptions = {}): Promise<ServedModel> {
  const { key, verifySigned } = options
  if (key !== undefined) {
    if (verifySigned === undefined) throw new TypeError('nobody said how the signature of a package is verified')
    await verifySigned(folder, key)
  }
  const { model, manifest } = await openPackage(folder)
  await warmUp(model)
  const version = manifest.model.slice(0, 12)
  return {
    name: options.name ?? manifest.pipeline,
    version,
    model,
    source: { kind: 'package', folder: resolve(folder) },
  }
}

/** Scores made-up rows, one and many, so that whatever is prepared once is prepared; lets others work in between. */
export async function warmUp(model: Model): Promise<void> {
  for (const rows of [1, 64]) {
    const frame = madeUp(model.signature, rows)
    for (let time = 0; time < 20; time++) {
      try {
        model.scoreConformed(frame)
      } catch (thrown) {
        // A made-up value may be one that a cell refuses; what is broken in the model itself has another code.
        const code = (thrown as { readonly code?: unknown }).code
        if (typeof code === 'string' && code.startsWith('ROW_')) break
        throw thrown
      }
      await setImmediate()
    }
  }
}

function madeUp({ columns }: Signature, rows: number): Frame {
  return new Frame(
    rows,
    columns.map((column) => madeUpColumn(column, rows)),
  )
}

function madeUpColumn({ name, type, levels = [], min, max }: SignatureColumn, rows: number): Column {
  switch (type) {
    case 'number':
      return { type, name, values: new Float64Array(rows).fill(min ?? max ?? 1) }
    case 'date':
      return { type, name, values: new Float64Array(rows) }
    case 'boolean':
      return { type, name, values: new Int8Array(rows) }
    case 'text':
      return { type, name, values: new Array<string>(rows).fill('') }
    case 'category': {
      const codes = Int32Array.from({ length: rows }, (_, i) => (levels.length === 0 ? MISSING : i % levels.length))
      return { type, name, levels, values: codes }
    }
  }
}
