import {
  addForestScores,
  type BinnedColumns,
  ForestGrower,
  type ForestRows,
  type ForestRules,
  forestBytes,
  type GrownTree,
  growForest,
  type KernelMemory,
  type Kernels,
  LEARNED_FROM,
  scoringKernels,
  trainingKernels,
} from 'daybook/kernels'
import { RandomStream } from 'daybook/plugin'
import t from 'tap'

const kernels = trainingKernels()
const MEGABYTE = 2 ** 20

/** Rules for so many rows, of which each tree draws all. */
const rules = (draws: number, given: Partial<ForestRules> = {}): ForestRules => ({
  tries: 2,
  minLeaf: 1,
  maxDepth: null,
  extraTrees: false,
  bootstrap: false,
  draws,
  ...given,
})

/** Two features of four and three bins, numbers unless `kinds` says more, laid out as the kernels read them. */
function binned(memory: KernelMemory, rows: readonly (readonly [number, number])[], kinds = [0, 0]): BinnedColumns {
  return {
    bins: memory.put(Uint8Array.from([...rows.map(([a]) => a), ...rows.map(([, b]) => b)])),
    binCounts: memory.put(Int32Array.of(4, 3)),
    kinds: memory.put(Uint8Array.from(kinds)),
  }
}

/** Targets counted from 0, as pairs (-weight * y, weight). */
function values(memory: KernelMemory, y: readonly number[], weight?: readonly number[]): ForestRows {
  const pairs = y.flatMap((target, i) => [-target * (weight?.[i] ?? 1), weight?.[i] ?? 1])
  return {
    targets: memory.put(Float32Array.from(y)),
    pairs: memory.put(Float64Array.from(pairs)),
    base: 0,
    classes: 0,
    weighted: weight !== undefined,
  }
}

function grown(grower: ForestGrower, key: readonly [number, number] = [1, 2]) {
  grower.queue(key)
  growForest(kernels, [grower], Number.POSITIVE_INFINITY)
  t.ok(grower.idle)
  return grower.take()[0] as GrownTree
}

t.test('a tree by hand', async (t) => {
  kernels.scope(MEGABYTE, (memory) => {
    const features = binned(memory, [
      [0, 0],
      [0, 1],
      [3, 0],
      [3, 2],
    ])
    const grower = new ForestGrower(memory, features, values(memory, [1, 1, 5, 9]), rules(4), 1)
    const { nodes, importance, outside } = grown(grower)
    const floats = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length)
    // Feature 0 takes most: cut half way between bins 0 and 3. Of its right side either feature 1 splits bins 0 and 2.
    t.same([...nodes.subarray(0, 3)], [1, (0 << 2) | 1, 1])
    t.equal(floats[3], 1)
    t.same([...nodes.subarray(4, 6)], [0, 0], 'the left child is a leaf')
    t.same([...nodes.subarray(6, 9)], [0, (1 << 2) | 1, 3], 'missing values go where more rows go')
    t.same([floats[9], floats[12]], [5, 9])
    // 36 + 8: squared errors around 4, 44, fall to 8 and then to 0.
    t.same([...importance], [36, 8])
    t.equal(outside, undefined)
  })
})

t.test('a bag holds as many draws as there are rows, by the words of its own stream', async (t) => {
  const n = 1000
  kernels.scope(MEGABYTE, (memory) => {
    const features = binned(
      memory,
      Array.from({ length: n }, () => [0, 0]),
    )
    const stream = new RandomStream({ seed: 3, cell: 'train', purpose: 'tree 0' })
    const rows = values(
      memory,
      Array.from({ length: n }, (_, i) => i),
    )
    const grower = new ForestGrower(memory, features, rows, rules(n, { bootstrap: true }), 1)
    const { outside = new Uint32Array(0), nodes } = grown(grower, stream.words)
    const others = Array.from(outside.keys()).filter((row) => outside[row] !== LEARNED_FROM)
    const draws = Array.from({ length: n }, (_, i) => Math.floor(stream.uniform(i) * n))
    const drawn = new Set(draws)
    t.same(
      [...others],
      Array.from({ length: n }, (_, i) => i).filter((row) => !drawn.has(row)),
    )
    t.ok(others.length > 330 && others.length < 410, 'about n / e')
    t.ok(
      others.every((row) => outside[row] === nodes[0]),
      'the word of the one leaf',
    )
    const mean = draws.reduce((a, b) => a + b, 0) / n
    t.equal(new Float32Array(nodes.buffer, nodes.byteOffset)[0], Math.fround(mean), 'each row as often as it was drawn')
  })
})

