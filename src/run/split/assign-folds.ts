import { fail } from '../../base/errors.ts'
import type { RandomStream } from '../../base/random.ts'
import type { Frame } from '../../frame/index.ts'
import type { ColumnFacts, SplitSpec } from '../../spec/pipeline.ts'
import { type Groups, groupsOf, momentsOf } from './assign-parts.ts'
import type { Split } from './split.ts'

export interface Folding {
  readonly frame: Frame
  /** Training rows, ascending. */
  readonly rows: Uint32Array
  readonly count: number
  /** Class codes of all rows; undefined in tasks without classes. */
  readonly classes: Int32Array | undefined
  readonly split: SplitSpec
  readonly columns: Readonly<Record<string, ColumnFacts>>
  random(purpose: string): RandomStream
}

/**
 * Deals the training rows into folds: forward in time where the split goes by time, by whole groups where it goes by group
 * or a column has that role, else at random and stratified by class.
 *
 * @throws DaybookError RUN_TOO_FEW_GROUPS, RUN_NO_ROWS
 */
export function assignFolds(given: Folding): Pick<Split, 'folds' | 'foldCount' | 'forward'> {
  const { frame, rows, count, split } = given
  const folds = new Int32Array(frame.rows)
  if (count === 0) return { folds, foldCount: 0, forward: false }
  const group = groupColumnOf(split, given.columns)
  if (split.by === 'time') dealForward(folds, rows, momentsOf(frame, split.on), count)
  else if (group !== undefined) {
    const groups = presentGroups(groupsOf(frame, group), rows)
    if (groups.length < count) throw fail('RUN_TOO_FEW_GROUPS', { column: group, groups: groups.length, needed: count })
    dealGroups(folds, groups, count)
  } else dealRows(folds, rows, count, given.classes, given.random('folds'))
  return { folds, foldCount: count, forward: split.by === 'time' }
}

/**
 * Deals rows into at most `count` parts, numbered from 0, for preprocess cells that see the target: by whole groups where
 * there are two or more, else at random and stratified by class. Time is no reason to go forward here: each part needs a
 * fit on all the others.
 *
 * @returns part of each row of `rows`, in their order
 */
export function assignInnerFolds(given: Folding): Uint8Array {
  const { frame, rows, split } = given
  const count = Math.min(given.count, rows.length)
  const folds = new Int32Array(frame.rows)
  const group = groupColumnOf(split, given.columns)
  const groups = group === undefined ? [] : presentGroups(groupsOf(frame, group), rows)
  if (groups.length > 1) dealGroups(folds, groups, Math.min(count, groups.length))
  else dealRows(folds, rows, count, given.classes, given.random('out of fold'))
  return Uint8Array.from(rows, (row) => (folds[row] as number) - 1)
}

/** The column whose groups stay whole: that of a split by group, else the one of that role. */
function groupColumnOf(split: SplitSpec, columns: Readonly<Record<string, ColumnFacts>>): string | undefined {
  return split.by === 'group' ? split.on : Object.entries(columns).find(([, { role }]) => role === 'group')?.[0]
}

/** Blocks of equal size in time: the first trains only, each later one is scored by a fit on all before it. */
function dealForward(folds: Int32Array, rows: Uint32Array, moments: Float64Array, count: number): void {
  const ordered = rows.slice().sort((a, b) => (moments[a] as number) - (moments[b] as number) || a - b)
  let block = 0
  for (const [i, row] of ordered.entries()) {
    const wanted = Math.floor((i * (count + 1)) / ordered.length)
    const before = ordered[i - 1]
    const sameMoment = before !== undefined && moments[before] === moments[row]
    if (!sameMoment) block = wanted // rows of one moment stay together
    folds[row] = block
  }
}

/** The members of each group among `rows`; groups without any are left out. */
function presentGroups(groups: Groups, rows: Uint32Array): readonly (readonly number[])[] {
  const training = new Set(rows)
  return groups
    .map(({ rows: members }) => members.filter((row) => training.has(row)))
    .filter(({ length }) => length > 0)
}

/** Largest groups first, each into the fold with the fewest rows so far. */
function dealGroups(folds: Int32Array, groups: readonly (readonly number[])[], count: number): void {
  const sizes = new Array<number>(count).fill(0)
  for (const members of [...groups].sort((a, b) => b.length - a.length)) {
    const fold = sizes.indexOf(Math.min(...sizes))
    for (const row of members) folds[row] = fold + 1
    sizes[fold] = (sizes[fold] as number) + members.length
  }
}

/** Rows in random order, class by class, dealt like cards: sizes differ by one at most, in all and by class. */
function dealRows(
  folds: Int32Array,
  rows: Uint32Array,
  count: number,
  classes: Int32Array | undefined,
  random: RandomStream,
): void {
  const shuffled = Array.from(random.permutation(rows.length), (i) => rows[i] as number)
  const ordered =
    classes === undefined ? shuffled : shuffled.sort((a, b) => (classes[a] as number) - (classes[b] as number))
  ordered.forEach((row, i) => {
    folds[row] = (i % count) + 1
  })
}
