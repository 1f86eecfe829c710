import { byCodeUnit } from '../../base/canonical.ts'
import { fail } from '../../base/errors.ts'
import type { RandomStream } from '../../base/random.ts'
import { type Frame, isMissing } from '../../frame/index.ts'
import type { SplitSpec } from '../../spec/pipeline.ts'
import { textAt } from '../../spec/task.ts'
import { columnOf, sharesOfKey } from './row-keys.ts'
import { TEST, TRAIN, VALIDATION } from './split.ts'

/** What the split goes by, beside its own words. */
export interface Assigning {
  readonly frame: Frame
  readonly seed: number
  /** Identity of each row, where the page names a key. */
  readonly keys: readonly string[] | undefined
  /** Class codes, for `stratify`; undefined in tasks without classes. */
  readonly classes: Int32Array | undefined
  random(purpose: string): RandomStream
}

/** Says of every row whether it trains, validates or tests. Validation rows come out of the training rows. */
export function assignParts(split: SplitSpec, given: Assigning): Uint8Array {
  switch (split.by) {
    case 'random':
      return given.keys === undefined ? exactShares(split, given) : sharesByKey(split, given, given.keys)
    case 'time':
      return byTime(split, given)
    case 'group':
      return byGroup(split, given)
    case 'interval':
      return withValidation(
        Uint8Array.from({ length: given.frame.rows }, (_, row) => (row % split.every === 0 ? TEST : TRAIN)),
        split.validation,
        given,
      )
    case 'column':
      return withValidation(byColumn(split.on, given.frame), split.validation, given)
  }
}

/** A row goes by hash(seed, key), so that new rows never move old ones. */
function sharesByKey(
  split: { test: number; validation: number },
  { seed }: Assigning,
  keys: readonly string[],
): Uint8Array {
  return Uint8Array.from(keys, (key) => {
    const [first, second] = sharesOfKey(seed, key)
    return first < split.test ? TEST : second < split.validation ? VALIDATION : TRAIN
  })
}

function exactShares(split: { test: number; validation: number; stratify: boolean }, given: Assigning): Uint8Array {
  const { rows } = given.frame
  const parts = new Uint8Array(rows)
  const strata = split.stratify ? given.classes : undefined
  for (const row of drawShare(allRows(rows), split.test, strata, given.random('test rows'))) parts[row] = TEST
  return withValidation(parts, split.validation, given, strata)
}

/** Takes validation rows out of what is left for training, at random. */
function withValidation(parts: Uint8Array, share: number, given: Assigning, strata?: Int32Array): Uint8Array {
  if (share === 0) return parts
  const left = allRows(parts.length).filter((row) => parts[row] === TRAIN)
  for (const row of drawShare(left, share, strata, given.random('validation rows'))) parts[row] = VALIDATION
  return parts
}

/** Draws an exact share of rows; with strata, of each class as near as the exact total allows (largest remainders). */
function drawShare(rows: Uint32Array, share: number, strata: Int32Array | undefined, random: RandomStream): number[] {
  const shuffled = Array.from(random.permutation(rows.length), (i) => rows[i] as number)
  const total = Math.round(rows.length * share)
  if (strata === undefined) return shuffled.slice(0, total)
  const byClass = new Map<number, number[]>()
  for (const row of shuffled) {
    const members = byClass.get(strata[row] as number)
    if (members === undefined) byClass.set(strata[row] as number, [row])
    else members.push(row)
  }
  const classes = [...byClass]
    .sort(([a], [b]) => a - b)
    .map(([, members]) => ({ members, wanted: members.length * share }))
  const taken = classes.map(({ wanted }) => Math.floor(wanted))
  const order = classes.map((_, i) => i).sort((a, b) => remainder(classes[b]) - remainder(classes[a]) || a - b)
  let missing = total - taken.reduce((sum, count) => sum + count, 0)
  for (const i of order) {
    if (missing <= 0) break
    taken[i] = (taken[i] as number) + 1
    missing -= 1
  }
  return classes.flatMap(({ members }, i) => members.slice(0, taken[i]))
}

function remainder(stratum: { readonly wanted: number } | undefined): number {
  return stratum === undefined ? 0 : stratum.wanted - Math.floor(stratum.wanted)
}

