import type { Place } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { PageSource, SpecPath } from './pipeline.ts'

/** Where one value of a page stands: offsets into the text, or a place outside of it (`--set`). */
export type Mark = readonly [start: number, end: number] | Place

/** The marks of a value, of its key, and of what it holds. */
export interface Spot {
  readonly key?: Mark
  readonly value: Mark
  readonly children: Map<string | number, Spot>
}

/** A page that was parsed: its values, and where each of them stands. Nothing is checked yet. */
export interface Page extends PageSource {
  readonly root: JsonObject
  readonly spot: Spot
}

export interface PageParts {
  readonly file: string
  readonly folder: string
  readonly text: string
  readonly root: JsonObject
  readonly spot: Spot
}

export function makePage(parts: PageParts): Page {
  const toPlace = placesIn(parts.file, parts.text)
  return { ...parts, place: (path, part = 'value') => placeOf(parts.spot, path, part, toPlace) }
}

/** Offsets of a text to places: line, column and the line's text. */
export function placesIn(file: string, text: string): (mark: Mark) => Place {
  let starts: number[] | undefined
  return (mark) => {
    if (!isRange(mark)) return mark
    starts ??= lineStarts(text)
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= mark[0]) low = middle
      else high = middle - 1
    }
    const start = starts[low] as number
    const next = starts[low + 1] ?? text.length + 1
    const line = text.slice(start, next - 1).replace(/\r$/, '')
    const col = mark[0] - start + 1
    const end = Math.min(mark[1], start + line.trimEnd().length)
    return { file, line: low + 1, col, endCol: Math.max(end - start + 1, col + 1), text: line }
  }
}

function placeOf(root: Spot, path: SpecPath, part: 'key' | 'value', toPlace: (mark: Mark) => Place): Place {
  let spot = root
  for (const step of path) {
    const next = spot.children.get(step)
    if (next === undefined) return toPlace(standIn(spot))
    spot = next
  }
  return toPlace(part === 'key' ? (spot.key ?? spot.value) : spot.value)
}

/** What to point at where something is missing in a value: its key; itself, where it is short for more or has no key. */
function standIn({ key, value, children }: Spot): Mark {
  if (children.size === 0) return value
  if (key !== undefined) return key
  const [first] = children.values()
  return first?.key ?? value
}

/** The value at a path, or undefined. */
export function valueAt(root: Json | undefined, path: SpecPath): Json | undefined {
  let value: Json | undefined = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Readonly<Record<string | number, Json>>)[step]
  }
  return value
}

/** The value where it is a map, else an empty map: what a broken page says there is told elsewhere. */
export function mapOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

function isRange(mark: Mark): mark is readonly [number, number] {
  return Array.isArray(mark)
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
