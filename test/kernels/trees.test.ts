import fc from 'fast-check'
import t from 'tap'
import {
  type BinnedFeatures,
  BoostGradients,
  type BoostRows,
  binColumns,
  boostLossSum,
  type CutColumn,
  chooseCuts,
  cutScratch,
  gradientBytes,
  histogramBytes,
  type KernelMemory,
  type Kernels,
  layOutBins,
  type Split,
  SplitSearch,
  splitSearchBytes,
  TreeRows,
  trainingKernels,
  treeRowsBytes,
} from '../../src/kernels/index.ts'
import { KernelPool } from '../../src/kernels/pool.ts'

const kernels = trainingKernels()
const MEGABYTE = 2 ** 20
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Features of given bins, one list a column; the last bin of a column holds missing values. */
function binned(
  memory: KernelMemory,
  columns: readonly (readonly number[])[],
  counts: readonly number[],
  { kinds = [], monotone = [] }: { readonly kinds?: readonly number[]; readonly monotone?: readonly number[] } = {},
): BinnedFeatures {
  const rows = columns[0]?.length ?? 0
  const shapes = counts.map((count, f) => ({
    count,
    kind: kinds[f] === 1 ? ('category' as const) : ('number' as const),
    monotone: monotone[f] ?? 0,
  }))
  return layOutBins(kernels, memory, memory.put(Uint8Array.from(columns.flat())), rows, shapes)
}

/** Gradients that are given pairs (g, h), multiples of 1/64. */
function given(memory: KernelMemory, pairs: readonly number[]): BoostGradients {
  const gradients = new BoostGradients(kernels, memory, pairs.length / 2)
  gradients.pairs.set(pairs.map((value) => value * 64))
  gradients.stepG = 1 / 64
  gradients.stepH = 1 / 64
  return gradients
}

const columnsOf = (rows: number, counts: readonly number[]): fc.Arbitrary<number[][]> =>
  fc.tuple(...counts.map((count) => fc.array(fc.nat({ max: count }), { minLength: rows, maxLength: rows })))

/** Pairs (g, h) on a grid of 1/64, as gradients are: their sums are exact. */
const pairsOf = (rows: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.tuple(fc.integer({ min: -640, max: 640 }), fc.integer({ min: 1, max: 64 })), {
      minLength: rows,
      maxLength: rows,
    })
    .map((pairs) => pairs.flatMap(([g, h]) => [g / 64, h / 64]))

const free = { lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }

t.test('values fall into the bin of the first cut that is not below them', async (t) => {
  kernels.scope(MEGABYTE, (memory) => {
    const values = memory.put(Float32Array.of(-5, -1, -0.5, -0, 0, 1e-30, 2.5, 3, Number.NaN))
    const cut = (cuts: readonly number[]): number[] => {
      const bins = memory.u8(values.length)
      binColumns(kernels, [{ values, bins, cuts: memory.put(Float32Array.from(cuts)) }])
      return [...bins]
    }
    t.same(cut([-1, 0, 2.5]), [0, 0, 1, 1, 1, 2, 2, 3, 4])
    t.same(cut([0]), [0, 0, 0, 0, 0, 1, 1, 1, 2])
    t.same(cut([]), [0, 0, 0, 0, 0, 0, 0, 0, 1])
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -9, max: 9 }), { maxLength: 19 }), (some) => {
        const cuts = some.toSorted((a, b) => a - b)
        const expected = [...values].map((x) => (Number.isNaN(x) ? cuts.length + 1 : cuts.filter((c) => c < x).length))
        t.same(cut(cuts), expected)
      }),
      { numRuns: 30 },
    )
    const codes = memory.put(Float32Array.from([0, 2, 1, Number.NaN, 3, -1, 2, 0]))
    const bins = memory.u8(8)
    binColumns(kernels, [{ values: codes, bins, binOf: memory.put(Uint8Array.of(5, 6, 7)), missingBin: 9 }])
    t.same([...bins], [5, 7, 6, 9, 9, 9, 7, 5])
  })
})

/** Cuts of columns, by the rule of the kernel. */
function cutsOf(columns: readonly (readonly number[])[], most: number): Float32Array[] {
  return kernels.scope(MEGABYTE, (memory) => {
    const tasks: CutColumn[] = columns.map((values) => ({
      values: memory.put(Float32Array.from(values)),
      cuts: memory.f32(most),
      scratch: memory.u8(cutScratch(kernels, values.length)),
      count: memory.i32(1),
    }))
    chooseCuts(kernels, tasks, most)
    return tasks.map(({ cuts, count }) => cuts.slice(0, count[0]))
  })
}

