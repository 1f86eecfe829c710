import { byCodeUnit } from '../base/canonical.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { RunRecord } from './record.ts'

/** One thing that differs between two runs; null where a run does not have it. */
export interface Difference {
  readonly group: 'data' | 'page' | 'plugins' | 'cells' | 'metrics' | 'gates' | 'model' | 'environment'
  readonly what: string
  readonly a: Json
  readonly b: Json
}

/** What differs between two runs, by group, and nothing else: times, ids and hosts differ always and are left out. */
export function diffRuns(a: RunRecord, b: RunRecord): Difference[] {
  const differ = (group: Difference['group'], of: (record: RunRecord) => Json): Difference[] =>
    leavesThatDiffer(of(a), of(b)).map(([what, before, after]) => ({ group, what, a: before, b: after }))
  const json = (value: unknown): Json => value as Json
  return [
    ...differ('data', ({ result }) =>
      json({ inputs: byName(result.inputs, 'cell'), rows: result.split.rows, keys: result.split.keys }),
    ),
    ...differ('page', ({ result }) => result.page),
    ...differ('plugins', ({ result }) => Object.fromEntries(result.cells.map(({ id, plugin }) => [id, plugin]))),
    ...differ('cells', ({ result }) => Object.fromEntries(result.cells.map(({ id, output }) => [id, output]))),
    ...differ('metrics', ({ result }) => json(result.metrics ?? {})),
    ...differ('gates', ({ result }) =>
      json(Object.fromEntries(result.gates.map(({ metric, on, passed }) => [`${metric} on ${on}`, passed]))),
    ),
    ...differ('model', ({ result }) => json(result.model ?? {})),
    ...differ('environment', ({ observed: { tool, node, os, arch, threads } }) => ({ tool, node, os, arch, threads })),
  ]
}

function byName<T>(list: readonly T[], name: keyof T): Json {
  return Object.fromEntries(list.map(({ [name]: key, ...rest }) => [String(key), rest])) as unknown as Json
}

/** Dotted paths of the leaves that differ, with the value on either side. */
function leavesThatDiffer(a: Json | undefined, b: Json | undefined, path = ''): [string, Json, Json][] {
  if (JSON.stringify(a) === JSON.stringify(b)) return []
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys({ ...a, ...b }).sort(byCodeUnit)
    return keys.flatMap((key) => leavesThatDiffer(a[key], b[key], path === '' ? key : `${path}.${key}`))
  }
  return [[path, a ?? null, b ?? null]]
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
