import { type Digest, digestJson } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { featuresOf } from '../frame/assemble.ts'
import type { Feature, Features, Frame } from '../frame/index.ts'
import type { Kernels } from '../kernels/index.ts'
import { type Defined, decodeState, type Registry, type State } from '../plugin/api.ts'
import { type Conforming, conformFrame, emptyFrame } from './conform-frame.ts'
import { RowConformer } from './conform-rows.ts'
import type { FittedCell, ModelManifest, Signature } from './manifest.ts'
import { labelsOf, type Prediction, predictionsOf, type Reason, type Scored } from './predictions.ts'
import { applyPreprocess, type FittedPreprocess, outOfFold, type Passage, passagesOf } from './preprocess.ts'
import { type Parts, partsByColumn } from './reasons/parts.ts'
import { explainedBy, type ReasonOptions, reasonsOf } from './reasons/reasons.ts'
import { sampleParts } from './reasons/sample.ts'

/** An algorithm that was fitted, ready to predict. */
export interface FittedAlgorithm {
  readonly id: string
  readonly plugin: Defined<'algorithm'>
  readonly params: JsonObject
  readonly state: State
}

/** Importance of one feature, and the raw columns that it is made of. */
export interface FeatureImportance {
  readonly feature: string
  readonly sources: readonly string[]
  readonly value: number
}

/** The fitted cells of a model, in order. */
export interface ModelParts {
  readonly preprocess: readonly FittedPreprocess[]
  readonly algorithm: FittedAlgorithm
  readonly kernels: Kernels
}

/** A fitted pipeline: raw row in, prediction out. Every batch size gives the same answers. */
export interface Model {
  readonly manifest: ModelManifest
  /** SHA-256 of the canonical manifest. */
  readonly digest: Digest
  readonly signature: Signature
  /** What it was put together of: for who writes it in another form. */
  readonly parts: ModelParts
  /** Scores rows of any frame that holds the signature's columns. */
  scoreFrame(frame: Frame, conforming: Conforming): Scored
  /** Scores rows that were conformed before. */
  scoreConformed(conformed: Frame): Scored
  /** What reaches the algorithm for conformed rows. */
  features(conformed: Frame): Features
  /** Scores rows of JSON values; with `reasons`, says why. */
  predictRows(rows: readonly JsonObject[], reasons?: ReasonOptions): Prediction[]
  /** Predictions of rows that were conformed before; with `reasons`, says why. */
  predictConformed(conformed: Frame, reasons?: ReasonOptions): Prediction[]
  /** Why rows got what they got. @throws DaybookError MODEL_REASON_CLASS, MODEL_NO_REASONS */
  explain(conformed: Frame, scored: Scored, reasons: ReasonOptions): (readonly Reason[])[]
  /** By falling importance, ties by place; undefined where the algorithm gives none. */
  importance(): { readonly measure: string; readonly features: readonly FeatureImportance[] } | undefined
}

/**
 * Opens a fitted pipeline: finds its plugins, reads its states through `read`. No code comes with a model, no file is
 * touched but through `read` and `registry`.
 *
 * @throws DaybookError MODEL_CORRUPT, MODEL_PLUGIN_VERSION, STATE_CORRUPT, what `read` and the registry throw
 */
export async function openModel(
  manifest: ModelManifest,
  read: (digest: Digest) => Promise<Uint8Array>,
  registry: Pick<Registry, 'find'>,
  kernels: Kernels,
): Promise<Model> {
  if (manifest.format !== 1) throw fail('MODEL_CORRUPT', { reason: `its format is ${manifest.format}, not 1` })
  const cells: FittedPreprocess[] = []
  for (const cell of manifest.preprocess) {
    const { plugin } = await registry.find('preprocess', cell.use)
    const state = decodeState(await read(cell.state))
    cells.push({
      id: cell.id,
      plugin,
      params: cell.params,
      state: current(cell, plugin, state),
      columns: cell.columns ?? [],
    })
  }
  const { plugin } = await registry.find('algorithm', manifest.algorithm.use)
  const { id, params } = manifest.algorithm
  const state = current(manifest.algorithm, plugin, decodeState(await read(manifest.algorithm.state)))
  return assembleModel(manifest, cells, { id, plugin, params, state }, kernels)
}

/** The state in the plugin's present version. */
function current(cell: FittedCell, plugin: Defined<'algorithm' | 'preprocess'>, state: State): State {
  if (cell.version === plugin.version) return state
  if (cell.version < plugin.version && plugin.migrate !== undefined) {
    const migrate = (old: State): State => plugin.migrate?.(old, cell.version) as State
    if (!('uses' in plugin) || plugin.uses !== 'target') return migrate(state)
    const { final, folds } = outOfFold(cell.id, state)
    return { final: migrate(final), folds: folds.map(migrate) }
  }
  throw fail('MODEL_PLUGIN_VERSION', { plugin: cell.use, fitted: cell.version, here: plugin.version })
}

