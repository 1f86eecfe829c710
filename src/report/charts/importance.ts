import type { ShownFigure } from '../../plugin/api.ts'
import { clip } from '../numbers.ts'
import { quantity, short } from './axes.ts'

/** Features that are drawn; the table beside holds more. */
const most = 20

/** The features that the model leans on most, by the measure that its algorithm names. */
export function importanceFigure(
  measure: string,
  features: readonly { readonly name: string; readonly value: number }[],
): ShownFigure {
  const values = features
    .slice(0, most)
    .map(({ name, value }) => ({ feature: clip(name, 40), importance: short(value) }))
  return {
    title: 'Importance of features',
    description: `The features that the model leans on most, by ${measure}: ${values
      .slice(0, 3)
      .map(({ feature }) => feature)
      .join(', ')} first.`,
    spec: {
      width: 420,
      data: { values },
      mark: { type: 'bar', height: { band: 0.7 } },
      encoding: {
        y: { field: 'feature', type: 'nominal', sort: null, title: null, axis: { ticks: false, domain: false } },
        x: { ...quantity('importance', measure), axis: { tickCount: 5, grid: true } },
      },
    },
  }
}
