import type { JsonObject } from '../../base/json.ts'
import type { ShownFigure } from '../../plugin/api.ts'
import type { ClassCurves, ClassResults, Decile } from '../../store/evaluation.ts'
import { formatMetric, formatNumber, formatShare } from '../numbers.ts'
import { curves, guide, points, quantity, share, short } from './axes.ts'
import { histogramFigure } from './histogram.ts'

const square = { width: 300, height: 300 }

/** Figures of how well classes are told apart and how far probabilities can be trusted. */
export function classFigures(results: ClassResults): ShownFigure[] {
  const figures = [roc(results.curves), precisionRecall(results.curves), calibration(results.curves)]
  const [only] = results.curves
  if (results.curves.length === 1 && only) figures.push(kolmogorovSmirnov(only))
  if (results.scores) {
    figures.push(
      histogramFigure(results.scores, {
        title: 'Scores by actual class',
        description: 'How the scores of the test rows lie, class by class.',
        x: 'Score of the positive class',
      }),
    )
  }
  if (results.deciles.length > 0) figures.push(lift(results.deciles))
  return figures.filter((figure) => figure !== undefined)
}

function roc(all: readonly ClassCurves[]): ShownFigure | undefined {
  const drawn = all.flatMap((one) => (one.roc ? [{ name: one.class, ...one.roc }] : []))
  if (drawn.length === 0) return undefined
  const areas = drawn.map(({ name, area }) => `${drawn.length > 1 ? `${name} ` : ''}${formatMetric(area)}`).join(', ')
  return {
    title: 'ROC',
    description: `Share of the class that is found against share of the others that is taken for it. Area under the curve: ${areas}.`,
    spec: layers(
      drawn.flatMap(({ name, points: curve }) => points(name, curve)),
      [
        guide([0, 0], [1, 1]),
        curves(names(drawn), share('x', 'False positive rate'), share('y', 'True positive rate')),
      ],
    ),
  }
}

function precisionRecall(all: readonly ClassCurves[]): ShownFigure | undefined {
  const drawn = all.flatMap((one) => (one.pr ? [{ name: one.class, ...one.pr }] : []))
  const [first] = drawn
  if (first === undefined) return undefined
  const averages = drawn
    .map(({ name, average }) => `${drawn.length > 1 ? `${name} ` : ''}${formatMetric(average)}`)
    .join(', ')
  return {
    title: 'Precision and recall',
    description: `Share of the rows taken for the class that are of it, against the share of it that is found. Average precision: ${averages}.`,
    spec: layers(
      drawn.flatMap(({ name, points: curve }) => points(name, curve)),
      [
        ...(drawn.length === 1 ? [guide([0, first.rate], [1, first.rate])] : []),
        curves(names(drawn), share('x', 'Recall'), share('y', 'Precision'), { interpolate: 'step-before' }),
      ],
    ),
  }
}

function calibration(all: readonly ClassCurves[]): ShownFigure | undefined {
  const drawn = all.flatMap((one) => (one.calibration ? [{ name: one.class, ...one.calibration }] : []))
  if (drawn.length === 0) return undefined
  const values = drawn.flatMap(({ name, bins }) =>
    bins.map((bin) => ({ series: name, x: short(bin.predicted), y: short(bin.observed), rows: bin.rows })),
  )
  const errors = drawn.map(({ name, error, brier }) =>
    drawn.length > 1 ? `${name} ${formatMetric(error)}` : `${formatMetric(error)}, Brier score ${formatMetric(brier)}`,
  )
  return {
    title: 'Calibration',
    description: `What was observed against what was predicted, in ten bins; on the diagonal a probability means what it says. Calibration error: ${errors.join(', ')}.`,
    spec: layers(values, [
      guide([0, 0], [1, 1]),
      curves(names(drawn), share('x', 'Mean predicted probability'), share('y', 'Observed share'), {
        point: { size: 36, ...(drawn.length === 1 && { fill: 'var(--c1)' }) },
      }),
    ]),
  }
}

function kolmogorovSmirnov(one: ClassCurves): ShownFigure | undefined {
  const { ks } = one
  if (ks === null) return undefined
  const other = `not ${one.class}`
  const at = (curve: readonly (readonly [number, number])[]): number =>
    curve.findLast(([score]) => score <= ks.at)?.[1] ?? 0
  const gap = [{ x: short(ks.at), y: short(at(ks.others)), y2: short(at(ks.class)) }]
  return {
    title: 'Kolmogorov-Smirnov',
    description: `Shares of both classes at or below each score. They are furthest apart, by ${formatMetric(ks.distance)}, at score ${formatMetric(ks.at)}.`,
    spec: layers(
      [...points(one.class, ks.class), ...points(other, ks.others)],
      [
        curves([one.class, other], quantity('x', 'Score', { nice: false }), share('y', 'Share of rows'), {
          interpolate: 'step-after',
        }),
        {
          data: { values: gap },
          mark: { type: 'rule', stroke: 'var(--muted)', strokeDash: [4, 4] },
          encoding: {
            x: { field: 'x', type: 'quantitative' },
            y: { field: 'y', type: 'quantitative' },
            y2: { field: 'y2' },
          },
        },
      ],
    ),
  }
}

function lift(deciles: readonly Decile[]): ShownFigure {
  const [top] = deciles
  return {
    title: 'Lift by tenth of the rows',
    description: `How much more often the class comes in each tenth of the rows, from the highest scores to the lowest, than among all.${top ? ` The first tenth: ${formatNumber(top.lift)} times, holding ${formatShare(top.captured)} of the class.` : ''}`,
    spec: {
      ...square,
      data: { values: deciles.map((decile) => ({ tenth: decile.decile, lift: short(decile.lift) })) },
      layer: [
        {
          mark: { type: 'bar', width: { band: 0.75 } },
          encoding: {
            x: { field: 'tenth', type: 'ordinal', title: 'Tenth, highest scores first' },
            y: quantity('lift', 'Lift'),
          },
        },
        { mark: { type: 'rule', stroke: 'var(--muted)', strokeDash: [4, 4] }, encoding: { y: { datum: 1 } } },
      ],
    },
  }
}

function names(drawn: readonly { readonly name: string }[]): string[] {
  return drawn.map(({ name }) => name)
}

function layers(values: readonly JsonObject[], layer: readonly JsonObject[]): JsonObject {
  return { ...square, data: { values }, layer }
}
