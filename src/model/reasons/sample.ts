import { philox4x32 } from '../../base/random.ts'
import { concatColumns } from '../../frame/concat.ts'
import { type Column, Frame, MISSING, takeRows } from '../../frame/index.ts'
import type { Signature, SignatureColumn } from '../manifest.ts'
import type { Parts } from './parts.ts'

/** Orders of the columns that are sampled; each is taken backwards too, which halves the error where effects are nearly even. */
const orders = 16

/**
 * Shapley values of raw columns against the typical row of the training rows, over sampled orders (Štrumbelj and Kononenko, "An
 * efficient explanation of individual classifications using game theory", JMLR 2010). The orders are the same for every row and on every
 * machine. Base and parts of a row add up to what `value` gives for it.
 *
 * @param explained gives for each row what is explained of it: a number a row of a conformed frame
 */
export function sampleParts(
  conformed: Frame,
  signature: Signature,
  explained: (row: number) => (rows: Frame) => Float64Array,
): Parts {
  const { columns } = signature
  const typical = columns.map(typicalColumn)
  const walks = Array.from({ length: orders }, (_, i) => order(columns.length, i)).flatMap((walk) => [
    walk,
    [...walk].reverse(),
  ])
  const base = new Float64Array(conformed.rows)
  const values = new Float64Array(conformed.rows * columns.length)
  for (let row = 0; row < conformed.rows; row++) {
    const both = columns.map(({ name }, c) =>
      concatColumns([typical[c] as Column, takeRows(conformed.get(name) as Column, Uint32Array.of(row))]),
    )
    const told = explained(row)(mixed(both, walks))
    base[row] = told[0] as number
    walks.forEach((walk, w) => {
      walk.forEach((column, step) => {
        const at = w * (columns.length + 1) + step
        const gain = (told[at + 1] as number) - (told[at] as number)
        values[row * columns.length + column] = (values[row * columns.length + column] as number) + gain / walks.length
      })
    })
  }
  return { method: 'sampled', columns: columns.map(({ name }) => [name]), base, values }
}

/** For every walk the typical row, then one column after the other as the row at hand has it. */
function mixed(both: readonly Column[], walks: readonly (readonly number[])[]): Frame {
  const steps = both.length + 1
  const own = both.map(() => new Uint32Array(walks.length * steps))
  walks.forEach((walk, w) => {
    walk.forEach((column, step) => {
      own[column]?.fill(1, w * steps + step + 1, (w + 1) * steps)
    })
  })
  return new Frame(
    walks.length * steps,
    both.map((column, c) => takeRows(column, own[c] as Uint32Array)),
  )
}

/** Order `number` of `count` columns: drawn from a generator that needs no digest, since packages have none. */
function order(count: number, number: number): number[] {
  const block = new Uint32Array(4)
  const drawn = Array.from({ length: count }, (_, column) => {
    philox4x32(block, column, number, 0x7265_6173) // the second word keeps these apart from all other streams
    return [block[0] as number, column] as const
  })
  return drawn.sort(([a, x], [b, y]) => a - b || x - y).map(([, column]) => column)
}

/** One row that holds the typical value of a column. */
function typicalColumn({ name, type, typical, levels = [] }: SignatureColumn): Column {
  switch (type) {
    case 'number':
    case 'date':
      return { type, name, values: Float64Array.of(typeof typical === 'number' ? typical : Number.NaN) }
    case 'boolean':
      return { type, name, values: Int8Array.of(typeof typical === 'boolean' ? Number(typical) : MISSING) }
    case 'category': {
      const code = levels.indexOf(String(typical))
      return { type, name, levels, values: Int32Array.of(code < 0 ? MISSING : code) }
    }
    case 'text':
      return { type, name, values: [typeof typical === 'string' ? typical : null] }
  }
}
