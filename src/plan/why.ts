import { canonicalJson } from '../base/canonical.ts'
import type { Json, JsonObject } from '../base/json.ts'

/** Says in a few words what differs between a cell's key parts then and now: `param with.number changed: median -> mean`. */
export function whyStale(before: JsonObject | undefined, now: JsonObject): string {
  if (before === undefined) return 'never ran'
  const changes = Object.keys({ ...before, ...now })
    .sort()
    .flatMap((part) => changeOf(part, before[part], now[part]))
  if (changes.length === 0) return 'its output is gone from the store'
  return changes.slice(0, 3).join('; ') + (changes.length > 3 ? `; and ${changes.length - 3} more` : '')
}

function changeOf(part: string, before: Json | undefined, now: Json | undefined): string[] {
  if (same(before, now)) return []
  switch (part) {
    case 'params':
    case 'split':
    case 'target':
    case 'columns':
    case 'algorithm':
    case 'optimizer':
      return leaves(part === 'params' ? 'with' : part, before, now)
    case 'inputs':
      return inputsThatDiffer(keysThatDiffer(before, now).map((name) => `\`${name.replace(/^(state|frame):/, '')}\``))
    case 'files':
      return keysThatDiffer(before, now).map((name) => `the file of \`with.${name}\` changed`)
    case 'preprocess':
      return cellsThatDiffer(before, now).flatMap(([cell, was, is]) => leaves(`preprocess.${cell}`, was, is))
    case 'plugin':
      return [`plugin changed: ${show(before)} -> ${show(now)}`]
    case 'code':
      return ['the code of the plugin changed']
    case 'seed':
      return [`seed changed: ${show(before)} -> ${show(now)}`]
    default:
      return [`${part} changed`]
  }
}

function inputsThatDiffer(names: readonly string[]): string[] {
  if (names.length < 2) return names.map((name) => `input ${name} changed`)
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return [`inputs ${names.slice(0, 3).join(', ')}${more} changed`]
}

function leaves(path: string, before: Json | undefined, now: Json | undefined): string[] {
  if (same(before, now)) return []
  if (isObject(before) && isObject(now)) {
    return keysThatDiffer(before, now).flatMap((key) => leaves(`${path}.${key}`, before[key], now[key]))
  }
  return [`\`${path}\` changed: ${show(before)} -> ${show(now)}`]
}

function keysThatDiffer(before: Json | undefined, now: Json | undefined): string[] {
  const [a, b] = [isObject(before) ? before : {}, isObject(now) ? now : {}]
  return Object.keys({ ...a, ...b }).filter((key) => !same(a[key], b[key]))
}

/** Cells of two lists that differ, by id. */
function cellsThatDiffer(
  before: Json | undefined,
  now: Json | undefined,
): [string, Json | undefined, Json | undefined][] {
  const [a, b] = [byCell(before), byCell(now)]
  return keysThatDiffer(a, b).map((cell) => [cell, a[cell], b[cell]])
}

function byCell(list: Json | undefined): JsonObject {
  const cells = Array.isArray(list) ? (list as readonly JsonObject[]) : []
  return Object.fromEntries(cells.map((cell) => [String(cell.cell), cell]))
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null) // keys of stored parts are sorted, those of new ones are not
}

function show(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing'
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}
