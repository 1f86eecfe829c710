import type { MetricInput } from '../../plugin/api.ts'
import { type ClassCurves, CURVE_POINTS, type CurvePoint } from '../../store/evaluation.ts'

/** Weights of the rows of one score. */
interface ScoreGroup {
  readonly score: number
  readonly positive: number
  readonly negative: number
}

/** One class against the rest, by its score: the rows of equal score in a group, ascending. */
interface Ranking {
  readonly groups: readonly ScoreGroup[]
  readonly positive: number
  readonly negative: number
}

/** Curves by score of class `code` against the others; null where one side is empty. */
export function rocPrKs(input: MetricInput, code: number): Pick<ClassCurves, 'roc' | 'pr' | 'ks'> {
  const ranking = rank(input, code)
  if (!(ranking.positive > 0 && ranking.negative > 0)) return { roc: null, pr: null, ks: null }
  return { roc: roc(ranking), pr: precisionRecall(ranking), ks: kolmogorovSmirnov(ranking) }
}

function rank(
  { y, rows, weight, scores = new Float64Array(rows), task, classes, order }: MetricInput,
  code: number,
): Ranking {
  const stride = task === 'binary' ? 1 : classes.length
  const offset = task === 'binary' ? 0 : code
  const groups: { score: number; positive: number; negative: number }[] = []
  let positives = 0
  let negatives = 0
  for (const row of order(code)) {
    const score = scores[row * stride + offset] as number
    const w = weight === undefined ? 1 : (weight[row] as number)
    let group = groups.at(-1)
    if (group === undefined || group.score !== score) {
      group = { score, positive: 0, negative: 0 }
      groups.push(group)
    }
    if (y[row] === code) {
      group.positive += w
      positives += w
    } else {
      group.negative += w
      negatives += w
    }
  }
  return { groups, positive: positives, negative: negatives }
}

function roc({ groups, positive, negative }: Ranking): ClassCurves['roc'] {
  const points: CurvePoint[] = [[0, 0]]
  let hits = 0
  let alarms = 0
  let area = 0
  for (const group of groups.toReversed()) {
    area += group.negative * (hits + group.positive / 2)
    hits += group.positive
    alarms += group.negative
    points.push([alarms / negative, hits / positive])
  }
  return { points: thin(points, ([x, y]) => x + y), area: area / (positive * negative) }
}

function precisionRecall({ groups, positive, negative }: Ranking): ClassCurves['pr'] {
  const points: CurvePoint[] = []
  let hits = 0
  let alarms = 0
  let average = 0
  for (const group of groups.toReversed()) {
    hits += group.positive
    alarms += group.negative
    if (hits + alarms === 0) continue
    const precision = hits / (hits + alarms)
    average += (group.positive / positive) * precision
    points.push([hits / positive, precision])
  }
  return { points: thin(points, ([recall]) => recall), average, rate: positive / (positive + negative) }
}

function kolmogorovSmirnov({ groups, positive, negative }: Ranking): ClassCurves['ks'] {
  const both: { score: number; others: number; class: number }[] = []
  let below = 0
  let belowOthers = 0
  let distance = 0
  let at = groups[0]?.score ?? 0
  for (const group of groups) {
    below += group.positive
    belowOthers += group.negative
    const gap = Math.abs(below / positive - belowOthers / negative)
    if (gap > distance) {
      distance = gap
      at = group.score
    }
    both.push({ score: group.score, others: belowOthers / negative, class: below / positive })
  }
  const kept = thin(both, (point) => point.others + point.class)
  return {
    others: kept.map((point) => [point.score, point.others]),
    class: kept.map((point) => [point.score, point.class]),
    distance,
    at,
  }
}

/**
 * At most {@link CURVE_POINTS} of the points, the first and the last among them: the ones where `along`, which never falls,
 * first reaches each of as many equal steps.
 */
export function thin<P>(points: readonly P[], along: (point: P) => number): P[] {
  if (points.length <= CURVE_POINTS) return [...points]
  const last = points.length - 1
  const from = along(points[0] as P)
  const step = (along(points[last] as P) - from) / (CURVE_POINTS - 1)
  const kept: P[] = []
  let next = 0
  for (const [i, point] of points.entries()) {
    const reached = step > 0 ? Math.floor((along(point) - from) / step) : 0
    if (i !== last && (reached < next || kept.length === CURVE_POINTS - 1)) continue
    kept.push(point)
    next = reached + 1
  }
  return kept
}
