import type { Feature } from 'daybook/frame'
import type { FitContext, Task } from 'daybook/plugin'
import type { CurvePoint } from './boost.ts'

/** Shows how the loss fell, round by round. */
export function learningCurve(ctx: FitContext, curve: readonly CurvePoint[], task: Task, rounds: number): void {
  const name = task === 'regression' ? 'root mean squared error' : 'log-loss'
  const parts = curve.some(({ part }) => part === 'validation') ? 'training and validation rows' : 'training rows'
  ctx.figure({
    title: 'Learning curve',
    description: `The ${name} of ${parts} by the number of trees; the model keeps ${rounds} rounds.`,
    spec: {
      data: { values: thin(curve).map(({ trees, part, loss }) => ({ trees, part, loss })) },
      mark: { type: 'line', tooltip: true },
      encoding: {
        x: { field: 'trees', type: 'quantitative', title: 'rounds' },
        y: { field: 'loss', type: 'quantitative', title: name, scale: { zero: false } },
        color: { field: 'part', type: 'nominal', title: null },
      },
    },
  })
}

/** Every n-th validation point, so that a long training does not make a large figure. */
function thin(curve: readonly CurvePoint[]): CurvePoint[] {
  const last = curve.reduce((most, { trees }) => Math.max(most, trees), 0)
  const every = Math.ceil(last / 200)
  return curve.filter(({ trees }) => trees % every === 0 || trees === last || trees === 1)
}

/** Shows the features of the largest gain. */
export function importanceTable(ctx: FitContext, features: readonly Feature[], gain: Float64Array): void {
  const total = gain.reduce((sum, value) => sum + value, 0)
  const rows = features
    .map(({ name }, f) => ({ name, share: total > 0 ? (gain[f] as number) / total : 0, f }))
    .toSorted((a, b) => b.share - a.share || a.f - b.f)
    .slice(0, 20)
    .map(({ name, share }) => [name, share])
  ctx.table({
    title: 'Importance',
    columns: ['feature', 'share of gain'],
    rows,
    note: 'Gain: how much the splits on a feature lowered the objective, summed over all trees.',
  })
}
