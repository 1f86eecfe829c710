import { type Column, type Frame, hasMissing } from '../frame/index.ts'
import type { Task } from '../plugin/api.ts'
import type { ColumnFacts } from '../spec/pipeline.ts'
import type { Signature, SignatureColumn } from './manifest.ts'
import { typicalValue } from './typical.ts'

/** What the page and the plugins say of a model's input and output. */
export interface SignatureFacts {
  readonly columns: Readonly<Record<string, ColumnFacts>>
  readonly key?: string | undefined
  readonly target?: { readonly column: string } | undefined
  readonly task: Task
  /** Class texts by code; empty in regression. */
  readonly classes: readonly string[]
  readonly output: Signature['output']
}

/**
 * The signature of the raw training rows: which columns are features, the levels and missing values that were seen there
 * or that the page declares. Columns that are no features (key, target, other roles) become `ignored`: a row that is
 * scored may bring them along.
 */
export function makeSignature(training: Frame, facts: SignatureFacts): Signature {
  const isFeature = ({ name }: Column): boolean =>
    name !== facts.key && name !== facts.target?.column && (facts.columns[name]?.role ?? 'feature') === 'feature'
  return {
    columns: training.columns
      .filter(isFeature)
      .map((column) => signatureColumn(column, facts.columns[column.name] ?? {})),
    ignored: training.columns.filter((column) => !isFeature(column)).map((column) => column.name),
    task: facts.task,
    classes: facts.classes,
    target: facts.target?.column ?? null,
    output: facts.output,
  }
}

function signatureColumn(column: Column, facts: ColumnFacts): SignatureColumn {
  if (column.type === 'sparse') throw new TypeError('a raw column is never sparse')
  const { min, max, unit, monotone, reason, optional = false } = facts
  const declaredMissing = facts.missing !== undefined && facts.missing.atMost !== 0
  return {
    name: column.name,
    type: column.type,
    ...(column.type === 'category' && { levels: facts.levels ?? seenLevels(column.values, column.levels) }),
    unseen: facts.unseen ?? 'error',
    missing: optional || declaredMissing || hasMissing(column),
    optional,
    typical: typicalValue(column),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(unit !== undefined && { unit }),
    ...(monotone !== undefined && { monotone }),
    ...(reason !== undefined && { reason }),
  }
}

function seenLevels(codes: Int32Array, levels: readonly string[]): readonly string[] {
  const seen = new Uint8Array(levels.length)
  for (const code of codes) if (code >= 0) seen[code] = 1
  return levels.filter((_, code) => seen[code] === 1)
}
