import type { JsonObject } from '../../base/json.ts'
import type { CurvePoint } from '../../store/evaluation.ts'
import { dashes, series } from '../theme.ts'

/** A quantitative channel with a title. */
export function quantity(field: string, title: string, scale: JsonObject = {}, axis: JsonObject = {}): JsonObject {
  return { field, type: 'quantitative', title, scale, axis: { tickCount: 5, ...axis } }
}

/** A channel whose values are shares, drawn over the whole of 0 to 1. */
export function share(field: string, title: string): JsonObject {
  return quantity(field, title, { domain: [0, 1], nice: false }, { format: '.1~f', grid: true })
}

/** A line between two points that says what no skill, or no fault, looks like. */
export function guide(from: CurvePoint, to: CurvePoint): JsonObject {
  return {
    data: { values: [from, to].map(([x, y]) => ({ x, y })) },
    mark: { type: 'line', stroke: 'var(--muted)', strokeWidth: 1, strokeDash: [4, 4] },
    encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
  }
}

/** Points of a curve as rows for a spec. */
export function points(name: string, curve: readonly CurvePoint[]): JsonObject[] {
  return curve.map(([x, y]) => ({ series: name, x: short(x), y: short(y) }))
}

/** Curves told apart by colour and dash; one alone needs no legend. */
export function curves(names: readonly string[], x: JsonObject, y: JsonObject, mark: JsonObject = {}): JsonObject {
  const several = names.length > 1
  return {
    mark: { type: 'line', ...mark },
    encoding: {
      x,
      y,
      ...(several && { color: byName(names, series), strokeDash: byName(names, dashes) }),
    },
  }
}

/** A channel that tells series apart, in the order given. */
export function byName(names: readonly string[], range: readonly unknown[]): JsonObject {
  const values = names.map((_, i) => range[i % range.length]) as readonly JsonObject[]
  return { field: 'series', type: 'nominal', sort: names, scale: { domain: names, range: values } }
}

/** A number with five significant digits: as fine as a drawing shows, and short in the page. */
export function short(value: number): number {
  return Number(value.toPrecision(5))
}
