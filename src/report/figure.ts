import { type Digest, digestJson } from '../base/digest.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { ShownFigure } from '../plugin/api.ts'
import { checkFigure } from '../plugin/figure.ts'
import { type Html, html, trusted } from './html.ts'
import { clip } from './numbers.ts'
import { isDrawing, slimSvg } from './svg.ts'
import { figureTable } from './table.ts'
import { chartTheme } from './theme.ts'

/** Most figures of a report: what follows keeps its table and loses its drawing. */
const mostFigures = 60

/** Characters that one drawing may take. */
const oneDrawing = 150_000

/** Characters of a spec that is still drawn: drawing takes time and memory in proportion. */
const largestSpec = 400_000

/** Part of the keys of kept drawings: bumped when an equal spec is drawn otherwise. */
const drawingFormat = 1

/** Where drawings are kept between reports; what it gives back may be damaged or missing. */
export interface DrawingCache {
  get(key: Digest): Promise<string | undefined>
  put(key: Digest, drawing: string): Promise<void>
}

/** Draws figures for one report, each spec once, within a budget. */
export class FigureDrawer {
  readonly #drawn: Map<string, Promise<string | undefined>>
  readonly #cache: DrawingCache | undefined
  #figures = 0
  #left: number

  /**
   * @param budget characters that all drawings together may take
   * @param cache where drawings of earlier reports are looked up and new ones are kept
   * @param before a drawer whose drawings are taken over, where the same report is set again with less
   */
  constructor(budget: number, cache?: DrawingCache, before?: FigureDrawer) {
    this.#left = budget
    this.#cache = cache
    this.#drawn = before ? before.#drawn : new Map()
  }

  /** A figure with its caption and its data as a table; where it cannot be drawn, it says why and the table stands alone. */
  async draw(figure: ShownFigure): Promise<Html> {
    const drawing = await this.#drawing(figure)
    return html`<figure>
<figcaption>${clip(figure.title, 200)}${figure.description && html`<span>${clip(figure.description, 600)}</span>`}</figcaption>
<div class="chart scroll">${drawing.svg ? trusted(drawing.svg) : html`<p class="muted">This figure is not drawn here: ${drawing.why}.</p>`}</div>
${figureTable(figure)}
</figure>`
  }

  async #drawing(figure: ShownFigure): Promise<{ readonly svg?: string; readonly why?: string }> {
    this.#figures++
    const fault = checkFigure(figure)
    if (fault !== undefined) return { why: fault }
    if (JSON.stringify(figure.spec).length > largestSpec) return { why: 'it holds too much data' }
    if (this.#figures > mostFigures) return { why: 'the report is full' }
    const svg = await this.#svg(figure.spec)
    if (svg === undefined) return { why: 'its specification cannot be drawn' }
    if (svg.length > oneDrawing) return { why: 'it holds too much to be drawn' }
    if (svg.length > this.#left) return { why: 'the report is full' }
    this.#left -= svg.length
    return { svg: label(svg, figure.title) }
  }

  #svg(spec: JsonObject): Promise<string | undefined> {
    const key = digestJson(spec)
    let drawing = this.#drawn.get(key)
    if (drawing === undefined) {
      drawing = this.#kept(spec, `f${this.#drawn.size}`).catch(() => undefined)
      this.#drawn.set(key, drawing)
    }
    return drawing
  }

  /** Drawing takes half a second for Vega to load and some for each figure: what was drawn once is looked up. */
  async #kept(spec: JsonObject, prefix: string): Promise<string> {
    const key = digestJson({ format: drawingFormat, theme: chartTheme as unknown as Json, spec, prefix })
    const kept = await this.#cache?.get(key)
    if (kept !== undefined && isDrawing(kept)) return kept
    const drawing = await drawSvg(spec, prefix)
    await this.#cache?.put(key, drawing).catch(() => {}) // a cache that cannot be written is no reason to fail
    return drawing
  }
}

/** The drawing is one image for who cannot see it: the caption describes it, the table beside it holds the numbers. */
function label(svg: string, title: string): string {
  return svg.replace('<svg ', `<svg role="img" aria-label="${html`${title}`.text}" `)
}

/** Keys whose number says how much Vega makes of nothing, and the most that it may say. */
const amounts = new Set(['maxbins', 'steps', 'tickCount', 'count', 'sample', 'width', 'height', 'size', 'columns'])
const largestAmount = 10_000

/**
 * A spec comes out of a store, whoever wrote it: a few of its numbers can keep Vega busy for ever.
 *
 * @throws Error where it is too deep or asks for more than can be seen
 */
function checkEffort(value: Json | undefined, depth = 0): void {
  if (depth > 40) throw new Error('a spec is not this deep')
  if (typeof value !== 'object' || value === null) return
  const { start = 0, stop, step = 1 } = value as Record<string, unknown>
  if (stop !== undefined && !(Math.abs(Number(stop) - Number(start)) / Math.abs(Number(step)) <= largestAmount)) {
    throw new Error('a sequence is too long')
  }
  for (const [key, inner] of Object.entries(value)) {
    if (amounts.has(key) && typeof inner === 'number' && inner > largestAmount) throw new Error(`${key} is too large`)
    if (key !== 'values') checkEffort(inner, depth + 1)
  }
}

const silent = {
  level: () => silent,
  error: () => silent,
  warn: () => silent,
  info: () => silent,
  debug: () => silent,
}

/**
 * Loads what draws figures and draws one that nobody sees, so that the first of a report does not wait for it: half a second,
 * which a run has to spare while its cells are at work elsewhere.
 */
export async function prepareDrawing(): Promise<void> {
  const axes = { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } } as const
  await drawSvg({ data: { values: [{ x: 0, y: 1 }] }, mark: 'line', encoding: axes }, 'none')
}

/**
 * Draws a Vega-Lite spec as SVG text: no code is made of its expressions, nothing is loaded, nothing is printed. Equal
 * specs give equal text.
 *
 * @param prefix of the ids inside, so that drawings of one page do not take each other's
 * @throws Error where the spec is not one that can be drawn
 */
export async function drawSvg(spec: JsonObject, prefix: string): Promise<string> {
  checkEffort(spec)
  const [vega, vegaLite, { expressionInterpreter }] = await Promise.all([
    import('vega'),
    import('vega-lite'),
    import('vega-interpreter'),
  ])
  const refuse = (): Promise<never> => Promise.reject(new Error('figures load nothing'))
  const compiled = vegaLite.compile(spec as never, { config: chartTheme as never, logger: silent as never })
  const view = new vega.View(vega.parse(compiled.spec, {}, { ast: true }), {
    renderer: 'none',
    expr: expressionInterpreter,
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse, options: {} } as never,
    logger: silent as never,
  })
  try {
    return slimSvg(await view.toSVG(), prefix)
  } finally {
    view.finalize()
  }
}
