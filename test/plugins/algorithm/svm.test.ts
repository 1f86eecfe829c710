import { createRequire } from 'node:module'
import fc from 'fast-check'
import t from 'tap'
import type { KernelDecisions } from '../../../plugins/algorithm/svm/model.ts'
import plugin from '../../../plugins/algorithm/svm.ts'
import { dense, fitting, noise, sparse } from './fitting.ts'
import { data, type Given, predict, sample, train } from './svm-fitting.ts'

// ── the oracle: LIBSVM 3.22 ──────────────────────────────────────────────────────────────────────────────────────────

interface Libsvm {
  train(rows: readonly number[][], y: readonly number[]): void
  predict(rows: readonly number[][]): number[]
  serializeModel(): string
  getSVIndices(): number[]
  free(): void
}
const Libsvm = createRequire(import.meta.url)('libsvm-js/asm') as new (options: object) => Libsvm

const KERNELS = { linear: 0, polynomial: 1, rbf: 2, sigmoid: 3 } as const

interface OracleKernel {
  readonly kernel: keyof typeof KERNELS
  readonly gamma: number
  readonly coef0?: number
  readonly degree?: number
}

function kernelValue(
  { kernel, gamma, coef0 = 0, degree = 3 }: OracleKernel,
  x: readonly number[],
  y: readonly number[],
) {
  const product = x.reduce((sum, value, f) => sum + value * (y[f] as number), 0)
  if (kernel === 'linear') return product
  if (kernel === 'polynomial') return (gamma * product + coef0) ** degree
  if (kernel === 'sigmoid') return Math.tanh(gamma * product + coef0)
  return Math.exp(-gamma * x.reduce((sum, value, f) => sum + (value - (y[f] as number)) ** 2, 0))
}

/** What LIBSVM finds for two classes (1 positive) or values: coefficients by row, the objective, and decision values. */
function oracle(rows: number[][], y: readonly number[], how: OracleKernel & { c: number; epsilon?: number }) {
  const { kernel, gamma, coef0 = 0, degree = 3, c, epsilon } = how
  const type = epsilon === undefined ? 0 : 3
  const svm = new Libsvm({
    type,
    kernel: KERNELS[kernel],
    gamma,
    coef0,
    degree,
    cost: c,
    quiet: true,
    tolerance: 1e-4,
    ...(epsilon === undefined ? {} : { epsilon }),
  })
  svm.train(rows, y)
  const text = svm.serializeModel()
  const found = svm.getSVIndices()
  svm.free()
  const rho = Number(/^rho (.*)$/m.exec(text)?.[1])
  // Its decisions speak for the class that stands first.
  const sign = epsilon === undefined && /^label (\S+)/m.exec(text)?.[1] === '0' ? -1 : 1
  const lines = text
    .slice(text.indexOf('\nSV\n') + 4)
    .trim()
    .split('\n')
  const betas = new Float64Array(rows.length)
  for (const [k, line] of lines.entries()) betas[found[k] as number] = sign * Number(line.split(' ')[0])
  const outputs = rows.map((x) =>
    rows.reduce((sum, other, j) => (betas[j] === 0 ? sum : sum + (betas[j] as number) * kernelValue(how, x, other)), 0),
  )
  let objective = 0
  for (const [i, beta] of betas.entries()) {
    const z = epsilon === undefined ? (y[i] === 1 ? 1 : -1) : (y[i] as number)
    objective += (beta * (outputs[i] as number)) / 2 - z * beta + (epsilon ?? 0) * Math.abs(beta)
  }
  return { objective, support: found.length, decisions: outputs.map((value) => value - sign * rho) }
}

const cases: readonly OracleKernel[] = [
  { kernel: 'linear', gamma: 1 },
  { kernel: 'rbf', gamma: 0.4 },
  { kernel: 'polynomial', gamma: 0.5, coef0: 1, degree: 3 },
  { kernel: 'sigmoid', gamma: 0.1, coef0: -0.2 },
]

t.test('two classes: objective, support vectors and decisions are those of LIBSVM', async (t) => {
  const { rows, y } = sample(300, 2)
  for (const how of cases) {
    for (const c of [0.5, 10]) {
      const expected = oracle(rows, y, { ...how, c })
      const { state, shown } = await train(data(rows, y, 2), {
        ...how,
        c,
        tolerance: how.kernel === 'linear' ? 1e-7 : 1e-4,
      })
      const [, support, , objective] = shown.tables[0]!.rows[0] as [string, number, number, number]
      t.ok(
        Math.abs(objective - expected.objective) <= 1e-4 * Math.abs(expected.objective),
        `${how.kernel} ${objective}`,
      )
      t.ok(Math.abs(support - expected.support) <= 3, `${support} support vectors, ${expected.support}`)
      const got = predict(state, dense(rows))
      const worst = expected.decisions.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (got[i] as number))),
        0,
      )
      t.ok(worst < 5e-3, `${how.kernel}, c ${c}: decisions differ by ${worst}`)
    }
  }
})

