import type { Feature } from 'daybook/frame'
import type { FitContext } from 'daybook/plugin'
import { type LinearModel, standardizedSizes } from './model.ts'

const SHOWN = 50

/** Shows the coefficients, the most weighty first: as a table and, where there is one output, as a figure. */
export function showCoefficients(
  ctx: FitContext,
  features: readonly Feature[],
  model: LinearModel,
  outputs: readonly string[],
): void {
  const { coefficients, intercepts, deviations } = model
  const sizes = standardizedSizes(model)
  const order = features.map((_, f) => f).toSorted((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b)
  const shown = order.slice(0, SHOWN)
  const count = outputs.length
  const single = count === 1
  ctx.table({
    title: 'Coefficients',
    columns: ['feature', ...(single ? ['coefficient'] : outputs), 'times standard deviation'],
    rows: [
      ['(intercept)', ...Array.from(intercepts), null],
      ...shown.map((f) => [
        features[f]?.name ?? '',
        ...Array.from(coefficients.subarray(f * count, (f + 1) * count)),
        single ? (coefficients[f] as number) * (deviations[f] as number) : (sizes[f] as number),
      ]),
    ],
    ...(order.length > SHOWN ? { note: `The ${SHOWN} weightiest of ${order.length} features.` } : {}),
  })
  if (!single) return
  const values = shown.slice(0, 20).map((f) => ({
    feature: features[f]?.name ?? '',
    effect: (coefficients[f] as number) * (deviations[f] as number),
  }))
  ctx.figure({
    title: 'Coefficients',
    description: 'Change of the prediction when a feature rises by one standard deviation, the largest changes first.',
    spec: {
      data: { values },
      mark: { type: 'bar', tooltip: true },
      encoding: {
        y: { field: 'feature', type: 'nominal', sort: null, title: null },
        x: { field: 'effect', type: 'quantitative', title: 'coefficient times standard deviation' },
      },
    },
  })
}