t.test('cuts: between distinct values; with many, bins of equal size and frequent values alone', async (t) => {
  const next = Math.fround(1 + 2 ** -23)
  t.same(
    cutsOf([[3, 1, Number.NaN, 2, 1], [Number.NaN], [next, 1], [], [0, -0]], 255).map((cuts) => [...cuts]),
    [[1.5, 2.5], [], [1], [], []],
    'neighbours have no middle',
  )
  const spike = upTo(1000).map((i) => (i < 600 ? 500 : i - 600))
  t.same([...(cutsOf([upTo(1000)], 4)[0] ?? [])], [249.5, 499.5, 749.5])
  t.same([...(cutsOf([spike], 10)[0] ?? [])], [99.5, 199.5, 299.5, 449.5])
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(-1, 0, 1e30))),
      fc.integer({ min: 2, max: 9 }),
      (values, most) => {
        const [found = new Float32Array(0), reversed] = cutsOf([values, values.toReversed()], most)
        t.ok(found.length < most)
        t.strictSame(found, Float32Array.from(found).sort(), 'ascending')
        t.strictSame(found, reversed, 'independent of order')
        const distinct = [...new Set(values.map((value) => value + 0))].sort((a, b) => a - b)
        if (distinct.length > most) return
        t.equal(found.length, Math.max(distinct.length - 1, 0))
        for (const [i, cut] of found.entries())
          t.ok((distinct[i] as number) <= cut && cut < (distinct[i + 1] as number), `${cut} after ${distinct[i]}`)
      },
    ),
  )
})

t.test('a histogram holds the sums of its rows, whatever their order; less one child it is the other', async (t) => {
  for (const counts of [
    [3, 1, 7, 250, 2, 9],
    [255, 250, 255, 255, 250, 255, 200, 255, 3, 255, 255, 255, 255, 255, 255, 255, 255, 9],
  ]) {
    await fc.assert(
      fc.asyncProperty(columnsOf(40, counts), pairsOf(40), fc.nat(40), async (columns, pairs, cut) => {
        await kernels.scope(8 * MEGABYTE, async (memory) => {
          const features = binned(memory, columns, counts)
          const gradients = given(memory, pairs)
          const search = new SplitSearch(kernels, memory, features, rules, { rows: 0, histogram: 0, tasks: 4 })
          const length = histogramBytes(counts.map((count) => ({ count }))) / 8
          const build = async (rows: readonly number[], rest?: Float64Array): Promise<Float64Array> => {
            const built = memory.f64(length)
            const task = { rows: memory.put(Uint32Array.from(rows)), built, builtNode: undefined, rest }
            await search.run([task], gradients)
            return built
          }
          const whole = await build(upTo(40))
          columns.forEach((column, f) => {
            const expected = new Float64Array(2 * (counts[f] as number) + 2)
            for (const [row, bin] of column.entries()) {
              expected[2 * bin] = (expected[2 * bin] as number) + (pairs[2 * row] as number)
              expected[2 * bin + 1] = (expected[2 * bin + 1] as number) + (pairs[2 * row + 1] as number)
            }
            const at = (features.offsets[f] as number) / 8
            t.strictSame(whole.slice(at, at + expected.length), expected)
          })
          t.strictSame(await build(upTo(40).reverse()), whole)
          const right = await build(upTo(40).slice(cut))
          await build(upTo(cut), whole)
          t.strictSame(whole, right)
        })
      }),
      { numRuns: 20 },
    )
  }
})

/** Doubled objective that a leaf of these sums takes off, with its best weight within the bounds. */
function relief(
  g: number,
  h: number,
  { l1, l2 }: { l1: number; l2: number },
  low = -Infinity,
  high = Infinity,
): number {
  const soft = Math.sign(g) * Math.max(Math.abs(g) - l1, 0)
  const w = Math.min(Math.max(-soft / (h + l2), low), high)
  return -(2 * g * w + (h + l2) * w * w + 2 * l1 * Math.abs(w))
}

const rules = { l1: 0.5, l2: 1, minChildWeight: 1.5, minGain: 0, categorySmoothing: 0 }

