import { alignUp } from './memory.ts'

/**
 * Features as bytes: u8 [features, n], column by column. The value bins of feature f count from 0 to binCounts[f] - 1, and bin
 * binCounts[f] holds its missing values.
 */
export interface BinnedColumns {
  readonly bins: Uint8Array
  readonly binCounts: Int32Array
  /** 1 for a category. */
  readonly kinds: Uint8Array
}

/** How a tree is grown. */
export interface ForestRules {
  /** Features that a node looks at, 1 … features. */
  readonly tries: number
  /** Rows of a leaf at least; one that is drawn twice counts twice. */
  readonly minLeaf: number
  /** Splits on the way to a leaf; null for no limit. */
  readonly maxDepth: number | null
  /** One random cut a feature in place of the best one. */
  readonly extraTrees: boolean
  /** A row can be drawn again. */
  readonly bootstrap: boolean
  /** Rows that a tree draws. */
  readonly draws: number
}

/** The words of the plan, in the order of `assembly/forest-plan.ts`. The base, an f64, follows them. */
export const planWords = [
  'rows',
  'scratch',
  'n',
  'bins',
  'features',
  'binCounts',
  'kinds',
  'targets',
  'pairs',
  'drawn',
  'times',
  'classes',
  'tries',
  'minLeaf',
  'maxDepth',
  'extra',
  'countRows',
  'draws',
  'replace',
  'randomNext',
  'random',
  'randomUsed',
  'order',
  'cells',
  'search',
  'stack',
  'open',
  'looked',
  'learned',
  'classSums',
  'trees',
  'places',
  'queued',
  'done',
  'tree',
  'constant',
  'found',
  'foundCount',
] as const
export type PlanWord = (typeof planWords)[number]

/** The words of a tree's place, in the same order as there. */
export const treeWords = [
  'key0',
  'key1',
  'nodes',
  'nodeCount',
  'sets',
  'setWords',
  'leaves',
  'leafCount',
  'importance',
  'outside',
  'covers',
] as const
export type TreeWord = (typeof treeWords)[number]

/** Bytes of a plan. */
export const PLAN_BYTES = 8 * Math.ceil(planWords.length / 2) + 8
/** Bytes of the scratch that a plan points to. */
export const RANDOM_BYTES = 1024
export const SEARCH_BYTES = 3648 + 2048 + 16
export const STACK_BYTES = 64 * 40
const BINS = 256

/** Leaves of a tree at most. */
export function mostLeaves({ draws, minLeaf, maxDepth }: ForestRules): number {
  return Math.max(1, Math.min(Math.floor(draws / minLeaf), maxDepth === null ? draws : 2 ** Math.min(maxDepth, 32)))
}

/** Words of a set of the feature with the most bins among categories; 0 without categories. */
export function setWords({ binCounts, kinds }: Omit<BinnedColumns, 'bins'>): number {
  return binCounts.reduce((most, count, f) => (kinds[f] === 1 ? Math.max(most, (count >> 5) + 1) : most), 0)
}

/** Classes, made even: the kernels take two at a time. */
export function padded(classes: number): number {
  return classes + (classes % 2)
}

/** Bytes of the sums by bin. */
export function cellBytes(classes: number): number {
  return classes === 0 ? 4 * 16 * BINS : 8 * BINS * padded(classes)
}

/** Do trees leave rows out? */
export function leavesRowsOut(rows: number, { bootstrap, draws }: Pick<ForestRules, 'bootstrap' | 'draws'>): boolean {
  return bootstrap || draws < rows
}

/**
 * Bytes that a grower with so many places for trees takes from a scope, for features of these bins and kinds. `classes`: 0
 * where leaves give a value.
 */
export function forestBytes(
  rows: number,
  binned: Omit<BinnedColumns, 'bins'>,
  rules: ForestRules,
  classes: number,
  places: number,
): number {
  const leaves = mostLeaves(rules)
  const features = binned.binCounts.length
  const perRow = 3 * alignUp(4 * rows) + 16 * rows
  const outside = leavesRowsOut(rows, rules) ? alignUp(4 * rows) : 0
  const sets = alignUp(4 * setWords(binned) * leaves)
  const tree =
    alignUp(12 * (2 * leaves - 1)) +
    alignUp(4 * (2 * leaves - 1)) +
    sets +
    alignUp(4 * leaves * classes) +
    alignUp(8 * features) +
    outside
  const search = alignUp(SEARCH_BYTES) + cellBytes(classes) + STACK_BYTES + RANDOM_BYTES + 16 * padded(classes)
  const words = alignUp(PLAN_BYTES) + alignUp(4 * treeWords.length * places)
  return words + perRow + alignUp(4 * features) + alignUp(features) + alignUp(8 * features) + places * tree + search
}
