// Features that are the same in all rows of a node are so in all nodes below it: they need not be looked at again there. Nodes are
// worked on depth first, so what was found at the ancestors of a node stands before all else that was found.
import { CONSTANT, FOUND, FOUND_COUNT } from './forest-plan'

/** Is a feature known to be the same in all rows of the node? */
// @ts-ignore: decorator
@inline
export function isConstant(plan: usize, feature: u32): bool {
  return load<u8>(load<usize>(plan, CONSTANT) + feature) == 1
}

/** Notes that a feature is the same in all rows of a node of this depth. */
export function noteConstant(plan: usize, feature: u32, depth: u32): void {
  const count = load<u32>(plan, FOUND_COUNT)
  const at = load<usize>(plan, FOUND) + (count << 3)
  store<u8>(load<usize>(plan, CONSTANT) + feature, 1)
  store<u32>(at, feature)
  store<u32>(at, depth, 4)
  store<u32>(plan, count + 1, FOUND_COUNT)
}

/** Forgets what was found at nodes of this depth and deeper, when another node of this depth is begun. */
export function forgetConstants(plan: usize, depth: u32): void {
  const constant = load<usize>(plan, CONSTANT)
  const found = load<usize>(plan, FOUND)
  let count = load<u32>(plan, FOUND_COUNT)
  for (; count > 0; count--) {
    const at = found + ((count - 1) << 3)
    if (load<u32>(at, 4) < depth) break
    store<u8>(constant + load<u32>(at), 0)
  }
  store<u32>(plan, count, FOUND_COUNT)
}
