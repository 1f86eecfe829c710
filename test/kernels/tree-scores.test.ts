import t from 'tap'
import {
  addTreeContributions,
  addTreeScores,
  contributionScratch,
  KernelPool,
  SCORED_ROWS,
  scoringKernels,
  trainingKernels,
} from '../../src/kernels/index.ts'

const MEGABYTE = 2 ** 20
const builds = [trainingKernels(), scoringKernels()]

/** Nodes of 16 bytes, of a float and three words each. */
function nodesOf(rows: readonly (readonly [value: number, asks: number, steps: number, set: number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(16 * rows.length))
  for (const [node, [value, ...words]] of rows.entries()) {
    view.setFloat32(16 * node, value, true)
    for (const [i, word] of words.entries()) view.setUint32(16 * node + 4 * (i + 1), word, true)
  }
  return new Uint8Array(view.buffer)
}

// Columns of a block: x0 with missing values lowest, x0, x1, x2 with missing values lowest, then the lowest of all.
const columns = Uint32Array.of(1, 0, 2, 5)
const column = (place: number, flags = 0): number => 4 * SCORED_ROWS * place + flags
const leaf = (value: number): [number, number, number, number] => [value, column(4), 16, 0]
const right = (node: number, from: number): number => 16 * (node - from)
const nodes = nodesOf([
  // x0 <= 1.5 (missing left) ? 0.25 : x1 in {0, 33} (missing right) ? -1.5 : 3
  [1.5, column(0), right(2, 0), 0],
  leaf(0.25),
  [0, column(2, 2), right(4, 2), 0],
  leaf(-1.5),
  leaf(3),
  // x0 <= 1.5 (missing right) ? 100 : x2 <= -1 (missing left) ? 200 : x0 <= Infinity (missing right) ? 300 : 400
  [1.5, column(1), right(7, 5), 0],
  leaf(100),
  [-1, column(3), right(9, 7), 0],
  leaf(200),
  [Number.POSITIVE_INFINITY, column(1), right(11, 9), 0],
  leaf(300),
  leaf(400),
  leaf(1000),
])
const trees = {
  starts: Uint32Array.of(0, 5, 12),
  depths: Int32Array.of(0, 3, 0),
  sets: Uint32Array.of(2, 1, 2),
  columns,
}
const nan = Number.NaN
const rows: readonly (readonly [x: readonly number[], value: number])[] = [
  [[1.5, 0, 0], 1100.25],
  [[nan, 5, 0], 1400.25],
  [[2, 0, nan], 1198.5],
  [[2, 33, -1], 1198.5],
  [[2, 1, -0.5], 1303],
  [[2, nan, -1], 1203],
  [[2, 64, Number.POSITIVE_INFINITY], 1303],
  [[Number.NEGATIVE_INFINITY, 0, 0], 1100.25],
  [[Number.POSITIVE_INFINITY, 0, 0], 1298.5],
  [[nan, 0, nan], 1200.25],
]

t.test('both builds of the kernels score trees alike, in blocks of any size', async (t) => {
  for (const kernels of builds) {
    for (const n of [1, 7, 8, 10, 64, 150]) {
      const cycle = Array.from({ length: n }, (_, i) => rows[(i * 7) % rows.length] as (typeof rows)[0])
      const got = kernels.scope(MEGABYTE, (memory) => {
        const packed = {
          nodes: memory.put(nodes),
          starts: memory.put(trees.starts),
          depths: memory.put(trees.depths),
          sets: memory.put(trees.sets),
          columns: memory.put(trees.columns),
          block: memory.f32(SCORED_ROWS * 5),
        }
        const values = memory.put(Float32Array.from(cycle.flatMap(([x]) => x)))
        const scores = memory.f64(n).fill(10)
        addTreeScores(kernels, scores, values, 3, packed, 1)
        return [...scores]
      })
      t.same(
        got,
        cycle.map(([, value]) => value + 10),
      )
    }
  }
})

t.test('threads take parts of the rows', async (t) => {
  const pool = new KernelPool({ stress: 3 })
  t.teardown(() => pool.close())
  const n = 10_007
  const cycle = Array.from({ length: n }, (_, i) => rows[(i * 7) % rows.length] as (typeof rows)[0])
  for (const threads of [2, 3, 8]) {
    const kernels = trainingKernels({ pool, threads })
    const got = kernels.scope(MEGABYTE, (memory) => {
      const packed = {
        nodes: memory.put(nodes),
        starts: memory.put(trees.starts),
        depths: memory.put(trees.depths),
        sets: memory.put(trees.sets),
        columns: memory.put(trees.columns),
        block: memory.f32(threads * SCORED_ROWS * 5),
      }
      const values = memory.put(Float32Array.from(cycle.flatMap(([x]) => x)))
      const scores = memory.f64(n).fill(10)
      addTreeScores(kernels, scores, values, 3, packed, 1)
      return Float64Array.from(scores)
    })
    kernels.close()
    t.strictSame(
      got,
      Float64Array.from(cycle, ([, value]) => value + 10),
      `${threads} threads`,
    )
  }
})

t.test('Shapley values by hand, in both builds', async (t) => {
  // x0 <= 1 ? (x1 <= 1 ? 8 : 4) : 0, each side half of the rows. Without x0: its halves' mean, and so on.
  const stump = nodesOf([
    [1, 0, 1, 0],
    [1, 4, 3, 0],
    [0, 0, 0, 0],
    [8, 0, 0, 0],
    [4, 0, 0, 0],
  ])
  const root3 = 1 / Math.sqrt(3)
  for (const kernels of builds) {
    const parts = kernels.scope(MEGABYTE, (memory) => {
      const explained = {
        nodes: memory.put(stump),
        starts: memory.put(Uint32Array.of(0, 5)),
        sets: memory.u32(1),
        names: memory.put(Uint32Array.of(0, 0, 0, 1, 1)),
        previous: memory.u32(5),
        shares: memory.put(Float64Array.of(1, 0.5, 0.5, 0.5, 0.5)),
        halves: memory.put(Uint32Array.of(1)),
        rules: memory.put(Float64Array.of((1 - root3) / 2, (1 + root3) / 2, 0.5, 0.5)),
        scratch: memory.u8(contributionScratch(5, 2)),
      }
      const values = memory.put(Float32Array.of(0, 0, 0, 2, 2, 0))
      const all = memory.f64(9)
      const chosen = memory.u32(3)
      addTreeContributions(kernels, all, values, chosen, explained, { features: 2, outputs: 1 })
      return [...all]
    })
    // Values of the sets {}, {x0}, {x1}, {x0, x1}: row 1: 3, 6, 4, 8; row 2: 3, 6, 2, 4; row 3: 3, 0, 4, 0.
    const expected = [3.5, 1.5, 0, 2.5, -1.5, 0, -3.5, 0.5, 0]
    for (const [i, value] of expected.entries()) t.ok(Math.abs((parts[i] as number) - value) < 1e-14, `${parts}`)
    t.equal(parts.length, 9)
  }
})
