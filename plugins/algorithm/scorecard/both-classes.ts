import { fail } from 'daybook/plugin'

/**
 * Odds and weights of evidence need rows of both classes.
 *
 * @throws DaybookError FIT_NO_ROWS where no row has any weight, FIT_ONE_CLASS where those of one class alone have
 */
export function expectBothClasses(
  y: ArrayLike<number>,
  weight: Float32Array | undefined,
  classes: readonly string[],
): void {
  const seen = [false, false]
  for (let row = 0; row < y.length; row++) if ((weight?.[row] ?? 1) > 0) seen[y[row] as number] = true
  if (seen[0] && seen[1]) return
  if (seen[0] || seen[1]) throw fail('FIT_ONE_CLASS', { class: classes[seen[0] ? 0 : 1] ?? '' })
  throw fail('FIT_NO_ROWS', { reason: y.length === 0 ? 'the training part is empty' : 'all weights are 0' })
}
