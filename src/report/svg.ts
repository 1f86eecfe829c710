/** True for SVG of text and shapes: nothing that runs, loads or leads elsewhere. */
export function isDrawing(svg: string): boolean {
  const active = /<(?:script|image|a|foreignObject|iframe|style|use|animate|set)\b|\son[a-z]+\s*=|javascript:/i
  return svg.startsWith('<svg ') && !active.test(svg)
}

const geometry = / (d|transform|x|y|x1|x2|y1|y2|cx|cy|r|width|height|points)="([^"]*)"/g

/**
 * Makes Vega's SVG small and fit for standing inside a page: no styles or roles of its own, ids under a prefix, lengths to
 * a tenth of a pixel, empty shapes gone.
 *
 * @throws Error where it holds an element that a drawing has no need of
 */
export function slimSvg(svg: string, prefix: string): string {
  if (!isDrawing(svg)) throw new Error('a figure holds text, shapes and nothing else')
  const slim = svg
    .replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd') // a label can be anybody's; HTML cannot hold these
    .replace(/ (?:aria-[a-z]+|role|style|class|version|xmlns:xlink|pointer-events)="[^"]*"/g, '')
    .replace(/ (?:opacity|fill-opacity|stroke-opacity|stroke-width)="1"/g, '')
    .replace(/<path(?: d="(?:M0,0h0v0h0Z)?"| display="none")+\/>/g, '')
    .replace(
      geometry,
      (_, name: string, value: string) => ` ${name}="${value.replace(/-?\d+\.\d+(?:e-?\d+)?/g, shorten)}"`,
    )
    .replace(/ transform="translate\(0,0\)"/g, '')
  return prefixIds(slim, prefix)
}

function shorten(digits: string): string {
  const short = Number(digits).toFixed(1)
  return short.endsWith('.0') ? String(Number(short)) : short
}

/** Ids by order of appearance: Vega counts them over the life of the process. */
function prefixIds(svg: string, prefix: string): string {
  const names = new Map<string, string>()
  for (const [, id] of svg.matchAll(/ id="([^"]*)"/g)) {
    if (!names.has(id as string)) names.set(id as string, `${prefix}-${names.size}`)
  }
  return svg
    .replace(/ id="([^"]*)"/g, (_, id: string) => ` id="${names.get(id)}"`)
    .replace(/="url\(#([^)"]*)\)"/g, (_, id: string) => `="url(#${names.get(id) ?? prefix})"`)
}
