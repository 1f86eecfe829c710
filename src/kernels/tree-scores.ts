import type { Kernels } from './kernels.ts'

type TreeScoreFunctions = {
  treeScores(
    scores: number,
    values: number,
    n: number,
    features: number,
    nodes: number,
    starts: number,
    depths: number,
    trees: number,
    outputs: number,
    sets: number,
    columns: number,
    columnCount: number,
    block: number,
  ): void
  treeContributions(
    parts: number,
    width: number,
    rows: number,
    features: number,
    n: number,
    chosen: number,
    nodes: number,
    starts: number,
    trees: number,
    outputs: number,
    sets: number,
    names: number,
    previous: number,
    shares: number,
    halves: number,
    rules: number,
    scratch: number,
  ): void
}

const of = (kernels: Kernels): TreeScoreFunctions => kernels.functions as unknown as TreeScoreFunctions

/** Rows that are scored side by side: a column of `block` is f32 [SCORED_ROWS]. */
export const SCORED_ROWS = 64

/** Trees packed for scoring, see `assembly/trees-scores.ts`. All arrays lie in kernel memory. */
export interface PackedTrees {
  /** 16 bytes a node. */
  readonly nodes: Uint8Array
  /** First node of each tree. */
  readonly starts: Uint32Array
  /** Splits on the way to a tree's deepest leaf; 0 where it splits categories. */
  readonly depths: Int32Array
  /** Sets of categories. */
  readonly sets: Uint32Array
  /** Columns that the trees ask for: feature * 2, + 1 where missing values are -Infinity. */
  readonly columns: Uint32Array
  /** Memory for a block of rows for each thread: f32 [threads, SCORED_ROWS, columns + 1]. */
  readonly block: Float32Array
}

/** Less rows than this are not worth waking a thread for. */
const FEWEST_ROWS = 16 * SCORED_ROWS

/**
 * Adds what the trees give for rows `values` f32 [n, features] to `scores` f64 [n, outputs]; tree t goes to output t % outputs.
 * Threads take parts of the rows: a row's bits depend on itself alone.
 */
export function addTreeScores(
  kernels: Kernels,
  scores: Float64Array,
  values: Float32Array,
  features: number,
  trees: PackedTrees,
  outputs: number,
): void {
  const n = scores.length / outputs
  const block = SCORED_ROWS * (trees.columns.length + 1)
  const lanes = Math.max(1, Math.min(kernels.threads, trees.block.length / block, Math.floor(n / FEWEST_ROWS)))
  const part = SCORED_ROWS * Math.ceil(n / lanes / SCORED_ROWS)
  const calls = Array.from(
    { length: lanes },
    (_, lane): Parameters<TreeScoreFunctions['treeScores']> => [
      scores.byteOffset + 8 * lane * part * outputs,
      values.byteOffset + 4 * lane * part * features,
      Math.min(part, n - lane * part),
      features,
      trees.nodes.byteOffset,
      trees.starts.byteOffset,
      trees.depths.byteOffset,
      trees.starts.length,
      outputs,
      trees.sets.byteOffset,
      trees.columns.byteOffset,
      trees.columns.length,
      trees.block.byteOffset + 4 * lane * block,
    ],
  )
  if (lanes === 1) of(kernels).treeScores(...(calls[0] as Parameters<TreeScoreFunctions['treeScores']>))
  else kernels.parallel('treeScores', calls)
}

/** Trees packed for Shapley values, see `assembly/trees-contributions.ts`. All arrays lie in kernel memory. */
export interface ExplainedTrees {
  /** 16 bytes a node; not those of {@link PackedTrees}. */
  readonly nodes: Uint8Array
  /** First node of each tree, and the number of nodes. */
  readonly starts: Uint32Array
  readonly sets: Uint32Array
  /** Feature of the edge to a node. */
  readonly names: Uint32Array
  /** Node of the edge before of the same feature, counted from the start of its tree; 0 without. */
  readonly previous: Uint32Array
  /** Share of the training rows that the feature's edges down to a node let through, > 0. */
  readonly shares: Float64Array
  /** Half the points of each tree's quadrature. */
  readonly halves: Uint32Array
  /** Quadratures on (0, 1) of 2, 4, 6 … points: points, then weights. */
  readonly rules: Float64Array
  /** At least {@link contributionScratch}. */
  readonly scratch: Uint8Array
}

/** Bytes of scratch memory that contributions of trees of at most so many nodes and points take. */
export function contributionScratch(nodes: number, points: number): number {
  return nodes * (48 * points + 1)
}

/**
 * Adds to `parts` f64 [n, width] what each feature adds to the scores of rows f32 [n, features], in the output of each that
 * `chosen` u32 [n] names: exact Shapley values.
 */
export function addTreeContributions(
  kernels: Kernels,
  parts: Float64Array,
  rows: Float32Array,
  chosen: Uint32Array,
  trees: ExplainedTrees,
  { features, outputs }: { readonly features: number; readonly outputs: number },
): void {
  of(kernels).treeContributions(
    parts.byteOffset,
    parts.length / chosen.length,
    rows.byteOffset,
    features,
    chosen.length,
    chosen.byteOffset,
    trees.nodes.byteOffset,
    trees.starts.byteOffset,
    trees.starts.length - 1,
    outputs,
    trees.sets.byteOffset,
    trees.names.byteOffset,
    trees.previous.byteOffset,
    trees.shares.byteOffset,
    trees.halves.byteOffset,
    trees.rules.byteOffset,
    trees.scratch.byteOffset,
  )
}
