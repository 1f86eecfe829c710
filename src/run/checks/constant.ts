import type { CodedColumn } from './coded-column.ts'

/** Share of one value from which a column counts as nearly constant, and rows that are needed for that. */
export const mostCommon = 0.999
const fewestRows = 1000

/** Share of the rows that hold a column's most frequent value; that it is missing counts as a value. */
export function commonestShare({ codes, counts, missing }: CodedColumn): number {
  let most = missing
  for (let code = 0; code < counts.length; code++) if ((counts[code] as number) > most) most = counts[code] as number
  return codes.length === 0 ? 0 : most / codes.length
}

/** Does a column hold one value, or nearly so? */
export function isConstant(column: CodedColumn): 'constant' | 'nearly' | undefined {
  const share = commonestShare(column)
  if (share === 1) return column.codes.length > 1 ? 'constant' : undefined
  return share >= mostCommon && column.codes.length >= fewestRows ? 'nearly' : undefined
}