t.test('values: those of LIBSVM on a standardized target', async (t) => {
  const { rows, y } = sample(200, 0)
  const mean = y.reduce((a, b) => a + b) / y.length
  const scale = Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length)
  const targets = y.map((value) => (value - mean) / scale)
  for (const how of cases.slice(0, 3)) {
    const expected = oracle(rows, targets, { ...how, c: 2, epsilon: 0.2 })
    const given = { ...how, c: 2, epsilon: 0.2, tolerance: how.kernel === 'linear' ? 1e-7 : 1e-4 }
    const { state, shown } = await train(data(rows, y, 0), given)
    const objective = shown.tables[0]?.rows[0]?.[3] as number
    t.ok(Math.abs(objective - expected.objective) <= 1e-4 * Math.abs(expected.objective), `${how.kernel} ${objective}`)
    const got = predict(state, dense(rows))
    const worst = expected.decisions.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - ((got[i] as number) - mean) / scale)),
      0,
    )
    t.ok(worst < 5e-3, `${how.kernel}: values differ by ${worst}`)
  }
})

t.test('more classes: labels are those of LIBSVM', async (t) => {
  const { rows, y } = sample(300, 3)
  const svm = new Libsvm({ type: 0, kernel: 2, gamma: 0.4, cost: 2, quiet: true })
  svm.train(rows, y)
  const expected = svm.predict(rows)
  const support = svm.getSVIndices().length
  svm.free()
  const { state } = await train(data(rows, y, 3), { gamma: 0.4, c: 2 })
  const scores = predict(state, dense(rows))
  const labels = rows.map((_, i) =>
    [0, 1, 2].reduce((top, k) => ((scores[3 * i + k] as number) > (scores[3 * i + top] as number) ? k : top), 0),
  )
  t.ok(labels.filter((label, i) => label === expected[i]).length >= 299)
  const { vectors, features } = state.decisions as KernelDecisions
  t.ok(Math.abs(vectors.length / features - support) <= 16 + 3)
})

t.test('the linear solver closes the gap for any price of errors, dense and sparse', async (t) => {
  for (const classes of [0, 2]) {
    const { rows, y } = sample(300, classes)
    for (const c of [0.001, 1, 1000]) {
      const given = { kernel: 'linear', c, tolerance: 1e-8 }
      const { state, shown } = await train(data(rows, y, classes), given)
      t.same(shown.warnings, [])
      const expected = predict(state, dense(rows))
      const { state: other } = await train({ ...data(rows, y, classes), X: sparse(dense(rows)) }, given)
      const span = classes === 0 ? 20 : 1
      t.ok(predict(other, dense(rows)).every((value, i) => Math.abs(value - (expected[i] as number)) < 1e-3 * span))
    }
  }
})

// ── what holds for any data ──────────────────────────────────────────────────────────────────────────────────────────

t.test('its example is true', async (t) => {
  const { params, X, y, given, gives } = plugin.example!
  const { state } = await train(data(X as number[][], y, 2), params as Given)
  for (const [i, value] of predict(state, dense(given)).entries()) t.ok(Math.abs(value - (gives[i] as number)) < 1e-3)
})

t.test('fitted twice the bytes are equal; shrinking and memory do not move the result', async (t) => {
  for (const classes of [0, 2, 3]) {
    const { rows, y } = sample(classes === 2 ? 1500 : 400, classes)
    const given = { c: 5, gamma: 0.3, tolerance: 1e-4 }
    const { state } = await train(data(rows, y, classes), given)
    t.strictSame((await train(data(rows, y, classes), given)).state, state)
    const expected = predict(state, dense(rows))
    for (const other of [{ shrinking: false }, { cacheMb: 1 }]) {
      const got = predict((await train(data(rows, y, classes), { ...given, ...other })).state, dense(rows))
      const span = classes === 0 ? 50 : 1
      const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))), 0)
      t.ok(worst < 2e-3 * span, `${JSON.stringify(other)}: ${worst}`)
    }
  }
})