/** Runs a search over all rows, beside every subset of bins that `sides` lists as going left. */
async function searchBoth(
  columns: readonly (readonly number[])[],
  counts: readonly number[],
  pairs: readonly number[],
  kinds: readonly number[],
  use: typeof rules,
  sides: (feature: number) => readonly (readonly number[])[],
): Promise<{ split: Split | undefined; best: number }> {
  const g = pairs.reduce((sum, value, i) => (i % 2 === 0 ? sum + value : sum), 0)
  const h = pairs.reduce((sum, value, i) => (i % 2 === 1 ? sum + value : sum), 0)
  const split = await kernels.scope(8 * MEGABYTE, async (memory) => {
    const features = binned(memory, columns, counts, { kinds })
    const search = new SplitSearch(kernels, memory, features, use, { rows: 0, histogram: 0, tasks: 1 })
    const [found] = await search.run(
      [
        {
          rows: memory.put(Uint32Array.from(upTo(pairs.length / 2))),
          built: memory.f64(histogramBytes(counts.map((count) => ({ count }))) / 8),
          builtNode: { g, h, ...free, allowed: memory.u8(features.stride).fill(1) },
        },
      ],
      given(memory, pairs),
    )
    return found?.built
  })
  let best = 0
  columns.forEach((column, f) => {
    for (const left of sides(f)) {
      let leftG = 0
      let leftH = 0
      for (const [row, bin] of column.entries()) {
        if (!left.includes(bin)) continue
        leftG += pairs[2 * row] as number
        leftH += pairs[2 * row + 1] as number
      }
      if (leftH < use.minChildWeight || h - leftH < use.minChildWeight || leftH <= 0 || h - leftH <= 0) continue
      best = Math.max(best, relief(leftG, leftH, use) + relief(g - leftG, h - leftH, use) - relief(g, h, use))
    }
  })
  return { split, best }
}

t.test('the best numeric split is that of an exhaustive search, missing values on either side', async (t) => {
  const counts = [4, 6, 3]
  for (const l1 of [0.5, 0]) {
    await fc.assert(
      fc.asyncProperty(columnsOf(14, counts), pairsOf(14), async (columns, pairs) => {
        const { split, best } = await searchBoth(columns, counts, pairs, [0, 0, 0], { ...rules, l1 }, (f) => {
          const missing = counts[f] as number
          return upTo(missing).flatMap((place) => [upTo(place + 1), [...upTo(place + 1), missing]])
        })
        const gain = split?.gain ?? 0
        t.ok(Math.abs(gain - best) <= 1e-9 * Math.max(1, best), `gain ${gain}, exhaustive ${best}`)
      }),
      { numRuns: 100 },
    )
  }
})

t.test('of equal splits the lowest feature and bin win, and missing values go right', async (t) => {
  const split = async (columns: number[][], counts: number[], pairs: number[]): Promise<Split | undefined> =>
    (await searchBoth(columns, counts, pairs, [], { ...rules, l1: 0, minChildWeight: 0 }, () => [])).split
  const pairs = [-1, 1, -1, 1, 1, 1, 1, 1]
  const column = [0, 0, 2, 2]
  const many = Array.from({ length: 20 }, () => column)
  t.match(
    await split(
      [[0, 0, 0, 0], ...many],
      Array.from({ length: 21 }, () => 3),
      pairs,
    ),
    { feature: 1, place: 0 },
  )
  t.match(await split([[0, 0, 3, 3]], [3], pairs), { place: 0, missingLeft: false }, 'missing against the others')
  t.match(await split([[0, 0, 0, 1]], [2], pairs), { missingLeft: true }, 'without missing: to the heavier side')
})

t.test('the best category split without penalties is that of all subsets of levels', async (t) => {
  const counts = [5, 4]
  const bare = { l1: 0, l2: 0, minChildWeight: 0, minGain: 0, categorySmoothing: 0 }
  await fc.assert(
    fc.asyncProperty(columnsOf(12, counts), pairsOf(12), async (columns, pairs) => {
      const { split, best } = await searchBoth(columns, counts, pairs, [1, 1], bare, (f) =>
        Array.from({ length: 2 ** ((counts[f] as number) + 1) }, (_, set) =>
          upTo((counts[f] as number) + 1).filter((bin) => ((set >> bin) & 1) === 1),
        ),
      )
      const gain = split?.gain ?? 0
      t.ok(Math.abs(gain - best) <= 1e-9 * Math.max(1, best), `gain ${gain}, all subsets ${best}`)
    }),
    { numRuns: 60 },
  )
})

