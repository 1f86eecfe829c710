import type { Feature } from 'daybook/frame'
import type { FitContext } from 'daybook/plugin'
import type { CurvePoint } from './boost.ts'
import { type BoostedTrees, splitCounts } from './model.ts'

const FEATURES_SHOWN = 50

/** Shows both measures of importance, the features of most gain first. */
export function importanceTable(ctx: FitContext, model: BoostedTrees, features: readonly Feature[]): void {
  const splits = splitCounts(model)
  const used = features.flatMap(({ name }, f) => ((splits[f] as number) > 0 ? [{ name, f }] : []))
  used.sort((a, b) => (model.gain[b.f] as number) - (model.gain[a.f] as number) || a.f - b.f)
  const total = model.gain.reduce((sum, gain) => sum + gain, 0)
  const unused = features.length - used.length
  const more = used.length > FEATURES_SHOWN ? `${used.length - FEATURES_SHOWN} more are used. ` : ''
  ctx.table({
    title: 'Splits by feature',
    columns: ['feature', 'share of gain', 'splits'],
    rows: used
      .slice(0, FEATURES_SHOWN)
      .map(({ name, f }) => [name, (model.gain[f] as number) / total, splits[f] as number]),
    note: `${more}${unused} of ${features.length} features are not used.`,
  })
}

/** Shows how the loss, named `name`, fell round by round. */
export function learningCurve(ctx: FitContext, curve: readonly CurvePoint[], name: string, rounds: number): void {
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