t.test('a row is predicted alike alone and among others, dense and sparse', async (t) => {
  for (const kernel of ['linear', 'rbf']) {
    for (const classes of [0, 2, 3]) {
      const { rows, y } = sample(120, classes)
      const { state } = await train(data(rows, y, classes), { kernel, probability: 'sigmoid' })
      const all = predict(state, dense(rows))
      t.strictSame(predict(state, sparse(dense(rows))), all)
      t.same(
        rows.slice(0, 20).flatMap((row) => [...predict(state, dense([row]))]),
        [...all.subarray(0, (20 * all.length) / 120)],
      )
      t.strictSame(
        plugin.predict(state, dense(rows), fitting({} as never).ctx),
        all,
        'the kernels for training score alike',
      )
      const fromSparse = await train(
        { ...data(rows, y, classes), X: sparse(dense(rows)) },
        { kernel, probability: 'sigmoid' },
      )
      const got = predict(fromSparse.state, dense(rows))
      const near = kernel === 'rbf' ? 1e-5 : 0.05
      t.ok(got.every((value, i) => Math.abs(value - (all[i] as number)) <= near * (classes === 0 ? 50 : 1)))
    }
  }
})

t.test('swapped labels swap the sign; a scaled feature space with a scaled gamma changes nothing', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(0.25, 2, 8), async (seed, factor) => {
      const { rows, y } = sample(60, 2, `svm ${seed}`)
      if (new Set(y).size < 2) return
      const given = { gamma: 0.5, tolerance: 1e-5 }
      const values = predict((await train(data(rows, y, 2), given)).state, dense(rows))
      const swapped = y.map((code) => 1 - code)
      const other = predict((await train(data(rows, swapped, 2), given)).state, dense(rows))
      const scaled = rows.map((row) => row.map((value) => value * factor))
      const far = await train(data(scaled, y, 2), { ...given, gamma: 0.5 / factor ** 2 })
      const same = predict(far.state, dense(scaled))
      for (const [i, value] of values.entries()) {
        t.ok(Math.abs(value + (other[i] as number)) < 1e-3)
        t.equal(value, same[i], 'powers of two are exact')
      }
      t.strictSame(
        predict((await train(data(scaled, y, 2))).state, dense(scaled)),
        predict((await train(data(rows, y, 2))).state, dense(rows)),
        'the default of gamma follows the scale',
      )
    }),
    { numRuns: 15 },
  )
})

t.test('weights of whole numbers are copies of rows; a weight of 0 takes a row out', async (t) => {
  const { rows, y } = sample(80, 2)
  const weight = rows.map((_, i) => i % 3)
  const copies = rows.flatMap((_, i) => Array<number>(i % 3).fill(i))
  for (const given of [{ gamma: 0.5 }, { kernel: 'linear', tolerance: 1e-6 }]) {
    const weighted = await train(data(rows, y, 2, weight), { tolerance: 1e-6, ...given })
    const copied = await train(
      data(
        copies.map((i) => rows[i] as number[]),
        copies.map((i) => y[i] as number),
        2,
      ),
      { tolerance: 1e-6, ...given },
    )
    const [a, b] = [weighted, copied].map(({ state }) => predict(state, dense(rows))) as [Float64Array, Float64Array]
    t.ok(a.every((value, i) => Math.abs(value - (b[i] as number)) < 5e-3))
  }
})

t.test('probabilities are calibrated, follow the seed alone and sum to 1', async (t) => {
  const { rows, y } = sample(600, 2)
  const { state, shown } = await train(data(rows, y, 2), { probability: 'sigmoid', gamma: 0.4 })
  t.ok((state.sigmoids[0] as number) < 0, 'a higher decision is more probable')
  const p = predict(state, dense(rows))
  const mean = rows.reduce((sum, _, i) => sum + (p[2 * i + 1] as number), 0) / 600
  t.ok(Math.abs(mean - y.reduce((a, b) => a + b) / 600) < 0.03)
  t.ok(shown.asked.length > 0)
  const again = await train(data(rows, y, 2), { probability: 'sigmoid', gamma: 0.4 })
  t.strictSame(again.state, state)
  const other = await train(data(rows, y, 2), { probability: 'sigmoid', gamma: 0.4 }, { seed: 8 })
  t.notSame(other.state.sigmoids, state.sigmoids)
  t.same(other.state.decisions, state.decisions)
  const three = sample(300, 3)
  const multi = await train(data(three.rows, three.y, 3), { probability: 'sigmoid', gamma: 0.4 })
  const shares = predict(multi.state, dense(three.rows))
  let right = 0
  for (let i = 0; i < 300; i++) {
    const own = shares.subarray(3 * i, 3 * i + 3)
    t.ok(own.every((share) => share >= 0 && share <= 1) && Math.abs(own.reduce((a, b) => a + b) - 1) < 1e-9)
    right += Number(own.indexOf(Math.max(...own)) === three.y[i])
  }
  t.ok(right > 240, `${right} of 300`)
})

