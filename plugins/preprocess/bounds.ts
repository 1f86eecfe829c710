import { fail } from 'daybook/plugin'

/**
 * Two params that are the ends of a range stand in order. Called from `output`, so that the page's check says it.
 *
 * @throws DaybookError PARAM_CONFLICT
 */
export function checkBounds(low: Readonly<Record<string, number>>, high: Readonly<Record<string, number>>): void {
  const [[lowName, lowest]] = Object.entries(low) as [[string, number]]
  const [[highName, highest]] = Object.entries(high) as [[string, number]]
  if (lowest < highest) return
  throw fail('PARAM_CONFLICT', {
    param: highName,
    value: highest,
    expected: `more than \`${lowName}\`, which is ${lowest}`,
  })
}
