import type { CodedColumn } from './coded-column.ts'
import type { Outcome } from './outcome.ts'

/** Rows with a value, and rows without, that are needed to compare the two. */
const fewest = 20
const sigmas = 4.5

/** How well it tells the target whether a column is missing. */
export interface MissingTells {
  /** AUC, the better way round; of several classes that of the class that it tells best. */
  readonly value: number
  readonly class?: string
  /** Is it more than chance gives on as few rows? */
  readonly certain: boolean
}

/**
 * The AUC of is-missing against the target: half the difference between the shares of missing values among the class and
 * among the rest, above 0.5; in regression the chance that a row without a value has the larger target.
 */
export function missingTells({ codes, missing }: CodedColumn, outcome: Outcome): MissingTells | undefined {
  if (missing < fewest || codes.length - missing < fewest) return undefined
  return outcome.type === 'classes' ? byClass(codes, missing, outcome) : byRank(codes, missing, outcome)
}

function byClass(
  codes: Int32Array,
  missing: number,
  { y, names, counts, asked }: Extract<Outcome, { type: 'classes' }>,
): MissingTells | undefined {
  const absent = new Float64Array(names.length)
  for (let row = 0; row < codes.length; row++)
    if ((codes[row] as number) < 0) absent[y[row] as number] = (absent[y[row] as number] as number) + 1
  const share = missing / codes.length
  let best: MissingTells | undefined
  for (const code of asked) {
    const members = counts[code] as number
    const others = codes.length - members
    if (members === 0 || others === 0) continue
    const own = absent[code] as number
    const apart = Math.abs(own / members - (missing - own) / others)
    const value = 0.5 + apart / 2
    if (best !== undefined && value <= best.value) continue
    const error = Math.sqrt(share * (1 - share) * (1 / members + 1 / others))
    best = { value, ...(names.length > 2 && { class: names[code] as string }), certain: apart > sigmas * error }
  }
  return best
}

function byRank(codes: Int32Array, missing: number, { ranks }: Extract<Outcome, { type: 'values' }>): MissingTells {
  let sum = 0
  for (let row = 0; row < codes.length; row++) if ((codes[row] as number) < 0) sum += ranks[row] as number
  const present = codes.length - missing
  const area = (sum - (missing * (missing + 1)) / 2) / (missing * present)
  const error = Math.sqrt((missing + present + 1) / (12 * missing * present))
  const value = Math.max(area, 1 - area)
  return { value, certain: value - 0.5 > sigmas * error }
}
