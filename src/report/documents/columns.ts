import type { Json, JsonObject } from '../../base/json.ts'
import { formatNumber, formatShare } from '../numbers.ts'
import { columnSummary } from '../sections/profile.ts'
import { isObject } from '../view.ts'
import { objectAt } from './recorded.ts'
import type { DocumentSource } from './source.ts'

/** A raw column: what the page says of it, what its data hold, what the model takes. */
export interface DocumentColumn {
  readonly name: string
  readonly type: string
  /** As on the page, `feature` where the model takes it, else `not used`. */
  readonly role: string
  readonly unit: string | undefined
  readonly missing: number | undefined
  /** Share of missing values. */
  readonly share: number | undefined
  readonly distinct: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  /** The values in a few words. */
  readonly values: string
  /** What the page promises of it. */
  readonly facts: readonly string[]
  /** The words for a decision that leans on it. */
  readonly reason: string | undefined
}

/** The cell whose rows are split and learned from. */
export function dataCell({ page, record }: DocumentSource): string | undefined {
  const { from } = objectAt(page, ['data'])
  const id = typeof from === 'string' ? from : 'data'
  return record.result.inputs.some(({ cell }) => cell === id) ? id : record.result.inputs.at(-1)?.cell
}

/** Columns of a source as its profile describes them; empty where the run kept none. */
export function columnsOf(source: DocumentSource, cell: string | undefined): readonly DocumentColumn[] {
  const shown = source.view.cells.find(({ id }) => id === cell)?.shown.facts.profile
  const listed = objectAt(shown).columns
  const profile = Array.isArray(listed) ? listed.filter(isObject) : []
  const facts = cell === dataCell(source) ? objectAt(source.page, ['data', 'columns']) : {}
  const roleOf = roles(source, facts)
  return profile.map((column): DocumentColumn => {
    const name = String(column.name)
    const own = objectAt(facts, [name])
    return {
      name,
      type: String(column.type),
      role: cell === dataCell(source) ? roleOf(name) : 'source',
      unit: textOf(own.unit),
      missing: numberOf(column.missing),
      share: numberOf(column.share),
      distinct: numberOf(column.distinct),
      min: numberOf(column.min),
      max: numberOf(column.max),
      values: columnSummary(column),
      facts: promises(own),
      reason: textOf(own.reason),
    }
  })
}

/** Names of the columns that the page protects. */
export function protectedColumns({ page }: DocumentSource): readonly string[] {
  return Object.entries(objectAt(page, ['data', 'columns'])).flatMap(([name, facts]) =>
    isObject(facts) && facts.role === 'protected' ? [name] : [],
  )
}

/** Column of the target, and the class that is scored. */
export function targetOf({
  page,
}: DocumentSource): { readonly column: string; readonly positive?: string } | undefined {
  const { column, positive } = objectAt(page, ['data', 'target'])
  if (typeof column !== 'string') return undefined
  return positive === undefined || positive === null ? { column } : { column, positive: String(positive) }
}

function roles({ page, manifest }: DocumentSource & { page: JsonObject }, facts: JsonObject) {
  const { key, target } = objectAt(page, ['data'])
  const features = new Set(manifest?.signature.columns.map(({ name }) => name))
  return (name: string): string => {
    if (name === objectAt(target).column) return 'target'
    if (name === key) return 'key'
    const { role } = objectAt(facts, [name])
    if (typeof role === 'string') return role
    return manifest === undefined || features.has(name) ? 'feature' : 'not used'
  }
}

function promises(facts: JsonObject): string[] {
  const { min, max, levels, unseen, missing, optional, monotone, unique } = facts
  const { atMost } = objectAt(missing)
  return [
    typeof min === 'number' && `at least ${formatNumber(min)}`,
    typeof max === 'number' && `at most ${formatNumber(max)}`,
    Array.isArray(levels) && `${formatNumber(levels.length)} levels declared`,
    typeof unseen === 'string' && `unseen values: ${unseen}`,
    typeof atMost === 'number' && `missing at most ${formatShare(atMost)}`,
    optional === true && 'optional',
    typeof monotone === 'string' && `monotone ${monotone}`,
    unique === true && 'unique',
  ].filter((promise): promise is string => typeof promise === 'string')
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}
