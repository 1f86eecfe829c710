import type { TrainingData } from 'daybook/plugin'
import t from 'tap'
import { dense } from './fitting.ts'
import { data, predict, sample, train } from './svm-fitting.ts'

t.test('few rows, one class, constant columns, constant targets', async (t) => {
  const one = await train(data([[1], [2], [3]], [1, 1, 1], 2))
  t.equal(one.shown.warnings[0]?.code, 'CLASS_WITHOUT_ROWS')
  t.same([...predict(one.state, dense([[0], [9]]))], [1, 1])
  const linear = await train(data([[1], [2]], [0, 0], 2), { kernel: 'linear', probability: 'sigmoid' })
  t.ok((predict(linear.state, dense([[0]]))[1] as number) < 0.5)
  const absent = await train(data([[0], [1], [5]], [0, 0, 2], 3), { c: 100 })
  const scores = predict(absent.state, dense([[0.5], [5]]))
  t.ok((scores[0] as number) > (scores[1] as number) && (scores[5] as number) > (scores[4] as number))
  const two = await train(data([[0], [1]], [0, 1], 2), { c: 1000, gamma: 1 })
  t.ok((predict(two.state, dense([[0]]))[0] as number) < 0)
  const flat = await train(data([[4], [4], [4]], [0, 1, 1], 2), { probability: 'sigmoid' })
  t.ok(predict(flat.state, dense([[4]])).every(Number.isFinite))
  const values = await train(data([[1], [2], [3]], [7, 7, 7], 0))
  t.same([...predict(values.state, dense([[1], [50]]))], [7, 7])
  const single = await train(data([[1]], [3], 0))
  t.same([...predict(single.state, dense([[1]]))], [3])
  t.same([...predict(single.state, dense([]))], [])
})

t.test('what cannot be trained says why', async (t) => {
  const { rows, y } = sample(30, 2)
  await t.rejects(train(data([], [], 2)), { code: 'FIT_NO_ROWS' })
  await t.rejects(train(data(rows, y, 2, Array(30).fill(0))), { code: 'FIT_NO_ROWS' })
  const far = rows.map((row) => row.map((value) => value * 1e12))
  await t.rejects(train(data(far, y, 2), { kernel: 'polynomial', gamma: 1, degree: 9 }), { code: 'FIT_PARAM' })
  const edge = rows.map((row) => row.map((value) => value * 1e30))
  for (const kernel of ['rbf', 'sigmoid', 'polynomial'])
    await t.rejects(train(data(edge, y, 2), { kernel }), { code: 'FIT_PARAM', hint: undefined, message: /standardize/ })
  t.ok(predict((await train(data(edge, y, 2), { kernel: 'linear' })).state, dense(edge)).every(Number.isFinite))
  t.ok(predict((await train(data(rows, y, 2), { gamma: 1e30 })).state, dense(edge)).every(Number.isFinite))
  const early = await train(data(rows, y, 2), { maxIterations: 3 })
  t.equal(early.shown.warnings[0]?.code, 'NOT_CONVERGED')
  t.equal(early.shown.tables[0]?.rows[0]?.[2], 3)
  const passes = await train(data(rows, y, 2), { kernel: 'linear', maxIterations: 1, tolerance: 1e-9 })
  t.equal(passes.shown.warnings[0]?.code, 'NOT_CONVERGED')
})

t.test('params at the edge of the absurd end, with a model or with a reason', async (t) => {
  const { rows, y } = sample(60, 2)
  const values = sample(60, 0).y
  const numbers = {
    c: [1e-300, 1e9],
    gamma: [1e-30, 1e30],
    coef0: [-1e20, 1e300],
    epsilon: [0, 1e300],
    tolerance: [1e-300, 1],
  }
  for (const kernel of ['linear', 'rbf', 'polynomial', 'sigmoid']) {
    for (const [name, ends] of Object.entries(numbers)) {
      for (const value of ends) {
        for (const given of [data(rows, y, 2), data(rows, values, 0)]) {
          const work = train(given, { kernel, [name]: value, maxIterations: 5000 })
          const state = await work.then(
            ({ state }) => state,
            (error: { code: string }) => error.code,
          )
          if (typeof state === 'string') t.equal(state, 'FIT_PARAM', `${kernel}, ${name} ${value}`)
          else t.ok(predict(state, given.X).every(Number.isFinite), `${kernel}, ${name} ${value}`)
        }
      }
    }
  }
  for (const gamma of [1e-300, 1e300])
    await t.rejects(train(data(rows, y, 2), { gamma }), { code: 'FIT_PARAM', message: /`gamma` cannot be 1e/ })
  const fine = await train(data(rows, y, 2), { kernel: 'polynomial', tolerance: 1e-300 })
  const reached = await train(data(rows, y, 2), { kernel: 'polynomial', tolerance: 1e-9 })
  const [finest, near] = [fine, reached].map(({ shown }) => shown.tables[0]?.rows[0]?.[3] as number) as [number, number]
  t.ok(Math.abs(finest - near) < 1e-6 * Math.abs(near), `${finest}, ${near}`)
})

t.test('weights far apart, few rows for the folds, no features', async (t) => {
  const { rows, y } = sample(40, 2)
  for (const kernel of ['linear', 'rbf']) {
    for (const probability of ['none', 'sigmoid']) {
      for (const weight of [
        () => 1e-30,
        () => 1e6,
        (i: number) => (i % 2 ? 1e6 : 1e-6),
        (i: number) => Number(i < 4),
      ]) {
        const given = data(
          rows,
          y,
          2,
          rows.map((_, i) => weight(i)),
        )
        const { state } = await train(given, { kernel, probability, maxIterations: 50_000 })
        t.ok(predict(state, given.X).every(Number.isFinite))
      }
      const bare: TrainingData = { ...data(rows, y, 2), X: { ...dense([]), rows: 40 } }
      const { state } = await train(bare, { kernel, probability })
      const all = predict(state, bare.X)
      t.ok(all.every((value, i) => Math.abs(value) <= 1 && value === all[i % (probability === 'none' ? 1 : 2)]))
    }
  }
})