t.test('a split that a promise forbids is not taken, and bounds hold the weights', async (t) => {
  // One feature whose larger bin has the larger gradient, so the smaller weight.
  const columns = [[0, 0, 1, 1]]
  const find = (monotone: number, bounds: object): Promise<Split | undefined> =>
    kernels.scope(MEGABYTE, async (memory) => {
      const features = binned(memory, columns, [2], { monotone: [monotone] })
      const search = new SplitSearch(
        kernels,
        memory,
        features,
        { ...rules, l1: 0, l2: 0 },
        { rows: 0, histogram: 0, tasks: 1 },
      )
      const allowed = memory.u8(features.stride).fill(1)
      const [found] = await search.run(
        [
          {
            rows: memory.put(Uint32Array.of(0, 1, 2, 3)),
            built: memory.f64(histogramBytes([{ count: 2 }]) / 8),
            builtNode: { g: 0, h: 4, ...free, allowed, ...bounds },
          },
        ],
        given(memory, [-2, 1, -2, 1, 2, 1, 2, 1]),
      )
      return found?.built
    })
  t.equal(await find(1, {}), undefined)
  t.match(await find(-1, {}), { gain: 16, leftWeight: 2, rightWeight: -2, place: 0 })
  t.match(await find(0, {}), { gain: 16 })
  t.match(await find(-1, { highest: 1 }), { leftWeight: 1, rightWeight: -2 })
})

t.test('rows part by their bins and keep their order on each side, on any number of threads', async (t) => {
  const pool = new KernelPool()
  const many = trainingKernels({ pool, threads: 3 })
  for (const [over, rows] of [
    [kernels, 8],
    [kernels, 100_000],
    [many, 100_000],
  ] as const) {
    const column = upTo(rows).map((row) => (row * 7919) % 4)
    over.scope(4 * MEGABYTE, (memory) => {
      const columns = memory.put(Uint8Array.from([...upTo(rows).fill(0), ...column]))
      const shapes = [1, 3].map((count) => ({ count, kind: 'number' as const, monotone: 0 }))
      const features = layOutBins(over, memory, columns, rows, shapes)
      const parts = new TreeRows(over, memory, features, 3)
      parts.reset()
      t.strictSame(parts.order, Uint32Array.from(upTo(rows)))
      const middle = rows / 2
      const goesLeft = new Uint8Array(256)
      goesLeft.set([1, 0, 1, 0])
      const lefts = parts.part([
        { begin: 0, end: middle, feature: 1, goesLeft },
        { begin: middle, end: middle, feature: 1, goesLeft },
        { begin: middle, end: rows, feature: 0, goesLeft },
      ])
      const even = upTo(middle).filter((row) => (column[row] as number) % 2 === 0)
      const odd = upTo(middle).filter((row) => (column[row] as number) % 2 === 1)
      t.same(lefts, [even.length, 0, middle])
      t.strictSame(parts.order, Uint32Array.from([...even, ...odd, ...upTo(rows).slice(middle)]))

      const scores = memory.f64(2 * rows)
      const cut = even.length
      const leaves = [
        { begin: 0, end: cut, value: 1 },
        { begin: cut, end: rows, value: -2 },
      ]
      parts.addLeaves(leaves, scores, 2, 1)
      const expected = upTo(rows).flatMap((row) => [0, row < middle && (column[row] as number) % 2 === 0 ? 1 : -2])
      t.strictSame(scores, Float64Array.from(expected))
    })
  }
  many.close()
  await pool.close()
})

