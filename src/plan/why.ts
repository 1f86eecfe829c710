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
      return leaves(part === 'params' ? 'with' : part, before, now)
    case 'inputs':
      return keysThatDiffer(before, now).map((name) => `input \`${name.replace(/^(state|frame):/, '')}\` changed`)
    case 'files':
      return keysThatDiffer(before, now).map((name) => `the file of \`with.${name}\` changed`)
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

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function show(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing'
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}