/** A model of parts at hand. The manifest's state digests are not read. */
export function assembleModel(
  manifest: ModelManifest,
  cells: readonly FittedPreprocess[],
  algorithm: FittedAlgorithm,
  kernels: Kernels,
): Model {
  const { signature } = manifest
  const conformer = new RowConformer(signature)
  let known: readonly Feature[] | undefined
  let digest: Digest | undefined
  let passages: readonly Passage[] | undefined
  const features = (conformed: Frame): Features => {
    passages ??= passagesOf(cells, signature)
    const { frame, lineage } = applyPreprocess(cells, conformed, signature, kernels, undefined, passages)
    const { accepts, missing } = algorithm.plugin
    const made = featuresOf(frame, { accepts, missing, lineage, taker: algorithm.plugin.id, known })
    if (made.features !== known) checkFeatures(made, manifest)
    known = made.features
    return made
  }
  const scoreConformed = (conformed: Frame): Scored =>
    predictFeatures(algorithm, features(conformed), signature, kernels)
  const explain: Model['explain'] = (conformed, scored, reasons) => {
    const parts = partsOf(algorithm, signature, conformed, scored, { features, score: scoreConformed, kernels })
    return reasonsOf(parts, scored, signature, reasons)
  }
  const predictConformed: Model['predictConformed'] = (conformed, reasons) => {
    const scored = scoreConformed(conformed)
    const predictions = predictionsOf(scored, signature)
    if (reasons === undefined) return predictions
    const told = explain(conformed, scored, reasons)
    return predictions.map((prediction, row) => ({ ...prediction, reasons: told[row] as readonly Reason[] }))
  }
  return {
    manifest,
    get digest() {
      digest ??= digestJson(manifest as unknown as Json)
      return digest
    },
    signature,
    parts: { preprocess: cells, algorithm, kernels },
    features,
    scoreConformed,
    scoreFrame: (frame, conforming) => scoreConformed(conformFrame(frame, signature, conforming)),
    predictRows(rows, reasons) {
      conformer.clear()
      conformer.add({ form: 'rows', rows })
      return predictConformed(conformer.frame(), reasons)
    },
    predictConformed,
    explain,
    importance() {
      const given = algorithm.plugin.importance?.(algorithm.state)
      if (given === undefined) return undefined
      const made = features(emptyFrame(signature)).features
      const ranked = made.map(({ name, sources }, i) => ({ feature: name, sources, value: given.values[i] ?? 0 }))
      return { measure: given.measure, features: ranked.sort((a, b) => b.value - a.value) }
    },
  }
}

/** Parts of scores by raw column: exact where the algorithm gives them, else sampled. */
function partsOf(
  { plugin, state, params }: FittedAlgorithm,
  signature: Signature,
  conformed: Frame,
  scored: Scored,
  by: { features(rows: Frame): Features; score(rows: Frame): Scored; readonly kernels: Kernels },
): Parts {
  if (plugin.contributions === undefined) {
    const explained = explainedBy(signature, by.score)
    const labels = labelsOf(scored, signature.classes.length)
    return sampleParts(conformed, signature, (row) => explained(labels[row] as number))
  }
  const X = by.features(conformed)
  return partsByColumn(X.features, plugin.contributions(state, X, { params, kernels: by.kernels }), X.rows)
}

/** Numbers that a row gets. */
function widthOf({ output, classes }: Pick<Signature, 'output' | 'classes'>): number {
  if (output === 'clusters') return 2
  return output === 'values' || (output === 'scores' && classes.length <= 2) ? 1 : classes.length
}

/**
 * Predictions of features, checked: as many as there should be, all of them finite, numbers of clusters whole.
 *
 * @throws DaybookError PLUGIN_BAD_RESULT
 */
export function predictFeatures(
  { plugin, params, state }: FittedAlgorithm,
  X: Features,
  signature: Pick<Signature, 'task' | 'output' | 'classes'>,
  kernels: Kernels,
): Scored {
  const { task, output } = signature
  const values = plugin.predict(state, X, { params, kernels })
  const width = widthOf(signature)
  const bad = (got: string, expected: string) => fail('PLUGIN_BAD_RESULT', { plugin: plugin.id, got, expected })
  if (!(values instanceof Float64Array)) throw bad('no Float64Array', 'a Float64Array')
  if (values.length !== X.rows * width) throw bad(`${values.length} numbers`, `${X.rows * width} for ${X.rows} rows`)
  const wrong = values.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) throw bad(`${values[wrong]} for row ${Math.floor(wrong / width)}`, 'finite numbers')
  const isCluster = (value: number, i: number): boolean =>
    value >= 0 && (i % 2 === 1 || (Number.isInteger(value) && value < 2 ** 31))
  const odd = output === 'clusters' ? values.findIndex((value, i) => !isCluster(value, i)) : -1
  if (odd >= 0) throw bad(`${values[odd]} for row ${Math.floor(odd / width)}`, 'a cluster, 0 or above, and a distance')
  const threshold = task === 'anomaly' ? (plugin.threshold?.(state) ?? 0) : undefined
  if (threshold !== undefined && !Number.isFinite(threshold)) throw bad(`the threshold ${threshold}`, 'a finite number')
  const shared = { rows: X.rows, output, values: values.map((value) => value + 0) } // -0 is 0
  return threshold === undefined ? shared : { ...shared, threshold: threshold + 0 }
}

function checkFeatures({ features }: Features, manifest: ModelManifest): void {
  const wanted = manifest.features
  if (features.length === wanted.length && features.every(({ name }, i) => name === wanted[i])) return
  throw fail('MODEL_CORRUPT', { reason: 'other features reach the algorithm than those that it was fitted on' })
}
