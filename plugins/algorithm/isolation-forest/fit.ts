import type { DenseFeatures } from 'daybook/frame'
import { type FitContext, fail, type TrainingData } from 'daybook/plugin'
import { type ForestTrees, joinTrees } from '../forest/trees.ts'
import { turnOf } from '../trees/turn.ts'
import { isolationTree } from './grow.ts'
import { meanPaths } from './path-length.ts'
import { type Draw, RowSampler } from './sample.ts'
import { anomalyScores, type IsolationForest, TYPICAL } from './score.ts'
import { scoresTable, warnOfEqualRows } from './show.ts'

/** Values of features that are scored before the event loop gets a turn. */
const WORK_A_TURN = 2e6

export interface IsolationRules {
  readonly trees: number
  readonly sampleRows: number
  readonly contamination: number | null
}

/** Fits an isolation forest to the rows that weigh something. */
export async function fitIsolation(
  { X, weight }: Omit<TrainingData, 'X'> & { readonly X: DenseFeatures },
  { trees, sampleRows, contamination }: IsolationRules,
  ctx: FitContext,
): Promise<IsolationForest> {
  const turn = turnOf(ctx)
  const sampler = new RowSampler(X.rows, weight)
  if (sampler.rows.length === 0)
    throw fail('FIT_NO_ROWS', { reason: 'the training part is empty, or no row has a weight' })
  const size = Math.min(sampleRows, sampler.rows.length)
  const paths = meanPaths(size)
  const grown: Uint32Array[] = []
  for (let i = 0; i < trees; i++) {
    const draw = drawFrom(ctx, i)
    grown.push(isolationTree(gathered(X, sampler.sample(size, draw)), paths, draw))
    ctx.progress(i + 1, trees)
    await turn()
  }
  const forest = { ...joinTrees(grown, X.features.length), meanPath: Math.fround(paths[size] as number) }
  const scores = await scoresInTurns(forest, X, ctx, turn)
  const threshold = contamination === null ? TYPICAL : thresholdFor(scores, sampler.rows, weight, contamination)
  if (grown.every(({ length }) => length === 3)) warnOfEqualRows(ctx)
  else scoresTable(ctx, scores, sampler.rows, weight, threshold)
  return { ...forest, threshold }
}

/** The random numbers of a tree, one after the other. */
function drawFrom(ctx: FitContext, tree: number): Draw {
  const stream = ctx.random(`tree ${tree}`)
  let index = 0
  return () => stream.uniform(index++)
}

function gathered({ values, features }: DenseFeatures, rows: Uint32Array) {
  const width = features.length
  const into = new Float32Array(rows.length * width)
  rows.forEach((row, i) => {
    into.set(values.subarray(row * width, (row + 1) * width), i * width)
  })
  return { rows: rows.length, features: width, values: into }
}

async function scoresInTurns(
  forest: ForestTrees & { readonly meanPath: number },
  X: DenseFeatures,
  { kernels }: FitContext,
  turn: () => Promise<void>,
): Promise<Float64Array> {
  const scores = new Float64Array(X.rows)
  const width = X.features.length
  const rowsATurn = Math.max(4096, Math.floor(WORK_A_TURN / (forest.starts.length - 1)))
  for (let from = 0; from < X.rows; from += rowsATurn) {
    const to = Math.min(from + rowsATurn, X.rows)
    const part = { ...X, rows: to - from, values: X.values.subarray(from * width, to * width) }
    scores.set(anomalyScores(forest, part, kernels), from)
    await turn()
  }
  return scores
}

/** The least score such that at most `share` of the weight lies above it. */
function thresholdFor(
  scores: Float64Array,
  rows: Uint32Array,
  weight: Float32Array | undefined,
  share: number,
): number {
  const weightOf = (row: number): number => weight?.[row] ?? 1
  const byScore = rows.toSorted((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
  const allowed = share * rows.reduce((sum, row) => sum + weightOf(row), 0)
  let above = 0
  for (const row of byScore) {
    above += weightOf(row)
    if (above > allowed) return scores[row] as number
  }
  return TYPICAL
}
