import type { Json, JsonObject } from '../base/json.ts'
import { type KeyChange, keyChanges } from './key-changes.ts'

/** Says in a few words what differs between a cell's key parts then and now: `with.number` changed: median -> mean. */
export function whyStale(before: JsonObject | undefined, now: JsonObject): string {
  if (before === undefined) return 'never ran'
  const changes = keyChanges(before, now)
  return changes.length === 0 ? 'its output is gone from the store' : sayChanges(changes)
}

/** Changes in a few words: the first three, and one for all inputs. */
export function sayChanges(changes: readonly KeyChange[]): string {
  const inputs = changes.filter(({ part }) => part.startsWith('input ')).map(({ part }) => `\`${part.slice(6)}\``)
  const own = changes.filter(({ part }) => !part.startsWith('input ')).map(sayChange)
  const all = [...own, ...sayInputs(inputs)]
  return all.slice(0, 3).join('; ') + (all.length > 3 ? `; and ${all.length - 3} more` : '')
}

function sayChange({ part, before, now }: KeyChange): string {
  if (part === 'code') return 'the code of the plugin changed'
  if (part.endsWith('.code')) return `the code of \`${part.slice(0, -'.code'.length)}\` changed`
  if (part.startsWith('file ')) return `the file of \`with.${part.slice(5)}\` changed`
  const name = part === 'plugin' || part === 'seed' ? part : `\`${part}\``
  return `${name} changed: ${show(before)} -> ${show(now)}`
}

function sayInputs(names: readonly string[]): string[] {
  if (names.length < 2) return names.map((name) => `input ${name} changed`)
  const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return [`inputs ${names.slice(0, 3).join(', ')}${more} changed`]
}

function show(value: Json): string {
  if (value === null) return 'nothing'
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}
