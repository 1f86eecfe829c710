import type { FitContext } from 'daybook/plugin'

/** Most components and columns that are shown. */
const SHOWN = 50
/** Components whose loadings are shown. */
const WIDE = 8

/** Shows how much each component explains, and of what the first ones are made. */
export function showComponents(
  ctx: FitContext,
  columns: readonly string[],
  names: readonly string[],
  variances: Float64Array,
  loadings: Float64Array,
): void {
  const total = variances.reduce((sum, variance) => sum + variance, 0)
  let sum = 0
  const explained = Array.from(variances.subarray(0, SHOWN), (variance, i) => {
    const share = total > 0 ? variance / total : 0
    sum += share
    return { component: i + 1, name: names[i] ?? '', variance, share, together: sum }
  })
  ctx.table({
    title: 'Explained variance',
    columns: ['component', 'column', 'variance', 'share', 'together'],
    rows: explained.map(({ component, name, variance, share, together }) => [
      component,
      name,
      variance,
      share,
      together,
    ]),
    ...(variances.length > SHOWN && { note: `The first ${SHOWN} of ${variances.length} components.` }),
  })
  const shown = names.slice(0, WIDE)
  ctx.table({
    title: 'Loadings',
    columns: ['column', ...shown],
    rows: columns
      .slice(0, SHOWN)
      .map((name, j) => [name, ...shown.map((_, i) => loadings[i * columns.length + j] as number)]),
    ...((columns.length > SHOWN || names.length > WIDE) && {
      note: `${Math.min(columns.length, SHOWN)} of ${columns.length} columns, ${shown.length} of ${names.length} components.`,
    }),
  })
  const x = { field: 'component', type: 'ordinal', title: 'component', axis: { labelAngle: 0 } }
  ctx.figure({
    title: 'Explained variance',
    description: 'The share of the variance that each component explains, and all up to it together.',
    spec: {
      data: {
        values: explained.map(({ component, share, together, name }) => ({
          component,
          share,
          together,
          kept: name === '' ? 'left out' : 'kept',
        })),
      },
      layer: [
        {
          mark: { type: 'bar', tooltip: true },
          encoding: {
            x,
            y: { field: 'share', type: 'quantitative', title: 'share of the variance', axis: { format: '%' } },
            color: { field: 'kept', type: 'nominal', title: null },
          },
        },
        {
          mark: { type: 'line', point: true, tooltip: true },
          encoding: { x, y: { field: 'together', type: 'quantitative', axis: { format: '%' } } },
        },
      ],
    },
  })
}
