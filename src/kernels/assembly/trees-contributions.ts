// Shapley values of trees: what each feature adds to a row's score, where features that are left out are averaged over by
// the cover of the training rows (S. Lundberg et al., "From local explanations to global understanding with explainable AI
// for trees", 2020).
//
// A Shapley value is the integral over t of the partial derivative of the game's multilinear extension, in which every
// feature takes part with probability t (G. Owen, "Multilinear extensions of games", 1972). A leaf of value v adds to feature
// i of its path v (o_i - z_i) times the integral of the product over the path's other features j of z_j (1 - t) + o_j t, where z is the
// share of training rows that the feature's splits let through, and o is 1 where they let the row through, else 0. That is a
// polynomial in t, so Gauss-Legendre points give it exactly. All terms are positive but the leaves' values: nothing cancels.
//
// So a tree takes one pass from the root, which carries the products at the points down to the leaves, and one back, which
// carries the sums over leaves up and reads off each edge's part. The edge that leads to a node bears the node's number;
// where a feature stands on the path already, its edge takes the place of the one before (`previous`). The root stands for an
// edge that lets all through: z = 1, o = 1.

/** 0 where a row goes left at an inner node, 1 where it goes right. */
// @ts-ignore: decorator
@inline
function sideOf(node: usize, row: usize, sets: usize): u32 {
  const packed = load<u32>(node, 4)
  const x = load<f32>(row + (<usize>(packed >> 2) << 2))
  if ((packed & 2) == 0) {
    if (x == x) return <u32>(x > load<f32>(node))
  } else {
    const set = sets + (<usize>load<u32>(node, 12) << 2)
    if (x >= 0 && x < <f32>(load<u32>(set) << 5)) {
      const code = <u32>x
      return ((load<u32>(set + (<usize>(code >> 5) << 2), 4) >> (code & 31)) & 1) ^ 1
    }
  }
  return (packed & 1) ^ 1
}

/**
 * Tables of one tree: for every edge three vectors of `points` factors on the products (the edge before does not let the row
 * through; it does, and this one does not; both do), then two of weights for the edge's part (for the latter cases; in the
 * first it has none). `rule`: points t, then weights w.
 */
function prepare(
  tables: usize,
  inverses: usize,
  nodeCount: i32,
  previous: usize,
  shares: usize,
  rule: usize,
  points: i32,
): void {
  const bytes = <usize>points << 3
  const one = f64x2.splat(1)
  for (let node = 0; node < nodeCount; node++) {
    const own = inverses + <usize>node * bytes
    const table = tables + <usize>node * bytes * 5
    const z = load<f64>(shares + (<usize>node << 3))
    const share = f64x2.splat(z)
    const before = load<u32>(previous + (<usize>node << 2))
    const inverse = inverses + <usize>before * bytes
    const zBefore = load<f64>(shares + (<usize>before << 3))
    const rest = f64x2.splat(1.0 - z)
    const restBefore = f64x2.splat(1.0 - zBefore)
    const neither = f64x2.splat(z / zBefore)
    for (let p: usize = 0; p < bytes; p += 16) {
      const t = v128.load(rule + p)
      const w = v128.load(rule + bytes + p)
      const out = f64x2.sub(one, t)
      const closed = f64x2.mul(share, out)
      const open = f64x2.add(closed, t)
      const inverseOpen = f64x2.div(one, open)
      v128.store(own + p, inverseOpen)
      if (node == 0) continue
      const inverseBefore = v128.load(inverse + p)
      const partBefore = f64x2.mul(f64x2.mul(w, restBefore), inverseBefore)
      const part = f64x2.mul(f64x2.mul(w, rest), inverseOpen)
      v128.store(table + p, neither)
      v128.store(table + bytes + p, f64x2.mul(closed, inverseBefore))
      v128.store(table + 2 * bytes + p, f64x2.mul(open, inverseBefore))
      v128.store(table + 3 * bytes + p, f64x2.neg(f64x2.add(f64x2.div(w, out), partBefore)))
      v128.store(table + 4 * bytes + p, f64x2.sub(part, partBefore))
    }
  }
}

