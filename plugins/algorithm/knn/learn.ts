import { placeInTiles, SVM_TILE, wholeTiles } from 'daybook/kernels'
import { fail, type TrainingData } from 'daybook/plugin'
import type { KnnModel } from './vote.ts'

/**
 * Keeps the rows that count for something.
 *
 * @throws DaybookError FIT_NO_ROWS, FIT_PARAM (more neighbours than rows)
 */
export function learn(
  { X, y, weight, task, classes }: TrainingData,
  { k, weights }: Pick<KnnModel, 'k' | 'weights'>,
): KnnModel {
  const used: number[] = []
  for (let row = 0; row < X.rows; row++) if (weight === undefined || (weight[row] as number) > 0) used.push(row)
  if (used.length === 0)
    throw fail('FIT_NO_ROWS', { reason: X.rows === 0 ? 'the training part is empty' : 'all weights are 0' })
  if (k > used.length)
    throw fail('FIT_PARAM', { param: 'k', value: k, reason: `only ${used.length} training rows count` })
  const features = X.features.length
  const rows = new Float32Array(wholeTiles(used.length) * features)
  for (const [place, row] of used.entries()) {
    const at = placeInTiles(place, features)
    for (let f = 0; f < features; f++) rows[at + f * SVM_TILE] = X.values[row * features + f] as number
  }
  const regression = task === 'regression'
  return {
    k,
    weights,
    features,
    classes: regression ? 0 : Math.max(2, classes.length),
    rows,
    targets: regression
      ? Float32Array.from(used, (row) => y[row] as number)
      : Int32Array.from(used, (row) => y[row] as number),
    counts: Float32Array.from(weight === undefined ? [] : used, (row) => weight?.[row] as number),
  }
}
