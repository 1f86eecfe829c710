import type { Features } from 'daybook/frame'
import { scoringKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import { Matrix, solve } from 'ml-matrix'
import t from 'tap'
import type { LinearModel } from '../../../plugins/algorithm/linear/model.ts'
import plugin from '../../../plugins/algorithm/logistic.ts'
import { dense, fitting, noise, sparse, withDefaults } from './fitting.ts'

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