t.test('rows drawn without replacement: as many as asked for, each row as often as any other', async (t) => {
  kernels.scope(MEGABYTE, (memory) => {
    const rows = Array.from({ length: 40 }, (_, i): [number, number] => [i % 4, i % 3])
    const own = values(
      memory,
      rows.map((_, i) => i),
    )
    const grower = new ForestGrower(memory, binned(memory, rows), own, rules(10, { maxDepth: 3 }), 1)
    const times = new Uint32Array(40)
    for (let tree = 0; tree < 400; tree++) {
      const { outside = new Uint32Array(0), nodes } = grown(grower, [tree, 5])
      const learned = Array.from(times.keys()).filter((row) => outside[row] === LEARNED_FROM)
      t.equal(learned.length, 10)
      for (const row of learned) times[row] = (times[row] as number) + 1
      const leaves = new Set(Array.from(nodes.keys()).filter((at) => at % 3 === 0 && nodes[at + 2] === 0))
      const words = new Set(Array.from(leaves, (at) => nodes[at]))
      t.ok(
        outside.every((word) => word === LEARNED_FROM || words.has(word)),
        'others end in leaves',
      )
    }
    t.ok(Math.min(...times) > 65 && Math.max(...times) < 135, 'about 100 times each')
  })
})

t.test('work that stops and goes on gives the same tree, and two keys two trees', async (t) => {
  kernels.scope(MEGABYTE, (memory) => {
    const rows = Array.from({ length: 300 }, (_, i): [number, number] => [(i * 7) % 5, (i * 11) % 4])
    const y = rows.map(([a, b], i) => a * b + ((i * 13) % 17))
    const own = values(memory, y)
    const use = rules(300, { bootstrap: true })
    const grower = new ForestGrower(memory, binned(memory, rows), own, use, 1)
    const once = grown(grower)
    grower.queue([1, 2])
    let turns = 0
    for (; !grower.idle; turns++) growForest(kernels, [grower], 1)
    t.ok(turns > 10)
    t.strictSame(grower.take(), [once])
    const other = grown(grower, [2, 2])
    t.notSame(other.nodes, once.nodes)
    t.strictSame(grown(grower), once)
    const growers = [grower, new ForestGrower(memory, binned(memory, rows), own, use, 3)] as const
    grower.queue([2, 2])
    for (const key of [1, 2, 1]) growers[1].queue([key, 2])
    t.throws(() => growers[1].queue([1, 2]), TypeError, 'no place is left')
    for (const budget of [500, 10_000, 1e9]) growForest(kernels, growers, budget)
    t.strictSame(growers[0].take(), [other])
    t.strictSame(growers[1].take(), [once, other, once])
    t.equal(growers[1].room, 3)
  })
})

t.test('a large node and a small one find the same splits', async (t) => {
  // Rows repeated: 20 of them take the path of small nodes, 400 that of large ones, four features at a time.
  const few = Array.from({ length: 20 }, (_, i): number[] => [i % 4, (i * 3) % 5, (i * 7) % 6, i % 7, (i * 5) % 3])
  const y = few.map(([a = 0, b = 0, c = 0], i) => 3 * a - b * c + (i % 2))
  const top = (times: number): number[] =>
    kernels.scope(MEGABYTE, (memory) => {
      const all = Array.from({ length: times }, () => few).flat()
      const features: BinnedColumns = {
        bins: memory.put(Uint8Array.from([0, 1, 2, 3, 4].flatMap((f) => all.map((row) => row[f] as number)))),
        binCounts: memory.put(Int32Array.of(4, 5, 6, 7, 3)),
        kinds: memory.u8(5),
      }
      const own = values(
        memory,
        all.map((_, i) => y[i % 20] as number),
      )
      const grower = new ForestGrower(memory, features, own, rules(all.length, { tries: 5, maxDepth: 1 }), 1)
      const { nodes, importance } = grown(grower)
      return [...nodes.subarray(0, 3), ...importance.map((gain) => gain / times)]
    })
  const [small, large] = [top(1), top(20)]
  t.same(large.slice(0, 3), small.slice(0, 3))
  for (const [i, gain] of large.entries()) t.ok(Math.abs(gain - (small[i] as number)) < 1e-9)
})

