import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import t from 'tap'
import adam from '../../../plugins/optimizer/adam.ts'
import gradientDescent from '../../../plugins/optimizer/gradient-descent.ts'
import momentum from '../../../plugins/optimizer/momentum.ts'
import sgd from '../../../plugins/optimizer/sgd.ts'
import type { Kernels } from '../../../src/kernels/index.ts'
import { scoringKernels, trainingKernels } from '../../../src/kernels/index.ts'
import type { Defined } from '../../../src/plugin/kinds.ts'

type Optimizer = Defined<'optimizer'>
type Params = Record<string, unknown>

/** Params with defaults, as the engine hands them over. */
function filled({ params }: Optimizer, given: Params): Params {
  const schema = params as Record<string, { default?: unknown }>
  return Object.fromEntries(Object.keys(schema).map((name) => [name, given[name] ?? schema[name]?.default]))
}

/** Parameters after one update a gradient. */
function descend(
  plugin: Optimizer,
  given: Params,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  kernels: Kernels,
): number[] {
  return kernels.scope(1 << 16, (memory) => {
    const parameters = memory.put(Float32Array.from(start))
    const slots = plugin.slots.map(() => memory.f32(start.length))
    gradients.forEach((gradient, i) => {
      plugin.update(
        { parameters, gradients: memory.put(Float32Array.from(gradient)), slots, t: i + 1 },
        filled(plugin, given),
        kernels,
      )
    })
    return [...parameters]
  })
}

const plugins: readonly Optimizer[] = [gradientDescent, sgd, momentum, adam]

for (const plugin of plugins) {
  t.test(`${plugin.id}: its example is true, over both kinds of kernels`, async (t) => {
    const {
      params,
      parameters,
      gradients,
      gives,
      tolerance = 1e-6,
    } = plugin.example as NonNullable<typeof plugin.example>
    const got = descend(plugin, params as Params, parameters, gradients, scoringKernels())
    got.forEach((value, i) => {
      t.ok(Math.abs(value - (gives[i] as number)) <= tolerance, `${value} is ${gives[i]}`)
    })
    t.same(descend(plugin, params as Params, parameters, gradients, trainingKernels()), got)
  })
}

/** Reproducible numbers of both signs and several scales. */
const numbers = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(((((i + 1) * 6007 * seed) % 997) / 498 - 1) * 10 ** (i % 3)))

const oracles: readonly [string, Optimizer, Params, () => tf.Optimizer][] = [
  ['sgd', sgd, { learningRate: 0.03 }, () => tf.train.sgd(0.03)],
  ['momentum', momentum, { learningRate: 0.02, momentum: 0.8 }, () => tf.train.momentum(0.02, 0.8)],
  ['nesterov', momentum, { learningRate: 0.02, nesterov: true }, () => tf.train.momentum(0.02, 0.9, true)],
  ['adam', adam, { learningRate: 0.01, epsilon: 1e-7 }, () => tf.train.adam(0.01, 0.9, 0.999, 1e-7)],
  ['adam, other decays', adam, { learningRate: 0.1, beta1: 0.5, beta2: 0.9 }, () => tf.train.adam(0.1, 0.5, 0.9, 1e-8)],
]

for (const [name, plugin, params, make] of oracles) {
  t.test(`${name} goes the way of TensorFlow.js`, async (t) => {
    await tf.setBackend('cpu')
    const start = numbers(13, 1)
    const gradients = Array.from({ length: 20 }, (_, i) => numbers(13, i + 2))
    const variable = tf.variable(tf.tensor1d(start), true, `${name} parameters`)
    const optimizer = make()
    for (const gradient of gradients) optimizer.applyGradients([{ name: variable.name, tensor: tf.tensor1d(gradient) }])
    const expected = [...variable.dataSync()]
    const got = descend(plugin, params, start, gradients, scoringKernels())
    got.forEach((value, i) => {
      const wanted = expected[i] as number
      t.ok(Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted)), `${value} is ${wanted}`)
    })
  })
}

t.test("Adam's first step is learningRate against the gradient's sign, however large the gradient is", async (t) => {
  const got = descend(adam, { learningRate: 0.25 }, [1, 1, 1], [[1e-3, -40, 1e6]], scoringKernels())
  for (const [i, expected] of [0.75, 1.25, 0.75].entries())
    t.ok(Math.abs((got[i] as number) - expected) < 1e-4, `${got[i]}`)
})

t.test('gradient descent asks for all rows an update, the others for a batch', async (t) => {
  t.same(
    plugins.map(({ id, batch = 'batch' }) => [id, batch]),
    [
      ['gradient-descent', 'all'],
      ['sgd', 'batch'],
      ['momentum', 'batch'],
      ['adam', 'batch'],
    ],
  )
})
