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