t.test('a category splits by a set of bins; distributions fill leaves', async (t) => {
  kernels.scope(MEGABYTE, (memory) => {
    const rows = Array.from({ length: 8 }, (_, i): [number, number] => [i % 4, 0])
    const features = binned(memory, rows, [1, 0])
    const own: ForestRows = {
      targets: memory.put(Int32Array.of(2, 0, 2, 1, 2, 0, 2, 0)),
      pairs: memory.put(Float64Array.from({ length: 16 }, (_, i) => i % 2)),
      base: 0,
      classes: 3,
      weighted: false,
    }
    const { nodes, sets, leaves } = grown(new ForestGrower(memory, features, own, rules(8), 1))
    // Bins 0 and 2 hold class 2 alone. The classes are tried in order: sorted by the share of class 0 they come first.
    t.equal((nodes[1] as number) >>> 1, 1, 'feature 0, a category')
    t.equal((sets[nodes[0] as number] as number) & 0b1111, 0b0101)
    t.equal(leaves.length, 9, 'three leaves')
    t.ok([...leaves].every((share) => [0, 0.5, 1].includes(share)))
  })
})

t.test('both builds of the kernels score forests alike, alone and in a batch', async (t) => {
  const float = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] as number
  const run = (over: Kernels, classes: number): number[] =>
    over.scope(MEGABYTE, (memory) => {
      // Tree 0: x0 <= 1.5 (missing left) ? leaf : x1 in bins {0, 2} of codes 0, 1, 2, 3 (missing right) ? leaf : leaf.
      const leaf = (value: number, number: number): number[] => [classes > 0 ? number : float(value), 0, 0]
      const first = [float(1.5), 1, 1, ...leaf(0.25, 0), 0, (1 << 2) | 2, 3, ...leaf(-1.5, 1), ...leaf(3, 2)]
      const trees = {
        nodes: memory.put(Uint32Array.from([...first, ...leaf(10, 1)])),
        starts: memory.put(Uint32Array.of(0, 5)),
        sets: memory.put(Uint32Array.of(0b00101)),
        leaves: classes > 0 ? memory.put(Float32Array.of(1, 0, 0.5, 0.5, 0, 1)) : undefined,
        maps: memory.put(Uint8Array.of(0, 1, 2, 3)),
        mapStarts: memory.put(Uint32Array.of(0, 0, 4)),
      }
      const rows = [
        [1.5, 0],
        [Number.NaN, 3],
        [2, 0],
        [2, 2],
        [2, 1],
        [2, Number.NaN],
        [2, 4],
      ]
      const outputs = Math.max(classes, 1)
      const scores = memory.f64(rows.length * outputs)
      const all = memory.put(Float32Array.from(rows.flat()))
      const shape = { features: 2, outputs }
      addForestScores(over, scores, all, shape, trees)
      const whole = [...scores]
      for (let row = 0; row < rows.length; row++) {
        const own = scores.subarray(row * outputs, (row + 1) * outputs).fill(0)
        addForestScores(over, own, all.subarray(2 * row), shape, trees)
      }
      t.same([...scores], whole)
      return whole
    })
  for (const over of [trainingKernels(), scoringKernels()]) {
    t.same(run(over, 0), [10.25, 10.25, 8.5, 8.5, 13, 13, 13])
    t.same(run(over, 2), [1.5, 0.5, 1.5, 0.5, 1, 1, 1, 1, 0.5, 1.5, 0.5, 1.5, 0.5, 1.5])
  }
})

t.test('a grower takes no more memory than it says', async () => {
  kernels.scope(65536, (memory) => {
    for (const classes of [0, 7]) {
      for (const [minLeaf, maxDepth] of [
        [1, null],
        [3, null],
        [1, 2],
      ] as const) {
        const features = binned(
          memory,
          Array.from({ length: 33 }, () => [0, 0]),
          [0, 1],
        )
        const own = { ...values(memory, new Array(33).fill(1)), classes }
        for (const places of [1, 3]) {
          for (const draws of [33, 20]) {
            const use = rules(draws, { minLeaf, maxDepth })
            kernels.scope(forestBytes(33, features, use, classes, places), (inner) => {
              new ForestGrower(inner, features, own, use, places)
            })
          }
        }
      }
    }
  })
})
