import type { ShownFigure } from '../../plugin/api.ts'
import type { Histogram } from '../../store/evaluation.ts'
import { series } from '../theme.ts'
import { byName, quantity, short } from './axes.ts'

interface HistogramTexts {
  readonly title: string
  readonly description: string
  /** Title of the x axis. */
  readonly x: string
}

/** A histogram of counted bins; several series as shares of their own rows, so that unequal ones can be compared. */
export function histogramFigure(
  { edges, counts, series: names }: Histogram,
  { title, description, x }: HistogramTexts,
): ShownFigure {
  const several = names.length > 1
  const values = names.flatMap((name, i) => {
    const own = counts[i] ?? []
    const all = own.reduce((sum, count) => sum + count, 0) || 1
    return own.map((count, bin) => ({
      series: name,
      from: short(edges[bin] as number),
      to: short(edges[bin + 1] as number),
      y: several ? short(count / all) : count,
    }))
  })
  return {
    title,
    description,
    spec: {
      width: 300,
      height: 300,
      data: { values },
      mark: { type: 'bar', binSpacing: 1, ...(several && { fillOpacity: 0.55 }) },
      encoding: {
        x: { ...quantity('from', x, { nice: false, zero: false }), bin: { binned: true } },
        x2: { field: 'to' },
        y: { ...quantity('y', several ? 'Share of the rows of the class' : 'Rows'), stack: null },
        ...(several && { color: byName(names, series) }),
      },
    },
  }
}
