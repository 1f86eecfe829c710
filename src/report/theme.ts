import type { JsonObject } from '../base/json.ts'

const ink = 'currentColor'
const muted = 'var(--muted)'
const line = 'var(--line)'

/** Colours of series, as CSS variables: the style sheet gives them a value for light, dark and print. */
export const series = [
  'var(--c1)',
  'var(--c2)',
  'var(--c3)',
  'var(--c4)',
  'var(--c5)',
  'var(--c6)',
  'var(--c7)',
  'var(--c8)',
]

/** Dashes that tell series apart without colour. */
export const dashes: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
]

/** Vega-Lite config of every figure: the page's own colours and fonts, quiet axes, nothing painted behind. */
export const chartTheme: JsonObject = {
  background: null,
  padding: 4,
  font: 'system-ui, sans-serif',
  view: {
    stroke: null,
    continuousWidth: 420,
    continuousHeight: 240,
    discreteWidth: { step: 28 },
    discreteHeight: { step: 22 },
  },
  range: { category: series, ordinal: series },
  mark: { color: 'var(--c1)' },
  arc: { fill: 'var(--c1)' },
  area: { fill: 'var(--c1)', fillOpacity: 0.25 },
  bar: { fill: 'var(--c1)' },
  line: { stroke: 'var(--c1)', strokeWidth: 2 },
  point: { stroke: 'var(--c1)', filled: true, size: 30 },
  rect: { fill: 'var(--c1)' },
  rule: { stroke: muted },
  text: { fill: ink, fontSize: 11 },
  tick: { fill: 'var(--c1)' },
  axis: {
    domainColor: line,
    gridColor: line,
    gridOpacity: 0.7,
    tickColor: line,
    labelColor: muted,
    labelFontSize: 11,
    labelLimit: 180,
    labelPadding: 5,
    titleColor: ink,
    titleFontSize: 11.5,
    titleFontWeight: 500,
    titlePadding: 8,
  },
  axisX: { grid: false, labelAngle: 0, labelOverlap: true },
  axisBand: { grid: false },
  header: { labelColor: ink, titleColor: ink },
  legend: {
    orient: 'top',
    title: null,
    labelColor: ink,
    labelFontSize: 11.5,
    labelLimit: 240,
    symbolStrokeWidth: 2,
    symbolSize: 90,
  },
  title: { color: ink, fontSize: 12.5, fontWeight: 600, anchor: 'start' },
}
