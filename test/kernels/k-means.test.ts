import {
  alignUp,
  ClusterPasses,
  clusterPassBytes,
  KernelPool,
  type Kernels,
  nearestCentroids,
  scoringKernels,
  trainingKernels,
} from 'daybook/kernels'
import { RandomStream } from 'daybook/plugin'
import fc from 'fast-check'
import t from 'tap'

const kernels = trainingKernels()
const stream = new RandomStream({ seed: 1, cell: 'test', purpose: 'k-means' })

/** Takes a pass to its end. */
function drive<T>(pass: Generator<void, T>): T {
  for (;;) {
    const step = pass.next()
    if (step.done === true) return step.value
  }
}

interface Rows {
  readonly values: Float32Array
  readonly features: number
  readonly weight?: Float32Array | undefined
}

/** Calls `work` with passes over rows, in memory of their own. */
function over<T>(
  { values, features, weight }: Rows,
  clusters: number,
  work: (passes: ClusterPasses) => T,
  on: Kernels = kernels,
): T {
  const rows = values.length / features
  const bytes = alignUp(4 * values.length) + alignUp(4 * rows) + clusterPassBytes(rows, features, clusters, 3)
  return on.scope(bytes, (memory) => {
    const entered = { values: memory.put(values), rows, features, weight: weight && memory.put(weight) }
    return work(new ClusterPasses(on, memory, entered, clusters, 3))
  })
}

/** Squared distances in the order of the features, the first of the least ones: what the kernels have to give. */
function nearest(row: Float32Array, centroids: Float64Array): { label: number; square: number } {
  let best = { label: 0, square: Number.POSITIVE_INFINITY }
  for (let label = 0; label * row.length < centroids.length; label++) {
    let square = 0
    row.forEach((x, f) => {
      const difference = x - (centroids[label * row.length + f] as number)
      square += difference * difference
    })
    if (square < best.square) best = { label, square }
  }
  return best
}

function random(count: number, from: number, spread = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => spread * (stream.uniform(from + i) - 0.5))
}

t.test('labels, distances and sums are those of the definition, for every width', async (t) => {
  for (const [clusters, features] of [
    [1, 1],
    [2, 3],
    [3, 2],
    [5, 7],
    [8, 4],
    [9, 1],
    [14, 5],
    [23, 6],
  ] as const) {
    const rows = 700
    const values = random(rows * features, 1000 * clusters)
    const weight = Float32Array.from({ length: rows }, (_, row) => row % 3)
    const centroids = Float64Array.from(random(clusters * features, 77 * clusters))
    const wanted = Array.from({ length: rows }, (_, row) =>
      nearest(values.subarray(row * features, (row + 1) * features), centroids),
    )
    over({ values, features, weight }, clusters, (passes) => {
      const { inertia, masses, sums } = drive(passes.assign(centroids))
      t.same([...passes.labels], [...wanted.map(({ label }) => label)], `${clusters} of ${features}`)
      t.same([...passes.distances], [...wanted.map(({ square }) => Math.sqrt(square))])
      const total = wanted.reduce((sum, { square }, row) => sum + (row % 3) * square, 0)
      t.ok(Math.abs(inertia - total) <= 1e-12 * total)
      const ofFirst = wanted.flatMap(({ label }, row) => (label === 0 ? [row] : []))
      t.equal(
        masses[0],
        ofFirst.reduce((sum, row) => sum + (row % 3), 0),
      )
      const first = ofFirst.reduce((sum, row) => sum + (row % 3) * (values[row * features] as number), 0)
      t.ok(Math.abs((sums[0] as number) - first) < 1e-10)
    })
    const found = nearestCentroids(scoringKernels(), values, centroids, features)
    t.same(
      [...found],
      wanted.flatMap(({ label, square }) => [label, Math.sqrt(square)]),
      'scoring gives the same bits',
    )
  }
})

t.test('ties go to the first centroid', async (t) => {
  const found = nearestCentroids(scoringKernels(), Float32Array.of(1, 3), Float64Array.of(2, 0, 2, 4), 1)
  t.same([...found], [0, 1, 0, 1])
})

t.test('extremes of f32 neither overflow nor vanish', async (t) => {
  const values = Float32Array.of(3e38, -3e38, 1e-45, 3e-45)
  const centroids = Float64Array.from(values)
  t.same(
    [...nearestCentroids(scoringKernels(), values, centroids, 1)].filter((_, i) => i % 2 === 0),
    [0, 1, 2, 3],
  )
})

t.test('bounds never change a label', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 60, maxLength: 60 }),
      fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 48, maxLength: 48 }), {
        minLength: 2,
        maxLength: 6,
      }),
      (clusters, features, grid, moves) => {
        // On a grid, ties are everywhere.
        const values = Float32Array.from(grid.slice(0, Math.floor(60 / features) * features))
        over({ values, features }, clusters, (passes) => {
          const centroids = Float64Array.from({ length: clusters * features }, (_, i) => i % 7)
          for (const move of moves) {
            for (let i = 0; i < centroids.length; i++) centroids[i] = (centroids[i] as number) + (move[i] as number) / 4
            drive(passes.assign(centroids))
            const wanted = Array.from(
              { length: values.length / features },
              (_, row) => nearest(values.subarray(row * features, (row + 1) * features), centroids).label,
            )
            if (wanted.some((label, row) => label !== passes.labels[row])) throw new Error('a label differs')
          }
        })
      },
    ),
    { numRuns: 200 },
  )
})

t.test('candidates are weighed by what they leave', async (t) => {
  const values = Float32Array.of(0, 1, 10, 11)
  const weight = Float32Array.of(1, 2, 1, 1)
  over({ values, features: 1, weight }, 2, (passes) => {
    passes.reset()
    t.same([...drive(passes.weigh(Float64Array.of(0, 10)))], [2 + 100 + 121, 100 + 162 + 1])
    t.same([...passes.take(0)], [223])
    t.same([...passes.distances], [0, 1, 100, 121])
    t.same([...drive(passes.weigh(Float64Array.of(10)))], [2 + 1])
  })
})

t.test('threads change no bit', async (t) => {
  const features = 9
  const values = random(6000 * features, 5000)
  const centroids = Float64Array.from(random(7 * features, 4_000_000))
  const digest = (on: Kernels): string =>
    over(
      { values, features },
      7,
      (passes) => {
        const first = drive(passes.assign(centroids))
        const moved = centroids.map((value, i) => value + ((i % 5) - 2) / 50)
        const second = drive(passes.assign(moved))
        return JSON.stringify([first, second, [...passes.labels], [...passes.distances]])
      },
      on,
    )
  const alone = digest(kernels)
  for (const threads of [2, 3, 8]) {
    const pool = new KernelPool({ stress: threads })
    const several = trainingKernels({ pool, threads })
    t.equal(digest(several), alone, `${threads} threads that are asked to start`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    t.equal(digest(several), alone, `${threads} threads`)
    several.close()
    await pool.close()
  }
})
