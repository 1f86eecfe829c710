import type { DenseFeatures } from 'daybook/frame'
import {
  alignUp,
  boostGradients,
  ForestGrower,
  type ForestRules,
  forestBytes,
  type KernelMemory,
  type Kernels,
  leavesRowsOut,
  sumGradients,
} from 'daybook/kernels'
import type { FitContext, TrainingData } from 'daybook/plugin'
import { binBytes, chooseBins, type FeatureBins, layOutColumns } from '../trees/bins.ts'
import { turnOf } from '../trees/turn.ts'
import { growersFor, growTrees } from './grow.ts'
import { enterThresholds, type Forest, ForestBuilder } from './model.ts'
import { type OutOfBag, OutOfBagScores } from './out-of-bag.ts'

/** Fits a forest. `outOfBag` is given where trees leave rows out. */
export async function fitForest(
  data: TrainingData & { readonly X: DenseFeatures },
  rules: ForestRules & { readonly trees: number; readonly bins: number },
  ctx: FitContext,
): Promise<{ forest: Forest; outOfBag: OutOfBag | undefined }> {
  const { X, y, weight } = data
  const { kernels } = ctx
  const n = X.rows
  const classes = data.task === 'multiclass' ? data.classes.length : 0
  const turn = turnOf(ctx)
  const bins = await chooseBins(X, rules.bins, turn)
  const bytesFor = (places: number): number => forestBytes(n, shapeOf(bins), rules, classes, places)
  const { growers: lanes, places } = growersFor(n, rules.trees, kernels.threads, bytesFor)
  const bytes = binBytes(n, bins) + targetBytes(n) + lanes * bytesFor(places)

  return kernels.scope(bytes, async (memory) => {
    const binned = await layOutColumns(kernels, memory, X, bins, turn)
    const targets = layTargets(kernels, memory, y, weight, data.task === 'regression')
    const rows = { ...targets, targets: targets.y, classes, weighted: weight !== undefined }
    const growers = Array.from({ length: lanes }, () => new ForestGrower(memory, binned, rows, rules, places))
    const builder = new ForestBuilder(classes)
    const importance = new Float64Array(bins.length)
    const outOfBag = leavesRowsOut(n, rules) ? new OutOfBagScores(n, classes) : undefined
    await growTrees(growers, rules.trees, ctx, turn, (tree) => {
      outOfBag?.add(tree)
      tree.importance.forEach((gain, f) => {
        importance[f] = (importance[f] as number) + gain
      })
      enterThresholds(tree, bins)
      builder.add(tree)
    })
    const whole = (data.task === 'binary' ? 0.5 : 1) * targets.weight * (rules.draws / n) * rules.trees // Gini is twice the variance of 0 and 1
    const forest = builder.build(
      bins,
      importance.map((gain) => (whole > 0 ? gain / whole : 0)),
    )
    return { forest, outOfBag: outOfBag?.means() }
  })
}

function shapeOf(bins: readonly FeatureBins[]): { binCounts: Int32Array; kinds: Uint8Array } {
  return {
    binCounts: Int32Array.from(bins, ({ count }) => count),
    kinds: Uint8Array.from(bins, ({ kind }) => (kind === 'category' ? 1 : 0)),
  }
}

function targetBytes(rows: number): number {
  return 3 * alignUp(4 * rows) + 16 * rows + alignUp(8 * rows) + 16
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
  const scores = memory.f64(y.length)
  const pairs = memory.f64(2 * y.length)
  const sums = memory.f64(2)
  const values = regression ? (targets as Float32Array) : memory.put(Float32Array.from(y))
  const rows = { scores, y: values, weight: weights }
  boostGradients(kernels, 'squared', rows, pairs)
  sumGradients(kernels, pairs, y.length, sums)
  const [g = 0, total = 0] = sums
  if (!regression) return { y: targets, pairs, base: 0, weight: total }
  const base = total > 0 ? Math.fround(-g / total) : 0 // an f32, as values are: differences then are mostly exact
  scores.fill(base)
  boostGradients(kernels, 'squared', rows, pairs)
  return { y: targets, pairs, base, weight: total }
}
