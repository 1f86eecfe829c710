import type { FitContext } from 'daybook/plugin'
import type { RankedScores } from './ranked.ts'

const SHARES = [
  ['median', 0.5],
  ['90 %', 0.9],
  ['95 %', 0.95],
  ['99 %', 0.99],
  ['largest', 1],
] as const

/** Shows how the scores of the training rows lie, and how many are above the threshold. */
export function scoresTable(ctx: FitContext, scores: RankedScores, threshold: number): void {
  const quantiles = SHARES.map(([name, share]) => [name, scores.quantile(share)])
  ctx.table({
    title: 'Anomaly scores of the training rows',
    columns: ['measure', 'value'],
    rows: [...quantiles, ['threshold', threshold], ['share above it', scores.shareAbove(threshold)]],
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
