import type { TrainingData } from 'daybook/plugin'
import t from 'tap'
import plugin from '../../../../plugins/algorithm/gradient-boosting.ts'
import { checkParams } from '../../../../src/plugin/check-params.ts'
import { dense } from '../fitting.ts'
import { predict, regression, scoring, train } from './boosted.ts'

const nan = Number.NaN
const infinity = Number.POSITIVE_INFINITY

function classes(names: readonly string[], rows: number[][], y: number[], weight?: number[]): TrainingData {
  const data = { X: dense(rows), y: Int32Array.from(y), classes: names }
  const task = names.length === 2 ? ('binary' as const) : ('multiclass' as const)
  return weight === undefined ? { ...data, task } : { ...data, task, weight: Float32Array.from(weight) }
}

t.test('params that make no sense are refused before any data is read', async (t) => {
  for (const [params, says] of [
    [{ trees: 1e9 }, /trees/],
    [{ trees: 0 }, /trees/],
    [{ trees: 1.5 }, /trees/],
    [{ learningRate: 0 }, /learningRate/],
    [{ maxDepth: 1000 }, /maxDepth/],
    [{ maxLeaves: 1 }, /maxLeaves/],
    [{ l2: -1 }, /l2/],
    [{ bins: 256 }, /bins/],
    [{ loss: 'hinge' }, /loss/],
    [{ quantile: 1 }, /quantile/],
    [{ interactions: [] }, /interactions/],
    [{ interactions: [['a', 'a']] }, /interactions/],
    [{ interactions: 'a' }, /interactions/],
    [{ columnSample: 0 }, /columnSample/],
  ] as const) {
    const faults = checkParams(plugin.params, params)
    t.ok(faults.length > 0, JSON.stringify(params))
    t.match(JSON.stringify(faults), says)
  }
  t.same(checkParams(plugin.params, {}), [])
})

t.test('little to learn from gives the model that there is', async (t) => {
  const one = await train(classes(['no', 'yes'], [[1], [2], [3]], [1, 1, 1]))
  t.ok(predict(one.state, dense([[1]]))[1]! > 0.999, 'one class of two')
  const third = predict((await train(classes(['a', 'b', 'c'], [[1], [2], [3]], [2, 2, 2]))).state, dense([[9]]))
  t.ok(third[2]! > 0.999 && third.every(Number.isFinite), 'one class of three')
  const same = await train(
    regression(
      dense([
        [7, 7],
        [7, 7],
      ]),
      [1, 3],
    ),
  )
  t.same(
    [...same.state.feature].every((feature) => feature === -1),
    true,
    'constant columns: roots alone',
  )
  t.same(predict(same.state, dense([[0, nan]])), [2])
  const row = await train(regression(dense([[5]]), [4]))
  t.same(predict(row.state, dense([[0]])), [4], 'one row')
  const none = await train(classes(['no', 'yes'], [[], [], [], []], [1, 0, 0, 0]))
  t.ok(Math.abs(predict(none.state, dense([[]]))[1]! - 0.25) < 1e-6, 'no features: the share')
  const missing = await train(regression(dense([[nan], [nan]]), [1, 3]))
  t.same(predict(missing.state, dense([[nan], [1]])), [2, 2], 'all missing')
})

t.test('infinite features are the largest and the smallest values', async (t) => {
  const rows = [[infinity], [infinity], [3], [3], [-infinity], [-infinity]]
  const { state } = await train(regression(dense(rows), [9, 9, 5, 5, 1, 1]), { l2: 0, learningRate: 1, trees: 3 })
  t.same(predict(state, dense([[infinity], [3], [-1e38], [-infinity]])), [9, 5, 5, 1])
  const parts = plugin.contributions!(state, dense(rows), { params: {}, kernels: scoring })
  t.ok(parts.every(Number.isFinite))
})

t.test('rows of weight 0 teach nothing; where all are, there is no model', async (t) => {
  const rows = [[1], [2], [3], [4]]
  const given = { trees: 5, l2: 0, learningRate: 1 }
  for (const loss of ['squared', 'absolute', 'quantile', 'poisson']) {
    const all = await train(regression(dense(rows), [1, 1, 8, 8], [1, 1, 0, 0]), { ...given, loss })
    t.ok(
      predict(all.state, dense(rows)).every((value) => Math.abs(value - 1) < 1e-9),
      loss,
    )
    const fit = train(regression(dense(rows), [1, 1, 8, 8], [0, 0, 0, 0]), { ...given, loss })
    await t.rejects(fit, { code: 'FIT_NO_ROWS' })
  }
  await t.rejects(train(classes(['a', 'b'], rows, [0, 1, 0, 1], [0, 0, 0, 0])), { code: 'FIT_NO_ROWS' })
})

t.test('penalties and limits beyond reason leave the constant', async (t) => {
  const data = regression(dense([[1], [2], [3], [4]]), [1, 2, 3, 4])
  for (const given of [{ l2: 1e300 }, { l1: 1e300 }, { minChildWeight: 1e300 }, { minGain: 1e300 }]) {
    const out = predict((await train(data, given)).state, dense([[1], [4]]))
    t.ok(
      out.every((value) => Math.abs(value - 2.5) < 1e-6),
      JSON.stringify(given),
    )
  }
  const wild = await train(regression(dense([[1], [2]]), [3.4e38, -3.4e38]), { l2: 0, trees: 3, learningRate: 1 })
  t.ok(predict(wild.state, dense([[1], [2]])).every(Number.isFinite))
})
