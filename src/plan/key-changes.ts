import { canonicalJson } from '../base/canonical.ts'
import type { Json, JsonObject } from '../base/json.ts'

/** One part of a cell's key that is not what it was. */
export interface KeyChange {
  /** Where the page says it: `with.trees`, `data.split.test`; `plugin`, `code`, `file path`, `input clip` for what it does not. */
  readonly part: string
  /** Null where there was none. Of files, code and inputs: digests. */
  readonly before: Json
  readonly now: Json
}

/** How a page writes what keys hold by other names. */
const pageWords: Readonly<Record<string, string>> = {
  params: 'with',
  split: 'data.split',
  columns: 'data.columns',
  target: 'data.target',
  rowKey: 'data.key',
  folds: 'evaluate.folds',
  resamples: 'evaluate.resamples',
  metrics: 'evaluate.metrics',
  selector: 'columns',
  tasks: 'algorithm',
}

/** What differs between a cell's key parts then and now, down to the param; what it takes from other cells comes last. */
export function keyChanges(before: JsonObject, now: JsonObject): KeyChange[] {
  const parts = partsOf(before, now).filter((part) => part !== 'inputs')
  return [...parts, 'inputs'].flatMap((part) => changesOf(part, before[part], now[part]))
}

/** Names of the parts of a key or of a use: where the plugin is another, its code and params say no more. */
function partsOf(before: JsonObject, now: JsonObject): string[] {
  const parts = Object.keys({ ...before, ...now }).sort()
  if (nameOf(before.plugin) === nameOf(now.plugin)) return parts
  return ['plugin', ...parts.filter((part) => !['plugin', 'code', 'params'].includes(part))]
}

/** The plugin without its version. */
function nameOf(label: Json | undefined): string {
  return String(label).replace(/@\d+$/, '')
}

function changesOf(part: string, before: Json | undefined, now: Json | undefined): KeyChange[] {
  const path = pageWords[part] ?? part
  switch (part) {
    case 'inputs':
      return named(before, now, (name) => `input ${name.replace(/^(state|frame):/, '')}`)
    case 'files':
      return named(before, now, (name) => `file ${name}`)
    case 'preprocess':
      return usesThatDiffer(path, byName(before, 'cell'), byName(now, 'cell'))
    case 'metrics':
      return usesThatDiffer(path, byName(before, 'plugin'), byName(now, 'plugin'))
    case 'gates':
      return leaves(path, gatesByName(before), gatesByName(now))
    case 'algorithm':
    case 'optimizer':
      return usesThatDiffer('', { [part]: before }, { [part]: now })
    default:
      return leaves(path, before, now)
  }
}

/** Entries of two maps that differ. */
function named(before: Json | undefined, now: Json | undefined, nameOf: (key: string) => string): KeyChange[] {
  const [a, b] = [objectOf(before), objectOf(now)]
  return differing(a, b).map((key) => ({ part: nameOf(key), before: a[key] ?? null, now: b[key] ?? null }))
}

type Uses = Readonly<Record<string, Json | undefined>>

/** Uses of plugins by name: one that came or went is one change, else their parts. */
function usesThatDiffer(path: string, before: Uses, now: Uses): KeyChange[] {
  return differing(before, now).flatMap((name) => {
    const at = path === '' ? name : `${path}.${name}`
    const [was, is] = [before[name], now[name]]
    if (!isObject(was) || !isObject(is)) return [{ part: at, before: labelOf(was), now: labelOf(is) }]
    return partsOf(was, is).flatMap((key) =>
      leaves(key === 'plugin' ? at : `${at}.${pageWords[key] ?? key}`, was[key], is[key]),
    )
  })
}

function labelOf(use: Json | undefined): Json {
  return isObject(use) ? (use.plugin ?? null) : (use ?? null)
}

function leaves(path: string, before: Json | undefined, now: Json | undefined): KeyChange[] {
  if (same(before, now)) return []
  if (isObject(before) && isObject(now))
    return differing(before, now).flatMap((key) => leaves(`${path}.${key}`, before[key], now[key]))
  return [{ part: path, before: before ?? null, now: now ?? null }]
}

function byName(list: Json | undefined, name: string): JsonObject {
  const items = Array.isArray(list) ? (list as readonly JsonObject[]) : []
  return Object.fromEntries(items.map((item) => [nameOf(item[name]), item]))
}

function gatesByName(list: Json | undefined): JsonObject {
  const gates = Array.isArray(list) ? (list as readonly JsonObject[]) : []
  return Object.fromEntries(gates.map(({ metric, on, ...bounds }) => [`${metric} on ${on}`, bounds]))
}

function differing(a: Uses, b: Uses): string[] {
  return Object.keys({ ...a, ...b }).filter((key) => !same(a[key], b[key]))
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null) // keys of stored parts are sorted, those of new ones are not
}