/** The latest rows test; rows of one moment are never parted, so that the share can be a little larger. */
function byTime(split: { on: string; test: number; validation: number }, { frame }: Assigning): Uint8Array {
  const moments = momentsOf(frame, split.on)
  const parts = new Uint8Array(frame.rows)
  takeLatest(parts, moments, split.test, TEST)
  if (split.validation > 0) takeLatest(parts, moments, split.validation, VALIDATION)
  return parts
}

function takeLatest(parts: Uint8Array, moments: Float64Array, share: number, part: number): void {
  const rows = allRows(parts.length).filter((row) => parts[row] === TRAIN)
  const sorted = Float64Array.from(rows, (row) => moments[row] as number).sort()
  const from = sorted[sorted.length - Math.round(sorted.length * share)]
  if (from === undefined) return
  for (const row of rows) if ((moments[row] as number) >= from) parts[row] = part
}

/** Moments or numbers that order the rows. @throws DaybookError RUN_BAD_SPLIT_VALUE, DATA_COLUMN_TYPE */
export function momentsOf(frame: Frame, name: string): Float64Array {
  const column = columnOf(frame, name)
  if (column.type !== 'date' && column.type !== 'number') {
    throw fail('DATA_COLUMN_TYPE', { column: name, type: column.type, expected: 'date or number to split by time' })
  }
  const bad = column.values.findIndex((value) => Number.isNaN(value))
  if (bad >= 0) throw fail('RUN_BAD_SPLIT_VALUE', { row: bad, column: name, value: 'nothing', expected: 'a moment' })
  return column.values
}

/** Whole groups in random order, until the share of rows is reached as nearly as groups allow. */
function byGroup(split: { on: string; test: number; validation: number }, given: Assigning): Uint8Array {
  const groups = groupsOf(given.frame, split.on)
  const parts = new Uint8Array(given.frame.rows)
  takeGroups(parts, groups, split.test, TEST, given.random('test groups'))
  if (split.validation > 0) takeGroups(parts, groups, split.validation, VALIDATION, given.random('validation groups'))
  return parts
}

function takeGroups(parts: Uint8Array, groups: Groups, share: number, part: number, random: RandomStream): void {
  const left = groups.filter(({ rows }) => parts[rows[0] as number] === TRAIN)
  const wanted = share * left.reduce((sum, { rows }) => sum + rows.length, 0)
  let taken = 0
  for (const i of random.permutation(left.length)) {
    const { rows } = left[i] as Groups[number]
    if (Math.abs(taken + rows.length - wanted) >= Math.abs(taken - wanted)) continue
    for (const row of rows) parts[row] = part
    taken += rows.length
  }
}

/** Groups of rows in code-unit order of their texts. */
export type Groups = readonly { readonly group: string; readonly rows: readonly number[] }[]

/** @throws DaybookError RUN_BAD_SPLIT_VALUE where a row has no group */
export function groupsOf(frame: Frame, name: string): Groups {
  const column = columnOf(frame, name)
  const byText = new Map<string, number[]>()
  for (let row = 0; row < frame.rows; row++) {
    if (isMissing(column, row))
      throw fail('RUN_BAD_SPLIT_VALUE', { row, column: name, value: 'nothing', expected: 'a group' })
    const text = textAt(column, row)
    const known = byText.get(text)
    if (known === undefined) byText.set(text, [row])
    else known.push(row)
  }
  return [...byText].sort(([a], [b]) => byCodeUnit(a, b)).map(([group, rows]) => ({ group, rows }))
}

const partByName: Readonly<Record<string, number>> = { train: TRAIN, validation: VALIDATION, test: TEST }

function byColumn(name: string, frame: Frame): Uint8Array {
  const column = columnOf(frame, name)
  return Uint8Array.from({ length: frame.rows }, (_, row) => {
    const text = isMissing(column, row) ? 'nothing' : textAt(column, row)
    const part = Object.hasOwn(partByName, text) ? partByName[text] : undefined
    if (part === undefined)
      throw fail('RUN_BAD_SPLIT_VALUE', { row, column: name, value: text, expected: 'train, validation or test' })
    return part
  })
}

function allRows(rows: number): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => row)
}
