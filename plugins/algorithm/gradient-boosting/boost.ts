import type { DenseFeatures } from 'daybook/frame'
import { addToRows, alignUp, type BoostLoss } from 'daybook/kernels'
import type { FitContext, TrainingData } from 'daybook/plugin'
import { binBytes, chooseBins, layOut, pairsOf } from '../trees/bins.ts'
import { turnOf } from '../trees/turn.ts'
import { type GrowRules, growBytes, TreeGrower } from './grow.ts'
import { type Leaf, renewedValues } from './leaves.ts'
import { Objective, objectiveBytes } from './loss.ts'
import { type BoostedTrees, ModelBuilder } from './model.ts'
import { samplerOf } from './sample.ts'

/** What boosting is told beside the rules for one tree. */
export interface BoostRules extends GrowRules {
  readonly boostLoss: BoostLoss
  readonly learningRate: number
  readonly trees: number
  readonly bins: number
  readonly subsample: number
  readonly columnSample: number
  /** Rounds without a better validation loss after which to stop; null: never. */
  readonly earlyStopping: number | null
}

/** Losses on the way: after how many rounds, on which rows. */
export interface CurvePoint {
  readonly trees: number
  readonly part: 'training' | 'validation'
  readonly loss: number
}

/** Points of the training curve: its loss costs about as much as a twentieth of a tree. */
const CURVE_POINTS = 50

/**
 * Gradient boosting: round by round one tree an output, fitted to gradients and hessians of the loss.
 * Gives the model, cut to the best round where it was stopped early, and the learning curve.
 */
export async function boost(
  data: TrainingData & { readonly X: DenseFeatures },
  rules: BoostRules,
  ctx: FitContext,
): Promise<{ model: BoostedTrees; curve: CurvePoint[]; rounds: number }> {
  const validation = data.validation as (TrainingData['validation'] & { readonly X: DenseFeatures }) | undefined
  const { X } = data
  const outputs = data.task === 'multiclass' ? data.classes.length : 1
  const others = validation?.X.rows ?? 0
  const rows = X.rows + others
  const turn = turnOf(ctx)
  const bins = await chooseBins(X, rules.bins, turn)
  const bytes =
    binBytes(rows, bins) +
    objectiveBytes(rules.boostLoss, X.rows, others, outputs) +
    growBytes(rows, pairsOf(bins), bins.length, rules) +
    alignUp(4 * X.features.length)

  return ctx.kernels.scope(bytes, async (memory) => {
    const tables = validation === undefined ? [X] : [X, validation.X]
    const features = await layOut(ctx.kernels, memory, tables, bins, turn)
    const objective = new Objective(ctx.kernels, memory, rules.boostLoss, outputs, data, validation)
    const grower = new TreeGrower(ctx.kernels, memory, features, bins, rows, rules)
    const { order } = grower
    const sample = samplerOf(rules, ctx, X.rows, order, memory.i32(X.features.length))
    order.forEach((_, row) => {
      order[row] = row
    })
    const model = new ModelBuilder(X.features.length, objective.start(order.subarray(0, X.rows)))
    const monotone = Int8Array.from(X.features, ({ kind, monotone }) => (kind === 'number' && monotone) || 0)
    const finish = (leaves: readonly Leaf[], output: number): void => {
      const best = (begin: number, end: number): number => objective.bestValue(order.subarray(begin, end))
      const renewed = objective.renews ? renewedValues(model.shape(), leaves, monotone, best) : undefined
      for (const { node, weight, begin, end, otherBegin, otherEnd } of leaves) {
        const value = Math.fround(rules.learningRate * (renewed?.[node] ?? objective.stepOf(weight))) + 0 // -0 is 0
        model.leaf(node, value)
        addToRows(ctx.kernels, objective.scores, outputs, output, order.subarray(begin, end), value)
        addToRows(ctx.kernels, objective.scores, outputs, output, order.subarray(otherBegin, otherEnd), value)
      }
    }
    const curve: CurvePoint[] = []
    const every = Math.ceil(rules.trees / CURVE_POINTS)
    let best = { loss: Number.POSITIVE_INFINITY, rounds: 0 }
    let round = 0
    while (round < rules.trees) {
      const { learning, chosen } = sample(round)
      objective.begin()
      for (let output = 0; output < outputs; output++) {
        objective.differentiate(output)
        const sums = objective.sum(order.subarray(0, learning))
        finish(await grower.grow(model, objective.gradients, sums, learning, chosen, turn), output)
      }
      round += 1
      let note = ''
      if (others > 0) {
        const loss = objective.meanLoss('validation')
        curve.push({ trees: round, part: 'validation', loss })
        if (loss < best.loss) best = { loss, rounds: round }
        note = `validation loss ${loss.toPrecision(4)}`
      }
      if (round % every === 0 || round === rules.trees) {
        curve.push({ trees: round, part: 'training', loss: objective.meanLoss('training') })
      }
      ctx.progress(round, rules.trees, note === '' ? undefined : note)
      await turn()
      if (rules.earlyStopping !== null && others > 0 && round - best.rounds >= rules.earlyStopping) break
    }
    const rounds = rules.earlyStopping !== null && others > 0 ? best.rounds : round
    return { model: model.build(rounds * outputs), curve, rounds }
  })
}
