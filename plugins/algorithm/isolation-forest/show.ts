import type { FitContext } from 'daybook/plugin'

const SHARES = [
  ['median', 0.5],
  ['90 %', 0.9],
  ['95 %', 0.95],
  ['99 %', 0.99],
  ['largest', 1],
] as const

/** Shows how the scores of the training rows lie, and how many are above the threshold. */
export function scoresTable(
  ctx: FitContext,
  scores: Float64Array,
  rows: Uint32Array,
  weight: Float32Array | undefined,
  threshold: number,
): void {
  const weightOf = (row: number): number => weight?.[row] ?? 1
  const byScore = rows.toSorted((a, b) => (scores[a] as number) - (scores[b] as number) || a - b)
  const total = rows.reduce((sum, row) => sum + weightOf(row), 0)
  let reached = 0
  let at = 0
  const quantiles = SHARES.map(([name, share]) => {
    while (at + 1 < byScore.length && reached + weightOf(byScore[at] as number) < share * total) {
      reached += weightOf(byScore[at] as number)
      at += 1
    }
    return [name, scores[byScore[at] as number] as number]
  })
  const above = rows.reduce((sum, row) => sum + ((scores[row] as number) > threshold ? weightOf(row) : 0), 0)
  ctx.table({
    title: 'Anomaly scores of the training rows',
    columns: ['measure', 'value'],
    rows: [...quantiles, ['threshold', threshold], ['share above it', above / total]],
    note: '0.5: as easily told apart from the others as rows are on average. Near 1: alone after very few splits.',
  })
}

/** Says that there is nothing by which a row could be strange. */
export function warnOfEqualRows(ctx: FitContext): void {
  ctx.warn({
    code: 'ROWS_ARE_ALIKE',
    message: 'The training rows are alike in all features, so every row scores 0.5. Are the right columns features?',
  })
}