t.test('without probabilities scores order the rows: votes first, then decisions', async (t) => {
  t.equal((plugin.output as (params: unknown) => string)({ probability: 'none' }), 'scores')
  t.equal((plugin.output as (params: unknown) => string)({ probability: 'sigmoid' }), 'probabilities')
  const { rows, y } = sample(200, 3)
  const scores = predict((await train(data(rows, y, 3))).state, dense(rows))
  for (let i = 0; i < 200; i++) {
    const votes = [...scores.subarray(3 * i, 3 * i + 3)].map(Math.round)
    t.equal(
      votes.reduce((a, b) => a + b),
      3,
    )
  }
})

t.test('thin rows are kept as they are, and give what full ones give', async (t) => {
  const u = noise(4 * 300, 'thin')
  const rows = Array.from({ length: 300 }, (_, i) => {
    const row = Array<number>(80).fill(0)
    for (let k = 0; k < 4; k++)
      row[Math.floor(80 * (u[4 * i + k] as number) ** 2)] = Math.fround(1 + k - 3 * (u[i] as number))
    return row
  })
  const values = rows.map((row) => row.slice(0, 20).reduce((sum, value, f) => sum + (f % 3 ? value : -value), 0))
  for (const kernel of ['rbf', 'polynomial', 'sigmoid']) {
    for (const classes of [0, 2, 3]) {
      const y = values.map((value) => (classes === 0 ? value : Math.min(classes - 1, Math.max(0, Math.round(value)))))
      const given = { kernel, tolerance: 1e-5, probability: classes === 2 ? 'sigmoid' : 'none', cacheMb: 1 }
      const full = data(rows, y, classes)
      const { state } = await train({ ...full, X: sparse(dense(rows)) }, given)
      t.equal(state.decisions.form, 'sparse-kernel')
      const got = predict(state, sparse(dense(rows)))
      t.strictSame(predict(state, dense(rows)), got)
      t.same(
        rows.slice(0, 9).flatMap((row) => [...predict(state, dense([row]))]),
        [...got.subarray(0, (9 * got.length) / 300)],
      )
      const expected = predict((await train(full, given)).state, dense(rows))
      const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] as number))), 0)
      t.ok(worst < 1e-3, `${kernel}, ${classes} classes: ${worst}`)
    }
  }
})

t.test('more rows than a batch of scoring holds', async (t) => {
  const { rows, y } = sample(200, 3)
  const { state } = await train(data(rows, y, 3), { kernel: 'linear' })
  const many = Array.from({ length: 130_000 }, (_, i) => rows[i % 200] as number[])
  const own = predict(state, dense(rows))
  for (const X of [dense(many), sparse(dense(many))]) {
    const all = predict(state, X)
    t.ok(all.every((value, i) => value === own[i % own.length]))
  }
})

t.test('many classes: each machine holds its own pair alone', async (t) => {
  const rows = Array.from({ length: 120 }, (_, i) => [Math.cos(i % 30), Math.sin(i % 30), i % 4])
  const y = rows.map((_, i) => i % 30)
  const names = Array.from({ length: 30 }, (_, i) => `c${i}`)
  const { state } = await train({ ...data(rows, y, 3), classes: names }, { c: 100, gamma: 10 })
  const scores = predict(state, dense(rows))
  const right = y.filter((code, i) => {
    const own = scores.subarray(30 * i, 30 * i + 30)
    return own.indexOf(Math.max(...own)) === code
  })
  t.ok(right.length > 110, `${right.length} of 120`)
})

t.test('a cancel ends it soon', async (t) => {
  const { rows, y } = sample(3000, 2)
  for (const given of [
    { c: 1000, gamma: 2 },
    { kernel: 'linear', tolerance: 1e-15, maxIterations: 100000 },
  ]) {
    const controller = new AbortController()
    const work = train(data(rows, y, 2), given, { signal: controller.signal })
    await new Promise((resolve) => setTimeout(resolve, 20))
    const asked = performance.now()
    controller.abort(new Error('cancelled'))
    await t.rejects(work, { message: 'cancelled' })
    t.comment(`ended after ${Math.round(performance.now() - asked)} ms`)
  }
})
