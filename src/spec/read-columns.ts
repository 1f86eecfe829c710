import type { JsonObject } from '../base/json.ts'
import type { ColumnFacts, ColumnRole, ColumnSelector, SplitSpec, TargetSpec } from './pipeline.ts'
import { defaults } from './schema-words.ts'

/** The target of a checked page, short form opened. */
export function readTarget(data: JsonObject): TargetSpec | undefined {
  const { target } = data
  if (target === undefined) return undefined
  if (typeof target === 'string') return { column: target }
  const { column, type, positive } = target as { column: string; type?: 'number' | 'category'; positive?: string }
  return { column, ...(type !== undefined && { type }), ...(positive !== undefined && { positive }) }
}

/**
 * The facts about columns of a checked page. The column that a split goes by has its role from there, where the page
 * says none: a group and a part are no features.
 */
export function readFacts(data: JsonObject, split: SplitSpec): Readonly<Record<string, ColumnFacts>> {
  const facts: Record<string, ColumnFacts> = {}
  for (const [name, given] of Object.entries((data.columns ?? {}) as Record<string, JsonObject>)) {
    const missing = given.missing as { atMost?: number; values?: readonly (string | number)[] } | undefined
    facts[name] = {
      ...(given as ColumnFacts),
      ...(missing !== undefined && {
        missing: { ...missing, ...(missing.values && { values: missing.values.map(String) }) } as never,
      }),
    }
  }
  if ('on' in split) {
    const role: ColumnRole = split.by === 'group' ? 'group' : split.by === 'time' ? 'time' : 'ignore'
    facts[split.on] = { role, ...facts[split.on] }
  }
  return facts
}

/** The split of a checked page, defaults filled in. */
export function readSplit(data: JsonObject): SplitSpec {
  const { note: _, ...given } = (data.split ?? { by: 'random' }) as JsonObject
  const validation = (given.validation ?? defaults.validation) as number
  const target = readTarget(data)
  switch (given.by) {
    case 'time':
    case 'group':
      return { by: given.by, on: given.on as string, test: (given.test ?? defaults.test) as number, validation }
    case 'interval':
      return { by: 'interval', every: given.every as number, validation }
    case 'column':
      return { by: 'column', on: given.on as string, validation }
    default: {
      const classes = target !== undefined && target.type !== 'number' && data.key === undefined
      const stratify = (given.stratify ?? classes) as boolean
      return { by: 'random', test: (given.test ?? defaults.test) as number, validation, stratify }
    }
  }
}

/** The `columns:` of a preprocess cell, short forms opened. */
export function readSelector(value: unknown): ColumnSelector | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string') return { names: [value] }
  if (Array.isArray(value)) return { names: value as string[] }
  const { type, role } = value as { type?: unknown; role?: unknown }
  const list = (one: unknown) => (Array.isArray(one) ? one : [one]) as never
  return { ...(type !== undefined && { type: list(type) }), ...(role !== undefined && { role: list(role) }) }
}
