import { alignUp, contributionScratch, type ExplainedTrees, type KernelMemory } from 'daybook/kernels'
import type { BoostedTrees } from './model.ts'
import { gaussLegendreRules } from './quadrature.ts'

/** What Shapley values need of a model, before it is copied into kernel memory. */
interface Explained extends Omit<ExplainedTrees, 'sets' | 'scratch'> {
  readonly scratchBytes: number
  /** Mean score of each output over the training rows, by cover. */
  readonly expected: Float64Array
}

/** Made when a model first explains; goes when the model goes (states never change). */
const kept = new WeakMap<BoostedTrees, Explained>()

/** Share of the training rows that is counted for a side that none took (a cover that rounded to 0). */
const LEAST_SHARE = 2 ** -60

/** Mean score of each output over the training rows, by cover. */
export function expectedScores(model: BoostedTrees): Float64Array {
  return explainedOf(model).expected
}

/** Bytes that `putExplained` takes from a scope. */
export function explainedBytes(model: BoostedTrees): number {
  const { nodes, starts, names, previous, shares, halves, rules, scratchBytes } = explainedOf(model)
  const arrays = [nodes, starts, names, previous, shares, halves, rules, model.sets]
  return arrays.reduce((sum, { byteLength }) => sum + alignUp(byteLength), alignUp(scratchBytes))
}

/** Copies what Shapley values need into kernel memory. */
export function putExplained(model: BoostedTrees, memory: KernelMemory): ExplainedTrees {
  const { nodes, starts, names, previous, shares, halves, rules, scratchBytes } = explainedOf(model)
  return {
    nodes: memory.put(nodes),
    starts: memory.put(starts),
    sets: memory.put(model.sets),
    names: memory.put(names),
    previous: memory.put(previous),
    shares: memory.put(shares),
    halves: memory.put(halves),
    rules: memory.put(rules),
    scratch: memory.u8(scratchBytes),
  }
}

function explainedOf(model: BoostedTrees): Explained {
  const before = kept.get(model)
  if (before !== undefined) return before
  const explained = explain(model)
  kept.set(model, explained)
  return explained
}

function explain(model: BoostedTrees): Explained {
  const { base, starts, feature, left, threshold } = model
  const expected = Float64Array.from(base)
  const names = new Uint32Array(feature.length)
  const previous = new Uint32Array(feature.length)
  const shares = new Float64Array(feature.length).fill(1)
  const own = new Float64Array(feature.length).fill(1) // share of the rows that the path to a node lets through
  const parents = new Uint32Array(feature.length) // within the tree
  const distinct = new Uint32Array(feature.length) // features on the path
  const halves = new Uint32Array(starts.length - 1)
  let scratchBytes = 0
  for (let tree = 0; tree < halves.length; tree++) {
    const root = starts[tree] as number
    const end = starts[tree + 1] as number
    const output = tree % base.length
    let most = 1
    for (let node = root; node < end; node++) {
      const child = left[node] as number
      if (child === 0) {
        expected[output] = (expected[output] as number) + (own[node] as number) * (threshold[node] as number)
        continue
      }
      const name = feature[node] as number
      let before = node - root
      while (before > 0 && names[root + before] !== name) before = parents[root + before] as number
      for (const at of [root + child, root + child + 1]) {
        const share = shareOf(model, node, at)
        names[at] = name
        parents[at] = node - root
        previous[at] = before
        own[at] = (own[node] as number) * share
        shares[at] = Math.max((shares[root + before] as number) * share, LEAST_SHARE)
        distinct[at] = (distinct[node] as number) + (before === 0 ? 1 : 0)
      }
      most = Math.max(most, distinct[root + child] as number)
    }
    const half = Math.ceil(most / 4) // n points are exact for n pairs of features
    halves[tree] = half
    scratchBytes = Math.max(scratchBytes, contributionScratch(end - root, 2 * half))
  }
  const rules = gaussLegendreRules(halves.reduce((most, half) => Math.max(most, half), 0))
  return { nodes: nodesOf(model), starts, names, previous, shares, halves, rules, scratchBytes, expected }
}

/** Share of a node's training rows that went to its child. */
function shareOf({ cover }: BoostedTrees, node: number, child: number): number {
  return Math.max((cover[child] as number) / (cover[node] as number), LEAST_SHARE)
}

/** The nodes as the kernel reads them: 16 bytes each. */
function nodesOf({ feature, threshold, left, flags, set }: BoostedTrees): Uint8Array {
  const nodes = new Uint8Array(16 * feature.length)
  const words = new Uint32Array(nodes.buffer)
  const floats = new Float32Array(nodes.buffer)
  for (let node = 0; node < feature.length; node++) {
    floats[4 * node] = threshold[node] as number
    words[4 * node + 1] = 4 * Math.max(feature[node] as number, 0) + (flags[node] as number)
    words[4 * node + 2] = left[node] as number
    words[4 * node + 3] = set[node] as number
  }
  return nodes
}
