import { ClusterPasses, scoringKernels, trainingKernels } from 'daybook/kernels'
import t from 'tap'
import { lloyd } from '../../../plugins/algorithm/k-means/lloyd.ts'
import type { KMeansModel } from '../../../plugins/algorithm/k-means/model.ts'
import { driver } from '../../../plugins/algorithm/k-means/rows.ts'
import kMeans from '../../../plugins/algorithm/k-means.ts'
import { encodeState } from '../../../src/plugin/api.ts'
import { dense, fitting, noise, type Shown, withDefaults } from './fitting.ts'

const drive = driver(async () => {})

type Given = Readonly<Record<string, unknown>>

async function fit(
  rows: readonly (readonly number[])[],
  given: Given,
  { weight, seed }: { readonly weight?: readonly number[]; readonly seed?: number } = {},
): Promise<{ model: KMeansModel; shown: Shown }> {
  const params = withDefaults(kMeans.params, given) as never
  const { ctx, shown } = fitting(params, seed === undefined ? {} : { seed })
  const data = {
    task: 'clustering' as const,
    classes: [],
    X: dense(rows),
    y: new Int32Array(),
    ...(weight && { weight: Float32Array.from(weight) }),
  }
  return { model: await kMeans.fit(data, params, ctx), shown }
}

function predict(model: KMeansModel, rows: readonly (readonly number[])[]): number[] {
  return [...kMeans.predict(model, dense(rows), { params: {} as never, kernels: scoringKernels() })]
}

/** Rows around middles, in turn. */
function blobs(middles: readonly (readonly number[])[], rows: number, spread = 1): number[][] {
  const width = middles[0]?.length ?? 0
  const random = noise(rows * width, 'blobs')
  return Array.from({ length: rows }, (_, row) =>
    (middles[row % middles.length] as readonly number[]).map(
      (at, f) => at + spread * ((random[row * width + f] as number) - 0.5),
    ),
  )
}

function inertiaOf(model: KMeansModel, rows: readonly (readonly number[])[]): number {
  return predict(model, rows).reduce((sum, value, i) => sum + (i % 2 === 1 ? value * value : 0), 0)
}

t.test('clusters that lie apart are found, numbered by size', async (t) => {
  const middles = [
    [0, 0],
    [10, 0],
    [0, 10],
  ]
  const rows = [...blobs(middles, 90), ...blobs([[10, 0]], 20), ...blobs([[0, 10]], 10)]
  const { model, shown } = await fit(rows, { k: 3 })
  t.same([...model.sizes], [50, 40, 30])
  t.same(
    [...model.centroids].map((value) => Math.round(value)),
    [10, 0, 0, 10, 0, 0],
  )
  t.same(
    predict(model, [
      [9, 1],
      [1, 9],
      [0, 0],
    ]).filter((_, i) => i % 2 === 0),
    [0, 1, 2],
  )
  t.same(shown.warnings, [])
  t.same(shown.tables[0]?.columns, ['cluster', 'size', 'share', 'x0', 'x1'])
  t.equal(shown.tables[1]?.rows.length, 4, 'one line a start')
})

t.test('one cluster is the mean of the rows', async (t) => {
  const { model } = await fit(
    [
      [1, 5],
      [2, 5],
      [6, 5],
    ],
    { k: 1 },
  )
  t.same([...model.centroids], [3, 5])
  t.same(predict(model, [[3, 9]]), [0, 4])
})