/** Down: products at the points, and which of its three cases each edge is in, for one row. */
function descend(
  products: usize,
  cases: usize,
  tables: usize,
  nodes: usize,
  nodeCount: i32,
  previous: usize,
  sets: usize,
  row: usize,
  bytes: usize,
): void {
  for (let p: usize = 0; p < bytes; p += 16) v128.store(products + p, f64x2.splat(1))
  store<u8>(cases, 2)
  for (let n = 0; n < nodeCount; n++) {
    const node = nodes + (<usize>n << 4)
    const left = load<u32>(node, 8)
    if (left == 0) continue
    const side = sideOf(node, row, sets)
    const from = products + <usize>n * bytes
    const before = load<u32>(previous + (<usize>left << 2))
    const passed: u32 = load<u8>(cases + <usize>before) == 2 ? 1 : 0
    for (let s: u32 = 0; s < 2; s++) {
      const child = <usize>(left + s)
      const which = passed + (passed & u32(side == s))
      store<u8>(cases + child, <u8>which)
      const factor = tables + child * bytes * 5 + <usize>which * bytes
      const to = products + child * bytes
      for (let p: usize = 0; p < bytes; p += 16) {
        v128.store(to + p, f64x2.mul(v128.load(from + p), v128.load(factor + p)))
      }
    }
  }
}

/** Up: sums of the leaves' values times products, and with them the edges' parts. */
function ascend(
  parts: usize,
  products: usize,
  cases: usize,
  tables: usize,
  nodes: usize,
  nodeCount: i32,
  names: usize,
  bytes: usize,
): void {
  for (let n = nodeCount - 1; n > 0; n--) {
    const node = nodes + (<usize>n << 4)
    const own = products + <usize>n * bytes
    const left = load<u32>(node, 8)
    const which = load<u8>(cases + <usize>n)
    const weights = tables + <usize>n * bytes * 5 + (<usize>which + 2) * bytes
    const children = products + <usize>left * bytes
    const value = f64x2.splat(<f64>load<f32>(node))
    let sum = f64x2.splat(0)
    for (let p: usize = 0; p < bytes; p += 16) {
      const total = left == 0
        ? f64x2.mul(value, v128.load(own + p))
        : f64x2.add(v128.load(children + p), v128.load(children + bytes + p))
      v128.store(own + p, total)
      sum = f64x2.add(sum, f64x2.mul(total, v128.load(weights + p)))
    }
    if (which == 0) continue
    const part = parts + (<usize>load<u32>(names + (<usize>n << 2)) << 3)
    store<f64>(part, load<f64>(part) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)))
  }
}

/**
 * Adds the trees' parts to `parts` f64 [n, width] of rows f32 [n, features]. Tree t belongs to output t % outputs, and a row
 * takes those of its output `chosen` u32 [n] alone.
 *
 * A node is 16 bytes: f32 threshold or leaf value, u32 feature * 4 + flags (1: missing goes left, 2: category), u32 left child
 * within the tree (0: a leaf; the right child follows it), u32 first word of the category's set. `starts` u32 [trees + 1]:
 * first node of a tree. Of every node's edge: `names` u32, its feature; `previous` u32, the node of the edge before of the same
 * feature, 0 without; `shares` f64, what the feature's edges down to it let through. `halves` u32 [trees]: half the points of
 * each tree's rule; `rules`: those of 2, 4, 6 … points one after the other, points, then weights.
 * `scratch`: 49 * points + 1 bytes a node of the largest tree, with the most points, and 16 more.
 */
export function treeContributions(
  parts: usize,
  width: i32,
  rows: usize,
  features: i32,
  n: i32,
  chosen: usize,
  nodes: usize,
  starts: usize,
  trees: i32,
  outputs: i32,
  sets: usize,
  names: usize,
  previous: usize,
  shares: usize,
  halves: usize,
  rules: usize,
  scratch: usize,
): void {
  for (let t = 0; t < trees; t++) {
    const start = <usize>load<u32>(starts + (<usize>t << 2))
    const nodeCount = <i32>(load<u32>(starts + (<usize>t << 2), 4) - <u32>start)
    const half = <usize>load<u32>(halves + (<usize>t << 2))
    const bytes = half << 4
    const tables = scratch
    const inverses = tables + <usize>nodeCount * bytes * 5
    const products = inverses // those of the tables alone need the inverses
    const cases = products + <usize>nodeCount * bytes
    const before = previous + (start << 2)
    const root = nodes + (start << 4)
    prepare(tables, inverses, nodeCount, before, shares + (start << 3), rules + 16 * half * (half - 1), <i32>half << 1)
    const output = <u32>(t % outputs)
    for (let i = 0; i < n; i++) {
      if (load<u32>(chosen + (<usize>i << 2)) != output) continue
      const row = rows + <usize>(i * features) * 4
      descend(products, cases, tables, root, nodeCount, before, sets, row, bytes)
      ascend(parts + <usize>(i * width) * 8, products, cases, tables, root, nodeCount, names + (start << 2), bytes)
    }
  }
}
