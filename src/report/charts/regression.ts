import type { ShownFigure } from '../../plugin/api.ts'
import type { RegressionResults } from '../../store/evaluation.ts'
import { formatNumber } from '../numbers.ts'
import { guide, quantity, short } from './axes.ts'
import { histogramFigure } from './histogram.ts'

/** Figures of how far predictions of a number are off, and where. */
export function regressionFigures(results: RegressionResults): ShownFigure[] {
  return [predictedAgainstActual(results), residuals(results)].filter((figure) => figure !== undefined)
}

function residuals({ residuals, residualMean, residualSd }: RegressionResults): ShownFigure {
  return histogramFigure(residuals, {
    title: 'Residuals',
    description: `Actual minus predicted value: mean ${formatNumber(residualMean)}, standard deviation ${formatNumber(residualSd)}.`,
    x: 'Actual - predicted',
  })
}

function predictedAgainstActual({ predicted: groups }: RegressionResults): ShownFigure | undefined {
  if (groups.length === 0) return undefined
  const values = groups.map(({ predicted, actual, low, high, rows }) => ({
    predicted: short(predicted),
    actual: short(actual),
    low: short(low),
    high: short(high),
    rows,
  }))
  const ends = [
    Math.min(...values.map((row) => row.predicted)),
    Math.max(...values.map((row) => row.predicted)),
  ] as const
  const x = quantity('predicted', 'Predicted', { zero: false }, { format: '~s' })
  return {
    title: 'Predicted and actual values',
    description:
      'Mean actual value in groups of equal size by predicted value, with the range that holds four fifths of them; on the diagonal predictions are right on average.',
    spec: {
      width: 300,
      height: 300,
      data: { values },
      layer: [
        guide([ends[0], ends[0]], [ends[1], ends[1]]),
        {
          mark: { type: 'rule', stroke: 'var(--c1)', opacity: 0.45 },
          encoding: { x, y: quantity('low', 'Actual', { zero: false }, { format: '~s' }), y2: { field: 'high' } },
        },
        {
          mark: { type: 'point', size: 36, fill: 'var(--c1)' },
          encoding: { x, y: { field: 'actual', type: 'quantitative' } },
        },
      ],
    },
  }
}
