import fc from 'fast-check'
import t from 'tap'
import {
  type BinnedFeatures,
  binCategories,
  binNumbers,
  boostGradients,
  boostLossSum,
  buildHistogram,
  type KernelMemory,
  SPLIT_SEARCH_BYTES,
  type Split,
  SplitSearch,
  subtractHistogram,
  sumGradients,
  trainingKernels,
} from '../../src/kernels/index.ts'

const kernels = trainingKernels()
const MEGABYTE = 2 ** 20

/** Features of given bins, one list a column; the last bin of a column holds missing values. */
function binned(
  memory: KernelMemory,
  columns: readonly (readonly number[])[],
  binCounts: readonly number[],
  kinds: readonly number[] = [],
  monotone: readonly number[] = [],
): BinnedFeatures {
  const stride = Math.ceil(columns.length / 4) * 4
  const rows = columns[0]?.length ?? 0
  const bins = memory.u8(rows * stride)
  columns.forEach((column, f) => {
    column.forEach((bin, row) => {
      bins[row * stride + f] = bin
    })
  })
  const offsets = memory.u32(stride)
  let pairs = 0
  for (let f = 0; f < stride; f++) {
    offsets[f] = 16 * pairs
    pairs += (binCounts[f] ?? 0) + 1
  }
  const counts = memory.i32(stride)
  counts.set(binCounts)
  const kindBytes = memory.u8(stride)
  kindBytes.set(kinds)
  const directions = memory.u8(stride)
  directions.set(monotone.map((direction) => direction & 255))
  return { bins, stride, offsets, binCounts: counts, kinds: kindBytes, monotone: directions, pairs }
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

t.test('values fall into the bin of the first cut that is not below them', async (t) => {
  const cuts = [-1, 0, 2.5]
  const values = [-5, -1, -0.5, 0, 1e-30, 2.5, 3, Number.NaN]
  kernels.scope(MEGABYTE, (memory) => {
    const features = binned(memory, [values.map(() => 0)], [4])
    const column = memory.put(Float32Array.from(values))
    binNumbers(kernels, features, 0, column, memory.put(Float32Array.from(cuts)))
    t.same(
      values.map((_, row) => features.bins[row * 4]),
      [0, 0, 1, 1, 2, 2, 3, 4],
    )
    const codes = memory.put(Float32Array.from([0, 2, 1, Number.NaN, 3, -1, 2, 0]))
    binCategories(kernels, features, 1, codes, memory.put(Uint8Array.of(5, 6, 7)), 9)
    t.same(
      values.map((_, row) => features.bins[row * 4 + 1]),
      [5, 7, 6, 9, 9, 9, 7, 5],
    )
  })
})

t.test('a histogram holds the sums of its rows, whatever their order; less one child it is the other', async (t) => {
  const counts = [3, 1, 7, 250, 2, 9]
  fc.assert(
    fc.property(columnsOf(40, counts), pairsOf(40), fc.nat(40), (columns, pairs, cut) => {
      kernels.scope(MEGABYTE, (memory) => {
        const features = binned(memory, columns, counts)
        const gradients = memory.put(Float64Array.from(pairs))
        const rows = Array.from({ length: 40 }, (_, row) => row)
        const build = (chosen: readonly number[]): Float64Array => {
          const histogram = memory.f64(2 * features.pairs)
          buildHistogram(kernels, histogram, features, memory.put(Uint32Array.from(chosen)), gradients)
          return histogram
        }
        const whole = build(rows)
        const expected = new Float64Array(2 * features.pairs)
        columns.forEach((column, f) => {
          for (const [row, bin] of column.entries()) {
            const at = (features.offsets[f] as number) / 8 + 2 * bin
            expected[at] = (expected[at] as number) + (pairs[2 * row] as number)
            expected[at + 1] = (expected[at + 1] as number) + (pairs[2 * row + 1] as number)
          }
        })
        const used = counts.reduce((sum, count) => sum + count + 1, 0)
        t.strictSame(whole.slice(0, 2 * used), expected.slice(0, 2 * used))
        t.strictSame(build(rows.toReversed()), whole)
        const right = build(rows.slice(cut))
        subtractHistogram(kernels, whole, build(rows.slice(0, cut)))
        t.strictSame(whole, right)
      })
    }),
    { numRuns: 20 },
  )
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
function searchBoth(
  columns: readonly (readonly number[])[],
  counts: readonly number[],
  pairs: readonly number[],
  kinds: readonly number[],
  use: typeof rules,
  sides: (feature: number) => readonly (readonly number[])[],
): { split: Split | undefined; best: number } {
  return kernels.scope(MEGABYTE, (memory) => {
    const features = binned(memory, columns, counts, kinds)
    const gradients = memory.put(Float64Array.from(pairs))
    const rows = memory.put(Uint32Array.from(columns[0] as number[], (_, row) => row))
    const histogram = memory.f64(2 * features.pairs)
    buildHistogram(kernels, histogram, features, rows, gradients)
    const sums = memory.f64(2)
    sumGradients(kernels, gradients, rows, sums)
    const [g = 0, h = 0] = sums
    const search = new SplitSearch(kernels, memory, features, use)
    const node = { g, h, lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }
    const split = search.best(histogram, memory.put(Int32Array.from(counts, (_, f) => f)), node)
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
  })
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

t.test('the best numeric split is that of an exhaustive search, missing values on either side', async (t) => {
  const counts = [4, 6, 3]
  fc.assert(
    fc.property(columnsOf(14, counts), pairsOf(14), (columns, pairs) => {
      const { split, best } = searchBoth(columns, counts, pairs, [0, 0, 0], rules, (f) => {
        const missing = counts[f] as number
        return upTo(missing).flatMap((place) => [upTo(place + 1), [...upTo(place + 1), missing]])
      })
      const gain = split?.gain ?? 0
      t.ok(Math.abs(gain - best) <= 1e-9 * Math.max(1, best), `gain ${gain}, exhaustive ${best}`)
    }),
    { numRuns: 100 },
  )
})

t.test('the best category split without penalties is that of all subsets of levels', async (t) => {
  const counts = [5, 4]
  const free = { l1: 0, l2: 0, minChildWeight: 0, minGain: 0, categorySmoothing: 0 }
  fc.assert(
    fc.property(columnsOf(12, counts), pairsOf(12), (columns, pairs) => {
      const { split, best } = searchBoth(columns, counts, pairs, [1, 1], free, (f) =>
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
  kernels.scope(MEGABYTE, (memory) => {
    // One feature whose larger bin has the larger gradient, so the smaller weight.
    const columns = [[0, 0, 1, 1]]
    const gradients = memory.put(Float64Array.of(-2, 1, -2, 1, 2, 1, 2, 1))
    const rows = memory.put(Uint32Array.of(0, 1, 2, 3))
    const node = { g: 0, h: 4, lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }
    const find = (monotone: number, bounds: object): Split | undefined => {
      const features = binned(memory, columns, [2], [0], [monotone])
      const histogram = memory.f64(2 * features.pairs)
      buildHistogram(kernels, histogram, features, rows, gradients)
      const search = new SplitSearch(kernels, memory, features, { ...rules, l1: 0, l2: 0 })
      return search.best(histogram, memory.put(Int32Array.of(0)), { ...node, ...bounds })
    }
    t.equal(find(1, {}), undefined)
    t.match(find(-1, {}), { gain: 16, leftWeight: 2, rightWeight: -2, place: 0 })
    t.match(find(0, {}), { gain: 16 })
    t.match(find(-1, { highest: 1 }), { leftWeight: 1, rightWeight: -2 })
  })
})

t.test('rows part by their bins and keep their order on each side', async (t) => {
  const bins = [0, 2, 1, 3, 2, 0, 1, 3]
  kernels.scope(MEGABYTE, (memory) => {
    const features = binned(memory, [bins.map(() => 0), bins], [1, 3])
    const search = new SplitSearch(kernels, memory, features, rules)
    const rows = memory.put(Uint32Array.of(7, 6, 5, 4, 3, 2, 1, 0))
    const goesLeft = new Uint8Array(256)
    goesLeft.set([1, 0, 1, 0])
    const split: Split = {
      feature: 1,
      category: true,
      place: 0,
      missingLeft: false,
      gain: 1,
      leftG: 0,
      leftH: 0,
      leftWeight: 0,
      rightWeight: 0,
      goesLeft,
    }
    t.equal(search.part(rows, split, memory.u32(8)), 4)
    t.same([...rows], [5, 4, 1, 0, 7, 6, 3, 2])
  })
})

t.test('gradients are derivatives of the loss, and lie on a grid where sums are exact', async (t) => {
  const n = 101
  const step = 1e-4
  const random = (i: number): number => ((i * 7919) % 1009) / 1009
  for (const loss of ['logistic', 'squared', 'softmax'] as const) {
    const outputs = loss === 'softmax' ? 3 : 1
    kernels.scope(MEGABYTE, (memory) => {
      const scores = memory.f64(n * outputs).map((_, i) => 4 * random(i) - 2)
      const at = memory.put(scores)
      const y = memory.put(
        loss === 'squared'
          ? Float32Array.from(upTo(n), (i) => 3 * random(i + 5))
          : Int32Array.from(upTo(n), (i) => i % (loss === 'softmax' ? 3 : 2)),
      )
      const weight = memory.put(Float32Array.from(upTo(n), (i) => 0.5 + random(i + 9)))
      const gradients = memory.f64(2 * n)
      const probabilities = memory.f64(n * outputs)
      if (loss === 'softmax')
        for (let i = 0; i < n; i++) {
          const row = upTo(3).map((k) => kernels.math.exp(at[3 * i + k] as number))
          for (const k of upTo(3)) probabilities[3 * i + k] = (row[k] as number) / row.reduce((a, b) => a + b)
        }
      const rows = { scores: at, y, weight }
      boostGradients(kernels, loss, rows, gradients, { probabilities, output: outputs - 1, outputs })
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
        t.ok(Math.abs((gradients[2 * i] as number) - slope) < 1e-5, `${loss}: ${gradients[2 * i]} for ${slope}`)
      }
      const order = memory.put(Uint32Array.from(upTo(n)))
      const sums = memory.f64(4)
      sumGradients(kernels, gradients, order, sums.subarray(0, 2))
      order.reverse()
      sumGradients(kernels, gradients, order, sums.subarray(2, 4))
      t.strictSame(sums.slice(0, 2), sums.slice(2, 4), `${loss}: sums do not depend on the order`)
    })
  }
})

t.test('gradients of any size sum exactly', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 2, maxLength: 60 }),
      (targets) => {
        kernels.scope(MEGABYTE, (memory) => {
          const n = targets.length
          const gradients = memory.f64(2 * n)
          const rows = {
            scores: memory.f64(n),
            y: memory.put(Float32Array.from(targets)),
            weight: memory.put(Float32Array.from(targets, (_, i) => 1 + i / 7)),
          }
          boostGradients(kernels, 'squared', rows, gradients)
          const largest = targets.reduce((most, y, i) => Math.max(most, Math.abs(y * Math.fround(1 + i / 7))), 0)
          for (const [i, y] of targets.entries()) {
            const exact = -y * Math.fround(1 + i / 7)
            t.ok(Math.abs((gradients[2 * i] as number) - exact) <= largest * 2 ** -44, 'rounding is small')
          }
          const order = memory.put(Uint32Array.from(targets, (_, i) => i))
          const forward = memory.f64(2)
          const backward = memory.f64(2)
          sumGradients(kernels, gradients, order, forward)
          order.reverse()
          sumGradients(kernels, gradients, order, backward)
          t.strictSame(forward, backward)
        })
      },
    ),
    { numRuns: 100 },
  )
})

t.test('a search takes no more memory than it says', async () => {
  kernels.scope(4096, (memory) => {
    const features = binned(memory, [[0]], [1])
    kernels.scope(SPLIT_SEARCH_BYTES, (own) => new SplitSearch(kernels, own, features, rules))
  })
})
