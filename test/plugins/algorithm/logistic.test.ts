import type { Features } from 'daybook/frame'
import { KernelPool, scoringKernels, trainingKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import { Matrix, solve } from 'ml-matrix'
import t from 'tap'
import type { LinearModel } from '../../../plugins/algorithm/linear/model.ts'
import plugin from '../../../plugins/algorithm/logistic.ts'
import { dense, fitting, noise, sparse, withDefaults } from './fitting.ts'
import { peerRows } from './peer-rows.ts'

type Given = Readonly<Record<string, unknown>>

const scoring = scoringKernels()

async function train(data: TrainingData, given: Given = {}) {
  const { ctx, shown } = fitting(withDefaults(plugin.params, given))
  return { state: (await plugin.fit(data, ctx.params, ctx)) as LinearModel, shown }
}

const predict = (state: LinearModel, X: Features): Float64Array =>
  plugin.predict(state, X, { params: {}, kernels: scoring })

/** 150 rows of four features, one of them mostly 0 and one of large numbers; noisy classes. */
function sample(classes: number): { rows: number[][]; y: number[]; weight: number[] } {
  const u = noise(150 * 6, 'logistic')
  const rows: number[][] = []
  const y: number[] = []
  for (let i = 0; i < 150; i++) {
    const [a, b, c, d, e] = u.slice(6 * i, 6 * i + 5) as [number, number, number, number, number]
    rows.push([Math.fround(4 * a - 2), b < 0.7 ? 0 : 1, Math.fround(1000 + 50 * c), Math.fround(d)])
    const score = 4 * a - 2 + (b < 0.7 ? 0 : 1.5) - 2 * c + 3 * (e - 0.5)
    y.push(classes === 2 ? Number(score > 0) : score < -1 ? 0 : score < 1 ? 2 : 1)
  }
  return { rows, y, weight: u.slice(0, 150).map((w) => Math.fround(0.2 + w)) }
}

const data = (rows: number[][], y: number[], classes: number, weight?: number[]): TrainingData => ({
  task: classes === 2 ? 'binary' : 'multiclass',
  classes: ['a', 'b', 'c'].slice(0, classes),
  X: dense(rows),
  y: Int32Array.from(y),
  ...(weight === undefined ? {} : { weight: Float32Array.from(weight) }),
})

/** Derivatives of the penalized loss at the solution, by its definition: [features + 1, outputs], the intercept's last. */
function slopes(state: LinearModel, rows: number[][], y: number[], weight: number[], l2: number): number[][] {
  const outputs = state.intercepts.length
  const out = predict(state, dense(rows))
  const width = state.means.length
  const total = Array.from({ length: width + 1 }, () => Array<number>(outputs).fill(0))
  for (const [i, row] of rows.entries()) {
    for (let k = 0; k < outputs; k++) {
      const p = outputs === 1 ? (out[2 * i + 1] as number) : (out[outputs * i + k] as number)
      const target = outputs === 1 ? (y[i] as number) : Number(y[i] === k)
      const rest = (weight[i] as number) * (p - target)
      for (const [f, x] of [...row, 1].entries()) total[f]![k] = (total[f]?.[k] as number) + rest * x
    }
  }
  for (let f = 0; f < width; f++) {
    for (let k = 0; k < outputs; k++)
      total[f]![k] = (total[f]?.[k] as number) + l2 * (state.coefficients[f * outputs + k] as number)
  }
  return total
}

t.test('its example is true', async (t) => {
  const { params, X, y, given, gives } = plugin.example!
  const { state } = await train(data(X as number[][], y as number[], 2), params as Given)
  const expected = (gives as number[][]).flat()
  for (const [i, p] of predict(state, dense(given)).entries()) t.ok(Math.abs(p - (expected[i] as number)) < 1e-6)
})

t.test('the solution is that of an independent Newton iteration', async (t) => {
  const { rows, y, weight } = sample(2)
  const l2 = 0.5
  const { state, shown } = await train(data(rows, y, 2, weight), { l2, tolerance: 1e-11 })
  t.same(shown.warnings, [])
  const x = new Matrix(rows.map((row) => [...row, 1]))
  let w = Matrix.zeros(5, 1)
  for (let step = 0; step < 30; step++) {
    const p = x
      .mmul(w)
      .to1DArray()
      .map((m) => 1 / (1 + Math.exp(-m)))
    const gradient = x
      .transpose()
      .mmul(Matrix.columnVector(p.map((q, i) => (weight[i] as number) * (q - (y[i] as number)))))
    const curved = x.clone()
    for (const [i, q] of p.entries()) curved.mulRow(i, (weight[i] as number) * q * (1 - q))
    const hessian = x.transpose().mmul(curved)
    for (let f = 0; f < 4; f++) {
      gradient.set(f, 0, gradient.get(f, 0) + l2 * w.get(f, 0))
      hessian.set(f, f, hessian.get(f, f) + l2)
    }
    w = Matrix.sub(w, solve(hessian, gradient))
  }
  const found = [...state.coefficients, state.intercepts[0] as number]
  for (const [f, value] of w.to1DArray().entries()) {
    t.ok(Math.abs((found[f] as number) - value) < 1e-6 * (1 + Math.abs(value)), `${found[f]} for ${value}`)
  }
})

t.test('the penalized loss is flat at the solution', async (t) => {
  for (const classes of [2, 3]) {
    const { rows, y, weight } = sample(classes)
    for (const l2 of [0.1, 5]) {
      const { state } = await train(data(rows, y, classes, weight), { l2, tolerance: 1e-11 })
      // The third feature is near 1,000: its derivatives are that much larger.
      for (const line of slopes(state, rows, y, weight, l2))
        for (const slope of line) t.ok(Math.abs(slope) < 1e-5, String(slope))
    }
  }
})

t.test('an L1 penalty sets coefficients to 0, where the loss is flatter than the penalty', async (t) => {
  const { rows, y, weight } = sample(3)
  const l1 = 6
  const { state } = await train(data(rows, y, 3, weight), { l1, l2: 0.1, tolerance: 1e-10 })
  const flat = slopes(state, rows, y, weight, 0.1)
  let zeros = 0
  for (const [at, coefficient] of state.coefficients.entries()) {
    const slope = flat[Math.floor(at / 3)]?.[at % 3] as number
    if (coefficient === 0) {
      zeros++
      t.ok(Math.abs(slope) <= l1 + 1e-4)
    } else t.ok(Math.abs(slope + l1 * Math.sign(coefficient)) < 1e-4, `slope ${slope} of ${coefficient}`)
  }
  t.ok(zeros >= 3 && zeros < 12, `${zeros} of 12 are 0`)
  const all = await train(data(rows, y, 3, weight), { l1: 1e6 })
  t.ok(all.state.coefficients.every((coefficient) => coefficient === 0))
  // Intercepts alone: the weighted shares of the classes.
  const total = weight.reduce((a, b) => a + b)
  const shares = [0, 1, 2].map((k) => weight.reduce((sum, w, i) => sum + (y[i] === k ? w : 0), 0) / total)
  for (const [k, p] of predict(all.state, dense([rows[0] as number[]])).entries()) {
    t.ok(Math.abs(p - (shares[k] as number)) < 1e-5)
  }
})

t.test('sparse rows and dense rows predict with equal bits, and train to the same model', async (t) => {
  for (const classes of [2, 3]) {
    const { rows, y } = sample(classes)
    const X = dense(rows)
    const { state } = await train(data(rows, y, classes))
    t.strictSame(predict(state, sparse(X)), predict(state, X))
    const again = await train({ ...data(rows, y, classes), X: sparse(X) }, { tolerance: 1e-10 })
    const exact = await train(data(rows, y, classes), { tolerance: 1e-10 })
    for (const [at, value] of again.state.coefficients.entries()) {
      t.ok(Math.abs(value - (exact.state.coefficients[at] as number)) < 1e-6)
    }
    t.strictSame((await train(data(rows, y, classes))).state, state, 'fitted twice')
    const single = rows.flatMap((row) => [...predict(state, dense([row]))])
    t.same(single, [...predict(state, X)], 'row by row')
    t.strictSame(plugin.predict(state, X, fitting({}).ctx), predict(state, X), 'the kernels for training score alike')
  }
})

t.test('contributions and base add up to the log-odds', async (t) => {
  const { rows, y } = sample(2)
  const { state } = await train(data(rows, y, 2))
  const X = dense(rows)
  const p = predict(state, X)
  for (const form of [X, sparse(X)]) {
    const parts = plugin.contributions!(state, form, { params: {}, kernels: scoring })
    for (let i = 0; i < rows.length; i++) {
      const sum = parts.slice(5 * i, 5 * i + 5).reduce((a, b) => a + b)
      const odds = Math.log((p[2 * i + 1] as number) / (p[2 * i] as number))
      t.ok(Math.abs(sum - odds) < 1e-9)
    }
  }
  const three = sample(3)
  const { state: multi } = await train(data(three.rows, three.y, 3))
  const out = predict(multi, dense(three.rows))
  const parts = plugin.contributions!(multi, dense(three.rows), { params: {}, kernels: scoring })
  const own = out.slice(0, 3)
  const top = own.indexOf(Math.max(...own))
  const margins = [0, 1, 2].map((k) =>
    (three.rows[0] as number[]).reduce(
      (sum, x, f) => sum + x * (multi.coefficients[3 * f + k] as number),
      multi.intercepts[k] as number,
    ),
  )
  t.ok(Math.abs(parts.slice(0, 5).reduce((a, b) => a + b) - (margins[top] as number)) < 1e-9)
})

t.test('it shows coefficients, names its measure and warns when it stopped early', async (t) => {
  const { rows, y } = sample(2)
  const { state, shown } = await train(data(rows, y, 2), { maxIterations: 2 })
  t.equal(shown.warnings[0]?.code, 'NOT_CONVERGED')
  t.equal(shown.tables[0]?.rows.length, 5)
  t.equal(shown.figures.length, 1)
  const { measure, values } = plugin.importance!(state)
  t.match(measure, /standard deviation/)
  t.equal(values.length, 4)
  const multi = sample(3)
  t.same((await train(data(multi.rows, multi.y, 3))).shown.tables[0]?.columns, [
    'feature',
    'a',
    'b',
    'c',
    'times standard deviation',
  ])
})

t.test('separable classes and constant features are no trouble', async (t) => {
  const separable = await train(
    data(
      [
        [0, 7],
        [1, 7],
        [2, 7],
        [3, 7],
      ],
      [0, 0, 1, 1],
      2,
    ),
  )
  t.ok((predict(separable.state, dense([[3, 7]]))[1] as number) > 0.7)
  t.equal(separable.state.coefficients[1], 0)
  t.equal(plugin.importance!(separable.state).values[1], 0)
  const free = await train(data([[0], [1]], [0, 1], 2), { l2: 0, maxIterations: 1000 })
  t.ok(free.state.coefficients.every(Number.isFinite))
})

// scikit-learn 1.9.1: LogisticRegression(C=1/(l1 + l2), l1_ratio=l1/(l1 + l2), tol=1e-12), solver lbfgs without L1, else saga.
const peers = [
  {
    classes: 2,
    l1: 0,
    l2: 0.5,
    coefficients: [[4.137586827291179, -1.393162426440195, 1.025271651312719, -0.825867480492812, -0.404875118841055]],
    intercepts: [-0.118221365207551],
  },
  {
    classes: 2,
    l1: 2,
    l2: 0,
    coefficients: [[4.131213063477987, -1.047751861085628, 0.831520838410924, -0.227691735699149, -0.035608616145525]],
    intercepts: [-0.147835871697123],
  },
  {
    classes: 2,
    l1: 1,
    l2: 0.5,
    coefficients: [[3.670960222536825, -1.130739143815569, 0.86006625279033, -0.524076365046014, -0.217126951490825]],
    intercepts: [-0.158729026785788],
  },
  {
    classes: 3,
    l1: 0,
    l2: 0.5,
    coefficients: [
      [-3.69888969848286, 1.700889081498776, -0.570926889725916, 0.432232070497284, -0.036476049244627],
      [4.100765045018467, -1.675300882230758, 0.592600879317862, 0.05348981076544, -0.26631122744425],
      [-0.401875346535608, -0.025588199268017, -0.021673989591946, -0.485721881262723, 0.302787276688877],
    ],
    intercepts: [0.021835173711181, -0.633410724599321, 0.611575550888139],
  },
  {
    classes: 3,
    l1: 1,
    l2: 0.5,
    coefficients: [
      [-2.824111980353601, 1.357502532297644, -0.332746363510181, 0.156958592110258, 0],
      [3.578073712116746, -1.169251813488002, 0.323838784670195, 0, -0.075436241806942],
      [0, 0, 0, -0.324594417443756, 0.054606314958814],
    ],
    intercepts: [-0.00510927268393, -0.400217710160919, 0.405326982844822],
  },
]

t.test(
  'coefficients are those of scikit-learn: L1, L2 and both, two classes and three, dense and sparse',
  async (t) => {
    const { rows, score, weight } = peerRows()
    for (const { classes, l1, l2, coefficients, intercepts } of peers) {
      const y = score.map((value) => (classes === 2 ? Number(value > 0) : value < -0.7 ? 0 : value < 0.8 ? 2 : 1))
      const X = dense(rows)
      for (const form of [X, sparse(X)]) {
        const { state } = await train({ ...data(rows, y, classes, weight), X: form }, { l1, l2, tolerance: 1e-10 })
        const outputs = intercepts.length
        for (const [k, line] of coefficients.entries()) {
          for (const [f, value] of line.entries()) {
            const got = state.coefficients[f * outputs + k] as number
            t.ok(Math.abs(got - value) < 1e-6, `${got} for ${value}, l1 ${l1}, l2 ${l2}`)
          }
        }
        for (const [k, value] of intercepts.entries()) {
          t.ok(
            Math.abs((state.intercepts[k] as number) - value) < 1e-6,
            `intercept ${state.intercepts[k]} for ${value}`,
          )
        }
      }
    }
  },
)

t.test('rows that are mostly 0 train as sparse ones, to the same model', async (t) => {
  const u = noise(200 * 20, 'mostly zero')
  const rows = Array.from({ length: 200 }, (_, i) =>
    u.slice(20 * i, 20 * i + 20).map((x) => (x < 0.85 ? 0 : Math.fround(x))),
  )
  const y = rows.map(([a = 0, b = 0], i) => Number(a - b + (u[i] as number) > 0.5))
  const { state } = await train(data(rows, y, 2), { tolerance: 1e-10 })
  const own = await train({ ...data(rows, y, 2), X: sparse(dense(rows)) }, { tolerance: 1e-10 })
  t.strictSame(own.state, state)
  const shape = slopes(
    state,
    rows,
    y,
    rows.map(() => 1),
    1,
  )
  for (const line of shape) for (const slope of line) t.ok(Math.abs(slope) < 1e-6, String(slope))
})

t.test('features that depend on each other, of units far apart', async (t) => {
  const { rows: plain, y, weight } = sample(2)
  const rows = plain.map(([a = 0, b = 0, c = 0, d = 0]) => {
    const coarse = Math.round(512 * a) / 512 // so that its sums are exact in 32 bits
    return [coarse, b, Math.fround(1e-6 * c), Math.fround(1e8 * d), 2 * coarse, coarse - b]
  })
  for (const [l2, tolerance] of [
    [0, 1e-6],
    [0, 1e-9],
    [1, 1e-9],
  ] as const) {
    const { state, shown } = await train(data(rows, y, 2, weight), { l2, tolerance })
    t.same(shown.warnings, [])
    const flat = slopes(state, rows, y, weight, l2)
    for (const [f, line] of flat.entries()) {
      const size = f < 6 ? Math.max(...rows.map((row) => Math.abs(row[f] as number))) : 1
      t.ok(Math.abs(line[0] as number) < 1000 * tolerance * Math.max(1, size), `${line[0]} of ${f}`)
    }
  }
  const nearly = plain.map(([a = 0, b = 0]) => [a, b, Math.fround(a - b), Math.fround(a / 3)])
  t.same((await train(data(nearly, y, 2, weight), { l2: 0 })).shown.warnings, [])
})

t.test('an L1 penalty over features that depend on each other: to the minimum in few steps', async (t) => {
  const [count, width] = [3000, 30]
  const u = noise(count * (width + 1), 'chain')
  const rows: number[][] = []
  const y: number[] = []
  for (let i = 0; i < count; i++) {
    let x = u[i * (width + 1)] as number
    const row = Array.from({ length: width }, (_, f) => {
      x = 0.98 * x + 0.2 * ((u[i * (width + 1) + f] as number) - 0.5)
      return Math.fround(x)
    })
    rows.push(row)
    const score = 6 * (row[0] as number) - 9 * (row[20] as number) + 2 * (u[i * (width + 1) + width] as number)
    y.push(Number(score > 0))
  }
  const weight = rows.map((_, i) => 0.5 + (i % 3))
  for (const l2 of [0, 0.5]) {
    const { state, shown } = await train(data(rows, y, 2, weight), { l1: 2, l2, maxIterations: 60, tolerance: 1e-8 })
    t.same(shown.warnings, [])
    const flat = slopes(state, rows, y, weight, l2)
    for (const [f, coefficient] of state.coefficients.entries()) {
      const slope = flat[f]?.[0] as number
      if (coefficient === 0) t.ok(Math.abs(slope) <= 2 + 1e-3, `slope ${slope} at 0`)
      else t.ok(Math.abs(slope + 2 * Math.sign(coefficient)) < 1e-3, `slope ${slope} of ${coefficient}`)
    }
    t.ok(Math.abs(flat[width]?.[0] as number) < 1e-3)
    t.ok(state.coefficients.some((coefficient) => coefficient === 0))
  }
})

t.test('bad input', async (t) => {
  const [rows, y] = [
    [[1], [2], [3]],
    [0, 1, 0],
  ]
  await t.rejects(train(data([], [], 2)), { code: 'FIT_NO_ROWS' })
  await t.rejects(train(data(rows, y, 2, [0, 0, 0])), { code: 'FIT_NO_ROWS' })
  await t.rejects(train(data([[1], [Number.NEGATIVE_INFINITY], [3]], y, 2)), {
    code: 'FIT_NOT_FINITE',
    message: /`x0`/,
  })
  await t.rejects(train(data([[1], [Number.NaN], [3]], y, 2)), { code: 'FIT_NOT_FINITE' })
  const nothing = data([[], [], [], []], [0, 1, 1, 1], 2)
  const none = await train({ ...nothing, X: { ...nothing.X, rows: 4 } as Features })
  t.ok(Math.abs((none.state.intercepts[0] as number) - Math.log(3)) < 1e-5, 'no features: the share of the classes')
  const one = await train(data([[5]], [1], 2))
  t.ok((predict(one.state, dense([[5]]))[1] as number) > 0.99)
  const same = await train(data([[1], [2], [3]], [0, 0, 0], 2))
  t.equal(same.shown.warnings[0]?.code, 'ONE_CLASS')
  t.ok((predict(same.state, dense([[2]]))[0] as number) > 0.99)
  const absent = await train(data([[1], [2], [3], [4]], [0, 2, 0, 2], 3))
  t.same(absent.shown.warnings, [])
  t.ok((predict(absent.state, dense([[2]]))[1] as number) < 1e-3, 'a class that no row has')
  const unweighted = await train(data([[1], [2], [3], [1e6]], [0, 1, 0, 1], 2, [1, 1, 1, 0]))
  const without = await train(data(rows, y, 2))
  t.ok(Math.abs((unweighted.state.coefficients[0] as number) - (without.state.coefficients[0] as number)) < 1e-6)
  for (const huge of [1e30, 1e-30]) {
    for (const given of [{}, { l1: 1 }, { l2: 0 }, { l2: 1e300 }, { l1: 1e300 }]) {
      const { state } = await train(data([[huge], [2 * huge], [-3 * huge], [0]], [0, 1, 0, 1], 2), given)
      t.ok([...state.coefficients, ...state.intercepts].every(Number.isFinite), `${huge} ${JSON.stringify(given)}`)
    }
  }
})

t.test('results do not depend on the threads', async (t) => {
  const rows = 20_000
  const width = 12
  const u = noise(rows, 'threads')
  const X: Features = {
    ...dense([Array<number>(width).fill(0)]),
    rows,
    values: Float32Array.from(
      { length: rows * width },
      (_, at) => (((at * 7919) % 1009) / 500 - 1) * (1 + (at % width)),
    ),
  }
  const y = Int32Array.from(u, (value, i) => Number((X.values[i * width] as number) + 3 * value > 1.5))
  const models: LinearModel[] = []
  const pool = new KernelPool({ stress: 3 })
  for (const threads of [1, 2, 3, 8]) {
    const kernels = trainingKernels({ pool, threads })
    const { ctx } = fitting(withDefaults(plugin.params))
    const all: TrainingData = { task: 'binary', classes: ['a', 'b'], X, y }
    models.push((await plugin.fit(all, ctx.params, { ...ctx, kernels })) as LinearModel)
    kernels.close()
  }
  await pool.close()
  for (const model of models) t.strictSame(model, models[0])
})

t.test('a cancel ends it', async (t) => {
  const { rows, y } = sample(2)
  const { ctx } = fitting(withDefaults(plugin.params), { signal: AbortSignal.abort() })
  await t.rejects(Promise.resolve(plugin.fit(data(rows, y, 2), ctx.params, ctx)), { name: 'AbortError' })
})