t.test('gradients are derivatives of the loss, and lie on a grid where sums are exact', async (t) => {
  const n = 101
  const step = 1e-4
  const random = (i: number): number => ((i * 7919) % 1009) / 1009
  for (const loss of ['logistic', 'squared', 'softmax'] as const) {
    const outputs = loss === 'softmax' ? 3 : 1
    kernels.scope(MEGABYTE, (memory) => {
      const at = memory.put(Float64Array.from(upTo(n * outputs), (i) => 4 * random(i) - 2))
      const y = memory.put(
        loss === 'squared'
          ? Float32Array.from(upTo(n), (i) => 3 * random(i + 5))
          : Int32Array.from(upTo(n), (i) => i % (loss === 'softmax' ? 3 : 2)),
      )
      const weight = memory.put(Float32Array.from(upTo(n), (i) => 0.5 + random(i + 9)))
      const probabilities = memory.f64(n * outputs)
      if (loss === 'softmax')
        for (let i = 0; i < n; i++) {
          const row = upTo(3).map((k) => kernels.math.exp(at[3 * i + k] as number))
          for (const k of upTo(3)) probabilities[3 * i + k] = (row[k] as number) / row.reduce((a, b) => a + b)
        }
      const rows = { scores: at, y, weight }
      const gradients = new BoostGradients(kernels, memory, n)
      gradients.take(loss, rows, { probabilities, output: outputs - 1, outputs })
      for (const i of [0, 1, 2, 50, 99]) {
        const spot = i * outputs + outputs - 1
        const kept = at[spot] as number
        at[spot] = kept + step
        const above = boostLossSum(kernels, loss, rows)
        at[spot] = kept - step
        const below = boostLossSum(kernels, loss, rows)
        at[spot] = kept
        const half = loss === 'squared' ? 2 : 1 // its loss is the square, its gradient that of half of it
        const slope = (above - below) / (2 * step) / half
        const g = (gradients.pairs[2 * i] as number) * gradients.stepG
        t.ok(Math.abs(g - slope) < 1e-5, `${loss}: ${g} for ${slope}`)
      }
      const order = memory.put(Uint32Array.from(upTo(n)))
      const sums = gradients.sum(order)
      t.strictSame(gradients.sum(order.reverse()), sums, `${loss}: sums do not depend on the order`)
      gradients.take(loss, rows, { probabilities, output: outputs - 1, outputs })
      t.strictSame(gradients.sum(), sums)
    })
  }
})

t.test('gradients of any size sum exactly, on any number of threads', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, min: -(2 ** 120), max: 2 ** 120 }), { minLength: 2, maxLength: 60 }),
      (targets) => {
        kernels.scope(MEGABYTE, (memory) => {
          const n = targets.length
          const weights = targets.map((_, i) => Math.fround(1 + i / 7))
          const rows = {
            scores: memory.f64(n),
            y: memory.put(Float32Array.from(targets)),
            weight: memory.put(Float32Array.from(weights)),
          }
          const gradients = new BoostGradients(kernels, memory, n)
          gradients.take('squared', rows)
          const largest = targets.reduce((most, y, i) => Math.max(most, Math.abs(y * (weights[i] as number))), 0)
          let exact = 0n
          for (const [i, y] of targets.entries()) {
            const g = (gradients.pairs[2 * i] as number) * gradients.stepG
            t.ok(Math.abs(g + y * (weights[i] as number)) <= largest * 2 ** -24 + 2 ** -149, 'rounding is small')
            exact += BigInt(gradients.pairs[2 * i] as number)
          }
          t.equal(gradients.sum(memory.put(Uint32Array.from(upTo(n)))).g, Number(exact) * gradients.stepG)
        })
      },
    ),
    { numRuns: 100 },
  )
  const pool = new KernelPool()
  const many = trainingKernels({ pool, threads: 3 })
  const take = (over: Kernels): { pairs: Int32Array; sums: object } =>
    over.scope(2 * MEGABYTE, (memory) => {
      const n = 50_000
      const rows: BoostRows = {
        scores: memory.put(Float64Array.from(upTo(n), (i) => (i % 1001) / 300 - 1.5)),
        y: memory.put(Int32Array.from(upTo(n), (i) => i % 2)),
        weight: undefined,
      }
      const gradients = new BoostGradients(over, memory, n)
      gradients.take('logistic', rows)
      return { pairs: gradients.pairs.slice(), sums: gradients.sum() }
    })
  t.strictSame(take(many), take(kernels))
  many.close()
  await pool.close()
})

t.test('they take no more memory than they say', async () => {
  kernels.scope(4096, (memory) => {
    const features = binned(memory, [[0]], [1])
    const size = { rows: 1e6, histogram: 64, tasks: 3 }
    kernels.scope(splitSearchBytes(kernels, size), (own) => new SplitSearch(kernels, own, features, rules, size))
    kernels.scope(treeRowsBytes(1, 3), (own) => new TreeRows(kernels, own, features, 3))
    kernels.scope(gradientBytes(9001), (own) => new BoostGradients(kernels, own, 9001))
  })
})
