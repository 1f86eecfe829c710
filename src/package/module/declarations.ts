import type { Signature, SignatureColumn } from '../../model/manifest.ts'

/** Most levels that a type lists. */
const mostLevels = 100

/** TypeScript declarations of a packed model: a row by the facts of its columns, a prediction by its task. */
export function declarationsOf(name: string, signature: Signature): string {
  const { columns, ignored } = signature
  const rows = columns.map(
    (column) => `${factsOf(column)}  readonly ${key(column.name)}${column.optional ? '?' : ''}: ${typeOf(column)}\n`,
  )
  const others = ignored.map(
    (column) => `  /** Taken along and not looked at. */\n  readonly ${key(column)}?: unknown\n`,
  )
  return `/** A row as ${comment(name)} takes it. */
export interface Row {
${[...rows, ...others].join('')}}

/** What the model says of a row. */
export interface Prediction {
${predictionOf(signature)}  /** What spoke for it most, where it was asked for. */
  readonly reasons?: readonly { readonly column: string; readonly contribution: number; readonly reason?: string }[]
}

/** What may be asked for beside the prediction. */
export interface ScoreOptions {
  /** Most reasons of a row. */
  readonly reasons?: number
  /** Binary: the class that reasons speak for. Without it: the positive one. */
  readonly of?: string
}

/** What the model takes and gives. */
export declare const signature: {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly levels?: readonly string[]; readonly missing: boolean; readonly optional: boolean }[]
  readonly classes: readonly string[]
  readonly task: string
}

/** SHA-256 of the model, as the record of its run names it. */
export declare const digest: string

/**
 * Scores one row.
 * @throws Error with \`code\` and \`message\`, saying what is wrong with the row
 */
export declare function score(row: Row, options?: ScoreOptions): Prediction

/** Scores many rows at a time: the same answers, faster. */
export declare function scoreBatch(rows: readonly Row[], options?: ScoreOptions): Prediction[]
`
}

function factsOf({ unit, min, max, type }: SignatureColumn): string {
  const facts = [
    ...(type === 'date' ? ['ISO 8601'] : []),
    ...(unit === undefined ? [] : [comment(unit)]),
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
  ]
  return facts.length === 0 ? '' : `  /** ${facts.join(', ')}. */\n`
}

function typeOf(column: SignatureColumn): string {
  const missing = column.missing ? ' | null' : ''
  switch (column.type) {
    case 'number':
      return `number${missing}`
    case 'boolean':
      return `boolean${missing}`
    case 'date':
    case 'text':
      return `string${missing}`
    case 'category': {
      const levels = column.levels ?? []
      if (levels.length === 0 || levels.length > mostLevels) return `string${missing}`
      const open = column.unseen === 'error' ? '' : ' | (string & {})'
      return `${levels.map((level) => JSON.stringify(level)).join(' | ')}${open}${missing}`
    }
  }
}

function predictionOf({ task, classes, output }: Signature): string {
  const names = classes.map((name) => JSON.stringify(name)).join(' | ')
  const byClass = `{ ${classes.map((name) => `readonly ${key(name)}: number`).join('; ')} }`
  if (output === 'values') return '  readonly prediction: number\n  readonly value: number\n'
  if (output === 'clusters')
    return '  /** Number of the cluster. */\n  readonly prediction: number\n  /** From the middle of the cluster. */\n  readonly distance: number\n'
  if (task === 'anomaly')
    return '  /** True for an anomaly. */\n  readonly prediction: boolean\n  /** Higher is stranger. */\n  readonly score: number\n'
  if (output === 'probabilities') return `  readonly prediction: ${names}\n  readonly probabilities: ${byClass}\n`
  return `  readonly prediction: ${names}\n  readonly score: ${classes.length === 2 ? 'number' : byClass}\n`
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
}

/** Text that cannot end a comment. */
function comment(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('*/', '* /')
}
