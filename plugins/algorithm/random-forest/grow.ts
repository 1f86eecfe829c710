import { type ForestGrower, type GrownTree, growForest } from 'daybook/kernels'
import type { FitContext } from 'daybook/plugin'

/** Values of features that a grower reads before the event loop gets a turn: some 20 ms of work. */
const WORK_A_TURN = 1.5e7

/** Rows of the trees that wait at a grower together: where trees are small, a turn is worth its while by their number. */
const ROWS_AT_A_TURN = 150_000
const MOST_PLACES = 64

/** Memory of all growers together, beyond which there are fewer of them than threads. */
const MOST_BYTES = 2 ** 30

/** How many growers work at a time, and how many trees each can hold. What is grown depends on neither. */
export function growersFor(
  rows: number,
  trees: number,
  threads: number,
  bytesFor: (places: number) => number,
): { growers: number; places: number } {
  const growers = Math.min(threads, trees)
  const wanted = Math.min(1 + Math.ceil(ROWS_AT_A_TURN / rows), MOST_PLACES, Math.ceil(trees / growers))
  const places = 2 * bytesFor(wanted) > MOST_BYTES ? 1 : wanted
  return { growers: Math.max(1, Math.min(growers, Math.floor(MOST_BYTES / bytesFor(places)))), places }
}

/**
 * Grows trees, each from the random numbers of its own index, and hands them over in the order of that index. Growers get the
 * next trees as soon as they have room, so that none waits for a long tree of another.
 */
export async function growTrees(
  growers: readonly ForestGrower[],
  trees: number,
  ctx: FitContext,
  turn: () => Promise<void>,
  add: (tree: GrownTree) => void,
): Promise<void> {
  const lanes = growers.map((grower) => ({ grower, waiting: [] as number[] }))
  const early = new Map<number, GrownTree>()
  let queued = 0
  let added = 0
  while (added < trees) {
    const share = Math.max(1, Math.ceil((trees - queued) / (2 * lanes.length))) // less and less, so that all end together
    for (let round = 0; round < share; round++) {
      for (const { grower, waiting } of lanes) {
        if (queued === trees || waiting.length > round || grower.room === 0) continue
        grower.queue(ctx.random(`tree ${queued}`).words)
        waiting.push(queued++)
      }
    }
    growForest(ctx.kernels, growers, WORK_A_TURN)
    for (const { grower, waiting } of lanes) {
      for (const tree of grower.take()) early.set(waiting.shift() as number, tree)
    }
    for (let tree = early.get(added); tree !== undefined; tree = early.get(added)) {
      early.delete(added)
      add(tree)
      added += 1
    }
    ctx.progress(added, trees)
    await turn()
  }
}
