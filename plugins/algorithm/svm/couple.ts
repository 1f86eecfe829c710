/** Most sweeps over the classes. */
export const SWEEPS = 100
/** Probabilities of pairs are kept so far from 0 and 1. */
export const LEAST = 1e-7

/** Pairs of classes (first < second) in the order that machines stand in: 0-1, 0-2, …, 1-2, … */
export function pairsOf(classes: number): [number, number][] {
  const pairs: [number, number][] = []
  for (let first = 0; first < classes; first++) {
    for (let second = first + 1; second < classes; second++) pairs.push([first, second])
  }
  return pairs
}

/**
 * Scores of classes from the decisions of pairs, where a decision above 0 speaks for the second class: votes, and within
 * less than half a vote the sum of decisions, so that equal votes are told apart.
 */
export function scoresOf(
  decisions: Float64Array,
  pairs: readonly (readonly [number, number])[],
  scores: Float64Array,
): void {
  const sums = new Float64Array(scores.length)
  scores.fill(0)
  for (const [p, [first, second]] of pairs.entries()) {
    const decision = decisions[p] as number
    const winner = decision > 0 ? second : first
    scores[winner] = (scores[winner] as number) + 1
    sums[first] = (sums[first] as number) - decision
    sums[second] = (sums[second] as number) + decision
  }
  for (const [code, sum] of sums.entries()) scores[code] = (scores[code] as number) + sum / (3 * (Math.abs(sum) + 1))
}

/**
 * Probabilities of classes from those of pairs (`ofSecond[p]`: that of the second class of pair p): the second method of
 * T.-F. Wu, C.-J. Lin and R. C. Weng, "Probability estimates for multi-class classification by pairwise coupling" (JMLR 5,
 * 2004), solved one class after the other in turn.
 */
export function couple(
  ofSecond: Float64Array,
  pairs: readonly (readonly [number, number])[],
  probabilities: Float64Array,
): void {
  const k = probabilities.length
  const q = new Float64Array(k * k)
  for (const [p, [i, j]] of pairs.entries()) {
    const pj = Math.min(Math.max(ofSecond[p] as number, LEAST), 1 - LEAST)
    const pi = 1 - pj
    q[i * k + i] = (q[i * k + i] as number) + pj * pj
    q[j * k + j] = (q[j * k + j] as number) + pi * pi
    q[i * k + j] = -pi * pj
    q[j * k + i] = -pi * pj
  }
  probabilities.fill(1 / k)
  const qp = new Float64Array(k)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let total = 0
    for (let i = 0; i < k; i++) {
      let sum = 0
      for (let j = 0; j < k; j++) sum += (q[i * k + j] as number) * (probabilities[j] as number)
      qp[i] = sum
      total += sum * (probabilities[i] as number)
    }
    if (qp.every((value) => Math.abs(value - total) < 0.005 / k)) break
    for (let i = 0; i < k; i++) {
      const own = q[i * k + i] as number
      const step = (total - (qp[i] as number)) / own
      probabilities[i] = (probabilities[i] as number) + step
      total = (total + step * (step * own + 2 * (qp[i] as number))) / (1 + step) / (1 + step)
      for (let j = 0; j < k; j++) {
        qp[j] = ((qp[j] as number) + step * (q[i * k + j] as number)) / (1 + step)
        probabilities[j] = (probabilities[j] as number) / (1 + step)
      }
    }
  }
}
