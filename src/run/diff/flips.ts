import { byCodeUnit } from '../../base/canonical.ts'
import { type Column, isMissing } from '../../frame/index.ts'
import { labelsOf, type Scored, type Signature } from '../../model/index.ts'
import { textAt } from '../../spec/task.ts'

/** Rows whose predicted label is another. */
export interface FlippedRows {
  readonly rows: number
  /** From which label to which, most rows first. */
  readonly between: readonly { readonly from: string; readonly to: string; readonly rows: number }[]
  /** Where the data says what is true: flipped rows that only the second model has right, and only the first. */
  readonly truth: { readonly becameRight: number; readonly becameWrong: number } | null
}

export interface Flips {
  readonly summary: FlippedRows
  /** 1 for a row that flips. */
  readonly flipped: Uint8Array
}

/** Compares the labels that two models give the same rows, by their texts. Undefined where they predict numbers. */
export function flipsOf(
  a: Scored,
  b: Scored,
  was: Signature,
  is: Signature,
  truth: Column | undefined,
): Flips | undefined {
  if (a.output === 'values' || b.output === 'values') return undefined
  const [before, after] = [textsOf(a, was), textsOf(b, is)]
  if (is.task === 'clustering') matchClusters(before, after)
  const flipped = Uint8Array.from(before, (label, row) => (label === after[row] ? 0 : 1))
  const counts = new Map<string, { from: string; to: string; rows: number }>()
  let [becameRight, becameWrong] = [0, 0]
  const known = is.classes.length > 0 && truth !== undefined && truth.type !== 'sparse' ? truth : undefined
  flipped.forEach((flips, row) => {
    if (flips === 0) return
    const [from, to] = [before[row] as string, after[row] as string]
    const name = JSON.stringify([from, to])
    const count = counts.get(name) ?? { from, to, rows: 0 }
    count.rows++
    counts.set(name, count)
    if (known === undefined || isMissing(known, row)) return
    const text = textAt(known, row)
    if (to === text) becameRight++
    if (from === text) becameWrong++
  })
  const between = [...counts.values()].sort(
    (x, y) => y.rows - x.rows || byCodeUnit(x.from, y.from) || byCodeUnit(x.to, y.to),
  )
  const rows = between.reduce((sum, { rows: count }) => sum + count, 0)
  return { flipped, summary: { rows, between, truth: known === undefined ? null : { becameRight, becameWrong } } }
}

function textsOf(scored: Scored, { task, classes }: Signature): string[] {
  return Array.from(labelsOf(scored, classes.length), (label) => {
    if (task === 'clustering') return `cluster ${label}`
    return task === 'anomaly' ? (label === 1 ? 'anomaly' : 'no anomaly') : (classes[label] as string)
  })
}

/**
 * Each fit numbers its clusters by itself: those of the second get the names of those of the first that they share most
 * rows with, the largest share first, ties in order. A cluster that finds no partner gets a name of its own.
 */
function matchClusters(before: readonly string[], after: string[]): void {
  const shared = new Map<string, { from: string; to: string; rows: number }>()
  after.forEach((to, row) => {
    const from = before[row] as string
    const pair = shared.get(`${from} ${to}`) ?? { from, to, rows: 0 }
    pair.rows++
    shared.set(`${from} ${to}`, pair)
  })
  const names = new Map<string, string>()
  const taken = new Set<string>()
  const pairs = [...shared.values()].sort(
    (x, y) => y.rows - x.rows || byCodeUnit(x.from, y.from) || byCodeUnit(x.to, y.to),
  )
  for (const { from, to } of pairs) {
    if (names.has(to) || taken.has(from)) continue
    names.set(to, from)
    taken.add(from)
  }
  after.forEach((to, row) => {
    after[row] = names.get(to) ?? `new ${to}`
  })
}
