import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { guardText } from '../spec/guard-depth.ts'

type Path = readonly (string | number)[]

/** Text of a page that is looked into; a longer one is shown as it is, at the end of the report. */
const longestPage = 1024 * 1024

/** A page's text, for showing it in parts: each cell with its own lines and its own note. */
export class PageText {
  readonly #lines: readonly string[]
  readonly #root: Node | null
  readonly #counter = new LineCounter()

  constructor(text: string) {
    this.#lines = text.replace(/\r\n?/g, '\n').split('\n')
    this.#root = isSafe(text) ? parse(this.#lines.join('\n'), this.#counter) : null
  }

  /** Text that stands at a path, or undefined. */
  text(path: Path): string | undefined {
    const node = this.#node(path)
    return isScalar(node) && (typeof node.value === 'string' || typeof node.value === 'number')
      ? String(node.value)
      : undefined
  }

  /** Number of items of the list at a path; 0 where there is none. */
  length(path: Path): number {
    const node = this.#node(path)
    return isSeq(node) ? node.items.length : 0
  }

  /**
   * The lines of what stands at a path, its key included, moved to the left margin. Pairs of the keys in `without` are left
   * out where they stand on lines of their own.
   */
  excerpt(path: Path, without: readonly string[] = []): string | undefined {
    const place = this.#place(path)
    if (place === undefined) return undefined
    const left = new Set<number>()
    if (isMap(place.node))
      for (const name of without) for (const line of this.#linesOf(place.node, name)) left.add(line)
    const lines = this.#lines.slice(place.from - 1, place.to).filter((_, i) => !left.has(place.from + i))
    while (lines.length > 0 && /^\s*(?:#.*)?$/.test(lines.at(-1) as string)) lines.pop()
    const margin = Math.min(
      ...lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0),
    )
    return lines.map((line) => line.slice(margin)).join('\n')
  }

  #node(path: Path): Node | undefined {
    let node: unknown = this.#root
    for (const step of path) {
      if (isMap(node)) node = pairOf(node, String(step))?.value
      else if (isSeq(node) && typeof step === 'number') node = node.items[step]
      else return undefined
    }
    return (node as Node | null | undefined) ?? undefined
  }

  /** First and last line (1-based) of a pair or an item. */
  #place(path: Path): { node: Node; from: number; to: number } | undefined {
    const node = this.#node(path)
    const parent = this.#node(path.slice(0, -1))
    const start = isMap(parent)
      ? (pairOf(parent, String(path.at(-1)))?.key as Node | undefined)?.range?.[0]
      : node?.range?.[0]
    if (node?.range == null || start === undefined) return undefined
    return { node, ...this.#span(start, node.range[1]) }
  }

  #span(start: number, end: number): { from: number; to: number } {
    const from = this.#counter.linePos(start).line
    const last = this.#counter.linePos(Math.max(start, end))
    return { from, to: last.col === 1 && last.line > from ? last.line - 1 : last.line }
  }

  /** Lines of a pair of a map, none where it shares them with its map's other pairs. */
  #linesOf(map: YAMLMap, name: string): number[] {
    const pair = pairOf(map, name)
    const start = (pair?.key as Node | undefined)?.range?.[0]
    const end = (pair?.value as Node | null | undefined)?.range?.[1]
    if (start === undefined || end === undefined || map.flow) return []
    const { from, to } = this.#span(start, end)
    if ((this.#lines[from - 1] as string).slice(0, this.#counter.linePos(start).col - 1).trim() !== '') return []
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  }
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === name)
}

function parse(text: string, lineCounter: LineCounter): Node | null {
  const document = parseDocument(text, { version: '1.2', schema: 'core', lineCounter, logLevel: 'silent' })
  return document.errors.length > 0 ? null : document.contents
}

/** A record can come from anywhere: its page is guarded as one from a file is. */
function isSafe(text: string): boolean {
  if (text.length > longestPage) return false
  try {
    guardText(text, () => ({ file: '', line: 1, col: 1, endCol: 1 }))
    return true
  } catch {
    return false
  }
}