// The optimum of one dimension is found by trying every cut of the sorted rows.
t.test('of several starts, the best is the optimum where that can be known', async (t) => {
  const x = noise(40, 'line').map((value) => Math.fround(10 * value))
  const sorted = x.toSorted((a, b) => a - b)
  const cost = (part: readonly number[]): number => {
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length
    return part.reduce((sum, value) => sum + (value - mean) * (value - mean), 0)
  }
  let best = Number.POSITIVE_INFINITY
  for (let first = 1; first < sorted.length; first++)
    for (let second = first + 1; second < sorted.length; second++)
      best = Math.min(
        best,
        cost(sorted.slice(0, first)) + cost(sorted.slice(first, second)) + cost(sorted.slice(second)),
      )
  const rows = x.map((value) => [value])
  const { model } = await fit(rows, { k: 3, starts: 20, tolerance: 0 })
  const inertia = inertiaOf(model, rows)
  t.ok(Math.abs(inertia - best) < 1e-9 * best, `${inertia} is ${best}`)
})

t.test('where the iterations end, every centroid is the mean of its rows', async (t) => {
  const rows = blobs([[0, 0, 0]], 400)
  const { model } = await fit(rows, { k: 6, tolerance: 0 })
  const labels = predict(model, rows).filter((_, i) => i % 2 === 0)
  for (let cluster = 0; cluster < 6; cluster++) {
    const own = rows.filter((_, row) => labels[row] === cluster)
    t.equal(own.length, model.sizes[cluster])
    for (let f = 0; f < 3; f++) {
      const mean = own.reduce((sum, row) => sum + Math.fround(row[f] as number), 0) / own.length
      t.ok(Math.abs(mean - (model.centroids[3 * cluster + f] as number)) < 1e-12)
    }
  }
})

t.test('a weight counts like repeated rows, and a weight of 0 like none', async (t) => {
  const rows = blobs(
    [
      [0, 0],
      [5, 5],
    ],
    60,
    4,
  )
  const weight = rows.map((_, row) => row % 3)
  const repeated = rows.flatMap((row, i) => Array.from({ length: weight[i] as number }, () => row))
  const [one, other] = [await fit(rows, { k: 2 }, { weight }), await fit(repeated, { k: 2 })]
  t.same([...one.model.sizes], [...other.model.sizes])
  one.model.centroids.forEach((value, i) => {
    t.ok(Math.abs(value - (other.model.centroids[i] as number)) < 1e-12)
  })
})

t.test('as many clusters as rows that differ: each has its own', async (t) => {
  const rows = [[1], [1], [4], [4], [4], [9]]
  const { model } = await fit(rows, { k: 3 })
  t.same([...model.centroids], [4, 1, 9])
  t.same([...model.sizes], [3, 2, 1])
  await t.rejects(fit(rows, { k: 4 }), { code: 'FIT_TOO_FEW_ROWS', values: { clusters: 4, distinct: 3 } })
  await t.rejects(fit(rows, { k: 3 }, { weight: [1, 1, 1, 1, 1, 0] }), {
    code: 'FIT_TOO_FEW_ROWS',
    values: { distinct: 2 },
  })
})

t.test('a centroid that is far from all rows comes back', async (t) => {
  const kernels = trainingKernels()
  const values = Float32Array.of(1, 2, 3, 11, 12, 13)
  await kernels.scope(1e5, async (memory) => {
    const rows = { values: memory.put(values), rows: 6, features: 1, weight: undefined }
    const passes = new ClusterPasses(kernels, memory, rows, 3, 2)
    const start = Float64Array.of(5, 1000, 2000)
    const found = await lloyd(passes, rows, start, { maxIterations: 10, tolerance: 0 }, { drive, onIteration() {} })
    t.same([...found.masses], [3, 1, 2])
    t.same([...found.centroids], [2, 13, 11.5], 'to the rows that lie farthest out')
    t.ok(found.converged)
  })
})

t.test('no cluster is empty in the end, whatever the rows', async (t) => {
  const random = noise(60_000, 'grid')
  for (let round = 0; round < 60; round++) {
    const at = (i: number): number => Math.floor((random[round * 900 + i] as number) * 4)
    const rows = Array.from({ length: 12 + (round % 30) }, (_, row) => [at(3 * row), at(3 * row + 1) * at(3 * row + 2)])
    const distinct = new Set(rows.map(String)).size
    const { model } = await fit(rows, { k: distinct - (round % 4), starts: 1 })
    if (model.sizes.some((size) => size === 0)) t.fail(`round ${round}: ${model.sizes}`)
  }
})

