import type { Kernels } from './kernels.ts'

type TreeFunctions = {
  treeScores(
    scores: number,
    values: number,
    n: number,
    features: number,
    nodes: number,
    starts: number,
    trees: number,
    outputs: number,
    sets: number,
  ): void
  treeAddToRows(scores: number, outputs: number, output: number, rows: number, count: number, value: number): void
  treeContributions(
    parts: number,
    row: number,
    nodes: number,
    covers: number,
    starts: number,
    trees: number,
    first: number,
    step: number,
    sets: number,
    scratch: number,
  ): void
}

const of = (kernels: Kernels): TreeFunctions => kernels.functions as unknown as TreeFunctions

/** Trees packed for scoring: nodes of 16 bytes, see `assembly/trees-scores.ts`. All arrays lie in kernel memory. */
export interface PackedTrees {
  readonly nodes: Uint8Array
  /** First node of each tree. */
  readonly starts: Uint32Array
  /** Sets of categories. */
  readonly sets: Uint32Array
}

/** Adds what the trees give for rows `values` f32 [n, features] to `scores` f64 [n, outputs]; tree t goes to output t % outputs. */
export function addTreeScores(
  kernels: Kernels,
  scores: Float64Array,
  values: Float32Array,
  features: number,
  trees: PackedTrees,
  outputs: number,
): void {
  of(kernels).treeScores(
    scores.byteOffset,
    values.byteOffset,
    scores.length / outputs,
    features,
    trees.nodes.byteOffset,
    trees.starts.byteOffset,
    trees.starts.length,
    outputs,
    trees.sets.byteOffset,
  )
}

/** Adds `value` to column `output` of `scores` f64 [n, outputs], for the rows given. */
export function addToRows(
  kernels: Kernels,
  scores: Float64Array,
  outputs: number,
  output: number,
  rows: Uint32Array,
  value: number,
): void {
  of(kernels).treeAddToRows(scores.byteOffset, outputs, output, rows.byteOffset, rows.length, value)
}

/** Bytes of scratch memory that contributions of trees of this depth take. */
export function contributionScratch(depth: number): number {
  return 16 * (depth + 2) * (depth + 3)
}

/**
 * Adds to `parts` f64 [features] what each feature adds to the score of one row (f32 [features]) in output `output`: exact
 * Shapley values, with `covers` f32 [nodes] as the shares of the training rows.
 */
export function addTreeContributions(
  kernels: Kernels,
  parts: Float64Array,
  row: Float32Array,
  trees: PackedTrees,
  covers: Float32Array,
  { output, outputs, scratch }: { readonly output: number; readonly outputs: number; readonly scratch: Uint8Array },
): void {
  of(kernels).treeContributions(
    parts.byteOffset,
    row.byteOffset,
    trees.nodes.byteOffset,
    covers.byteOffset,
    trees.starts.byteOffset,
    trees.starts.length,
    output,
    outputs,
    trees.sets.byteOffset,
    scratch.byteOffset,
  )
}
