import type { DenseFeatures } from 'daybook/frame'
import {
  addForestScores,
  alignUp,
  ForestGrower,
  type ForestRules,
  forestBytes,
  type KernelMemory,
  type Kernels,
  sumPairs,
  targetPairs,
} from 'daybook/kernels'
import type { FitContext, TrainingData } from 'daybook/plugin'
import { binBytes, chooseBins, type FeatureBins, layOutColumns } from '../trees/bins.ts'
import { turnOf } from '../trees/turn.ts'
import { enterThresholds, type Forest, ForestBuilder, mapsOf } from './model.ts'
import { meansOf } from './score.ts'

/** Values of features that are read before the event loop gets a turn, so that a cancel arrives soon. */
const WORK_A_TURN = 1e7

/** What out-of-bag rows were given by the trees that did not learn from them. */
export interface OutOfBag {
  /** Means f64 [rows], or distributions f64 [rows, classes]; NaN for a row that every tree learned from. */
  readonly scores: Float64Array
  /** Trees that a row was scored by. */
  readonly trees: Uint32Array
}

/** Fits a forest. `outOfBag` is given with bootstrap. */
export async function fitForest(
  data: TrainingData & { readonly X: DenseFeatures },
  rules: ForestRules & { readonly trees: number; readonly bins: number },
  ctx: FitContext,
): Promise<{ forest: Forest; outOfBag: OutOfBag | undefined }> {
  const { X, y, weight } = data
  const { kernels } = ctx
  const n = X.rows
  const classes = data.task === 'multiclass' ? data.classes.length : 0
  const outputs = Math.max(classes, 1)
  const turn = turnOf(ctx)
  const bins = await chooseBins(kernels, X, rules.bins, turn)
  const maps = mapsOf(bins)
  const scored = rules.bootstrap ? X.values : new Float32Array(0) // what out-of-bag rows are scored by
  const bytes =
    binBytes(n, bins) +
    targetBytes(n) +
    forestBytes(n, shapeOf(bins), rules, classes) +
    alignUp(8 * n * outputs) +
    alignUp(scored.byteLength) +
    alignUp(maps.maps.byteLength) +
    alignUp(maps.mapStarts.byteLength) +
    16

  return kernels.scope(bytes, async (memory) => {
    const binned = await layOutColumns(kernels, memory, X, bins, turn)
    const targets = layTargets(kernels, memory, y, weight, data.task === 'regression')
    const rows = { ...targets, targets: targets.y, classes, weighted: weight !== undefined }
    const grower = new ForestGrower(kernels, memory, binned, rows, rules)
    const builder = new ForestBuilder(classes)
    const importance = new Float64Array(bins.length)
    const scores = memory.f64(n * outputs)
    const values = memory.put(scored)
    const inMemory = { maps: memory.put(maps.maps), mapStarts: memory.put(maps.mapStarts), starts: memory.u32(1) }
    const scoredBy = new Uint32Array(n)
    for (let i = 0; i < rules.trees; i++) {
      grower.begin(ctx.random(`tree ${i}`).words)
      while (!grower.grow(WORK_A_TURN)) await turn()
      const { tree } = grower
      enterThresholds(tree, bins)
      builder.add(tree)
      tree.importance.forEach((gain, f) => {
        importance[f] = (importance[f] as number) + gain
      })
      if (rules.bootstrap) {
        for (const row of tree.others) scoredBy[row] = (scoredBy[row] as number) + 1
        const trees = { ...inMemory, ...tree, leaves: classes > 0 ? tree.leaves : undefined }
        addForestScores(kernels, scores, values, tree.others, { features: bins.length, outputs }, trees)
      }
      ctx.progress(i + 1, rules.trees)
      await turn()
    }
    const whole = (data.task === 'binary' ? 0.5 : 1) * targets.weight * rules.trees // Gini is twice the variance of 0 and 1
    const forest = builder.build(
      bins,
      importance.map((gain) => (whole > 0 ? gain / whole : 0)),
    )
    const outOfBag = rules.bootstrap
      ? { scores: meansOf(Float64Array.from(scores), classes, (row) => scoredBy[row] as number), trees: scoredBy }
      : undefined
    return { forest, outOfBag }
  })
}

function shapeOf(bins: readonly FeatureBins[]): { binCounts: Int32Array; kinds: Uint8Array } {
  return {
    binCounts: Int32Array.from(bins, ({ count }) => count),
    kinds: Uint8Array.from(bins, ({ kind }) => (kind === 'category' ? 1 : 0)),
  }
}

function targetBytes(rows: number): number {
  return 3 * alignUp(4 * rows) + 16 * rows + 16
}

/**
 * Targets and pairs (weight * (base - value), weight), on a grid on which sums are exact. Values are counted from their mean,
 * so that differences between them keep their digits; it is read off exact sums, so the order of rows is no matter.
 */
function layTargets(
  kernels: Kernels,
  memory: KernelMemory,
  y: Float32Array | Int32Array,
  weight: Float32Array | undefined,
  regression: boolean,
): { y: Float32Array | Int32Array; pairs: Float64Array; base: number; weight: number } {
  const targets = memory.put(y)
  const weights = weight === undefined ? undefined : memory.put(weight)
  const pairs = memory.f64(2 * y.length)
  const sums = memory.f64(2)
  const values = regression ? (targets as Float32Array) : memory.put(Float32Array.from(y))
  targetPairs(kernels, values, 0, weights, pairs)
  sumPairs(kernels, pairs, sums)
  const [g = 0, total = 0] = sums
  if (!regression) return { y: targets, pairs, base: 0, weight: total }
  const base = total > 0 ? Math.fround(-g / total) : 0 // an f32, as values are: differences then are mostly exact
  targetPairs(kernels, values, base, weights, pairs)
  return { y: targets, pairs, base, weight: total }
}