t.test('rows that cannot be learned from', async (t) => {
  await t.rejects(fit([], { k: 1 }), { code: 'MODEL_NO_FEATURES' })
  await t.rejects(fit([[], []], { k: 1 }), { code: 'MODEL_NO_FEATURES' })
  await t.rejects(fit([[1], [2]], { k: 1 }, { weight: [0, 0] }), { code: 'FIT_NO_ROWS' })
  const { model } = await fit([[7, -7]], { k: 1 })
  t.same(predict(model, [[7, -7]]), [0, 0], 'one row is one cluster')
  await t.rejects(fit([[7, -7]], { k: 2 }), { code: 'FIT_TOO_FEW_ROWS', values: { distinct: 1 } })
  const constant = await fit(
    [
      [3, 1],
      [3, 2],
      [3, 9],
    ],
    { k: 2 },
  )
  t.same([...constant.model.centroids], [3, 1.5, 3, 9], 'a constant column parts nothing')
  await t.rejects(fit([[3], [3], [3]], { k: 2 }), { code: 'FIT_TOO_FEW_ROWS' })
})

t.test('extreme values stay finite', async (t) => {
  const { model } = await fit([[3e38], [3.1e38], [-3e38]], { k: 2 })
  t.ok(model.centroids.every(Number.isFinite))
  t.same(predict(model, [[-3e38]]), [1, 0])
  const tiny = await fit([[1e-45], [3e-45], [1e-40]], { k: 2 })
  t.same([...tiny.model.sizes], [2, 1])
})

t.test('a feature that alone decides is told', async (t) => {
  const rows = blobs(
    [
      [0, 0],
      [1000, 1],
    ],
    40,
  )
  const { shown } = await fit(rows, { k: 2 })
  t.match(shown.warnings, [{ code: 'FEATURE_SCALES', evidence: { feature: 'x0' } }])
  const { shown: single } = await fit(
    rows.map(([x]) => [x as number]),
    { k: 2 },
  )
  t.same(single.warnings, [], 'one feature has nobody to hide')
})

t.test('an end before the centroids stand still is told', async (t) => {
  const { shown } = await fit(blobs([[0, 0]], 500), { k: 8, maxIterations: 1, tolerance: 0 })
  t.match(shown.warnings, [{ code: 'NOT_CONVERGED', evidence: { iterations: 1 } }])
})

t.test('importance is the variance between the clusters', async (t) => {
  const { model } = await fit(
    [
      [0, 5],
      [0, 5],
      [4, 5],
      [4, 5],
    ],
    { k: 2 },
  )
  t.same([...(kMeans.importance?.(model).values ?? [])], [4, 0])
})

t.test('the seed decides, and nothing else', async (t) => {
  const rows = blobs([[0, 0, 0, 0]], 3000)
  const bytes = async (seed: number): Promise<string> =>
    Buffer.from(encodeState((await fit(rows, { k: 7, starts: 1 }, { seed })).model)).toString('base64')
  t.equal(await bytes(1), await bytes(1))
  t.not(await bytes(1), await bytes(2))
})

t.test('a cancel ends it', async (t) => {
  const stop = new AbortController()
  const params = withDefaults(kMeans.params, { k: 50, tolerance: 0 }) as never
  const { ctx } = fitting(params, { signal: stop.signal })
  const data = {
    task: 'clustering' as const,
    classes: [],
    X: dense(blobs([[0, 0, 0, 0]], 20_000)),
    y: new Int32Array(),
  }
  const running = kMeans.fit(data, params, ctx)
  setImmediate(() => stop.abort())
  await t.rejects(running, { name: 'AbortError' })
})
