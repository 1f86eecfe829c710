import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import t from 'tap'
import { initialParameters } from '../../../plugins/algorithm/neural-network/initial.ts'
import { Network, networkBytes } from '../../../plugins/algorithm/neural-network/network.ts'
import type { NetworkState } from '../../../plugins/algorithm/neural-network/scoring.ts'
import { type LayerParams, shapeOf } from '../../../plugins/algorithm/neural-network/shape.ts'
import plugin from '../../../plugins/algorithm/neural-network.ts'
import adam from '../../../plugins/optimizer/adam.ts'
import gradientDescent from '../../../plugins/optimizer/gradient-descent.ts'
import sgd from '../../../plugins/optimizer/sgd.ts'
import { RandomStream } from '../../../src/base/random.ts'
import type { DenseFeatures } from '../../../src/frame/index.ts'
import { crossEntropy, scoringKernels, trainingKernels } from '../../../src/kernels/index.ts'
import type { FitContext, ShownFigure, ShownWarning } from '../../../src/plugin/context.ts'
import type { BoundOptimizer, Defined, Importance, LabelledFeatures, TrainingData } from '../../../src/plugin/kinds.ts'

// ── what the engine does around a plugin ────────────────────────────────────────────────────────────────────────────

type Params = Record<string, unknown>

function filled(schema: Record<string, { default?: unknown }>, given: Params): Params {
  return Object.fromEntries(Object.keys(schema).map((name) => [name, given[name] ?? schema[name]?.default]))
}

function bound(optimizer: Defined<'optimizer'>, given: Params = {}): BoundOptimizer {
  const params = filled(optimizer.params, given)
  const { id, slots, batch = 'batch' } = optimizer
  return { id, slots, batch, update: (step, kernels) => optimizer.update(step, params, kernels) }
}

interface Fitted {
  readonly state: NetworkState
  readonly figures: ShownFigure[]
  readonly warnings: ShownWarning[]
  readonly notes: string[]
  predict(X: DenseFeatures): Float64Array
}

const random =
  (seed: number): FitContext['random'] =>
  (purpose) =>
    new RandomStream({ seed, cell: 'train', purpose })

async function fitted(
  data: Omit<TrainingData, 'optimizer' | 'classes'> & { optimizer?: BoundOptimizer },
  given: Params,
  { seed = 7, signal = new AbortController().signal } = {},
): Promise<Fitted> {
  const params = filled(plugin.params, given)
  const figures: ShownFigure[] = []
  const warnings: ShownWarning[] = []
  const notes: string[] = []
  const ctx: FitContext<never> = {
    params: params as never,
    kernels: trainingKernels(),
    random: random(seed),
    threads: 1,
    signal,
    progress: (_done, _total, note) => notes.push(note ?? ''),
    figure: (figure) => figures.push(figure),
    table: () => {},
    warn: (warning) => warnings.push(warning),
  }
  const classes = data.task === 'binary' ? ['no', 'yes'] : data.task === 'multiclass' ? ['a', 'b', 'c'] : []
  const state = (await plugin.fit({ optimizer: bound(adam), ...data, classes }, params, ctx)) as NetworkState
  const predict = (X: DenseFeatures): Float64Array => plugin.predict(state, X, { params, kernels: scoringKernels() })
  return { state, figures, warnings, notes, predict }
}

// ── data ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function features(rows: number, columns: number, seed = 1): DenseFeatures {
  const stream = new RandomStream({ seed, cell: 'data', purpose: 'X' })
  const values = Float32Array.from({ length: rows * columns }, (_, i) => 4 * stream.uniform(i) - 2)
  const named = Array.from({ length: columns }, (_, i) => ({
    name: `x${i}`,
    kind: 'number' as const,
    sources: [`x${i}`],
  }))
  return { form: 'dense', rows, features: named, values }
}

const at = ({ values, features }: DenseFeatures, row: number, column: number): number =>
  values[row * features.length + column] as number

/** Positive inside a ring: no linear model can tell. */
function ring(rows: number, seed = 1): LabelledFeatures & { X: DenseFeatures; y: Int32Array; task: 'binary' } {
  const X = features(rows, 2, seed)
  const y = Int32Array.from({ length: rows }, (_, i) => (at(X, i, 0) ** 2 + at(X, i, 1) ** 2 < 2 ? 1 : 0))
  return { X, y, task: 'binary' }
}

function bytesOf({ layers }: NetworkState): string {
  return layers
    .map(({ weights, bias }) => [weights, bias].map((part) => Buffer.from(part.buffer).toString('hex')))
    .join()
}

// ── it learns ───────────────────────────────────────────────────────────────────────────────────────────────────────

t.test('learns what a linear model cannot, with its defaults', async (t) => {
  const { predict, figures, notes, state } = await fitted(ring(2000), {})
  const test = ring(1000, 2)
  const p = predict(test.X)
  const right = test.y.filter((label, i) => ((p[2 * i + 1] as number) > 0.5 ? 1 : 0) === label).length
  t.ok(right > 920, `${right} of 1000 right`)
  t.ok(p.every((value, i) => value + (p[i ^ 1] as number) === 1))
  t.equal(notes.length, 30)
  t.match(notes[0], /^loss 0\.\d{4}$/)
  t.equal(figures[0]?.title, 'Learning curve')
  t.same(
    state.layers.map(({ units, activation }) => [units, activation]),
    [
      [64, 'relu'],
      [32, 'relu'],
      [1, 'linear'],
    ],
  )
})

t.test('regression learns in the unit of the target, whatever its scale is', async (t) => {
  const X = features(1500, 3)
  const y = Float32Array.from({ length: 1500 }, (_, i) => 50000 + 8000 * at(X, i, 0) - 6000 * at(X, i, 1) * at(X, i, 2))
  for (const loss of ['auto', 'mae', 'huber']) {
    const { predict } = await fitted({ X, y, task: 'regression' }, { loss, epochs: 60 })
    const p = predict(X)
    const error = Math.sqrt(y.reduce((sum, value, i) => sum + (value - (p[i] as number)) ** 2, 0) / y.length)
    t.ok(error < 2000, `${loss}: rmse ${error} of a deviation of ${12000}`)
  }
})

t.test('tells three classes apart, with every activation', async (t) => {
  const X = features(900, 2)
  const y = Int32Array.from({ length: 900 }, (_, i) => (at(X, i, 0) > 0.5 ? 2 : at(X, i, 1) > 0 ? 1 : 0))
  for (const activation of ['relu', 'leaky-relu', 'elu', 'tanh', 'sigmoid']) {
    const { predict } = await fitted(
      { X, y, task: 'multiclass', optimizer: bound(adam, { learningRate: 0.01 }) },
      { layers: [{ dense: 24, activation }], batchSize: 32 },
    )
    const p = predict(X)
    const right = y.filter((label, i) => {
      const row = [...p.subarray(3 * i, 3 * i + 3)]
      return row.indexOf(Math.max(...row)) === label
    }).length
    t.ok(right > 810, `${activation}: ${right} of 900 right`)
  }
})

t.test('its example is true', async (t) => {
  const example = plugin.example as NonNullable<typeof plugin.example>
  const matrix = (rows: readonly (readonly number[])[]): DenseFeatures => ({
    ...features(rows.length, 1),
    values: Float32Array.from(rows.flat()),
  })
  const y = Float32Array.from(example.y)
  const { predict } = await fitted({ X: matrix(example.X), y, task: 'regression' }, example.params as Params)
  predict(matrix(example.given)).forEach((value, i) => {
    t.ok(
      Math.abs(value - (example.gives[i] as number)) <= (example.tolerance as number),
      `${value} is ${example.gives[i]}`,
    )
  })
})

// ── gradients ───────────────────────────────────────────────────────────────────────────────────────────────────────

t.test('back-propagation agrees with finite differences', async (t) => {
  const kernels = trainingKernels()
  const rows = 5
  const hidden: LayerParams[] = [
    { dense: 6, activation: 'tanh' },
    { dense: 5, activation: 'elu' },
    { dense: 4, activation: 'sigmoid' },
  ]
  const shape = shapeOf(hidden, 3, 3)
  kernels.scope(1 << 18, (memory) => {
    t.ok(networkBytes(shape, rows, true) < 1 << 17)
    const parameters = memory.put(initialParameters(shape, random(3)))
    const network = new Network(kernels, memory, { shape, parameters, rows, back: true })
    const input = memory.put(features(rows, 3).values)
    const y = memory.put(Int32Array.of(0, 2, 1, 1, 0))
    const weight = memory.put(Float32Array.of(1, 2, 0.5, 1, 1))
    const d = memory.f32(rows * 3)
    const loss = (): number => crossEntropy(kernels, { z: network.forward(input, rows), y, weight, d, factor: 1 })
    loss()
    const gradients = memory.f32(shape.parameters)
    network.backward(input, rows, d, gradients)
    for (let i = 0; i < shape.parameters; i++) {
      const here = parameters[i] as number
      parameters[i] = here + 0.01
      const [upper, top] = [loss(), parameters[i] as number]
      parameters[i] = here - 0.01
      const slope = (upper - loss()) / (top - (parameters[i] as number))
      parameters[i] = here
      const got = gradients[i] as number
      if (Math.abs(got - slope) > 1e-3 * Math.max(1, Math.abs(slope))) t.fail(`parameter ${i}: ${slope}, got ${got}`)
    }
  })
})

const oracle: readonly [string, 'binary' | 'multiclass' | 'regression', string][] = [
  ['binary cross-entropy', 'binary', 'binaryCrossentropy'],
  ['multi-class cross-entropy', 'multiclass', 'sparseCategoricalCrossentropy'],
  ['mean squared error', 'regression', 'meanSquaredError'],
]

for (const [name, task, loss] of oracle) {
  t.test(`${name}: losses and weights follow TensorFlow.js from the same start`, async (t) => {
    await tf.setBackend('cpu')
    const rows = 40
    const X = features(rows, 4)
    const classes = { binary: 2, multiclass: 3, regression: 0 }[task]
    // Standardized already, so that the plugin's own standardization does nothing but f32 rounding.
    const y =
      task === 'regression'
        ? Float32Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 1 : -1))
        : Int32Array.from({ length: rows }, (_, i) => (i * 7 + (at(X, i, 0) > 0 ? 1 : 0)) % classes)
    const hidden: LayerParams[] = [
      { dense: 8, activation: 'relu' },
      { dense: 5, activation: 'tanh' },
    ]
    const optimizer = bound(adam, { learningRate: 0.02, epsilon: 1e-7 })
    const ours = await fitted({ X, y, task, optimizer }, { layers: hidden, epochs: 6, batchSize: rows, l2: 0 })

    const outputs = task === 'multiclass' ? 3 : 1
    const shape = shapeOf(hidden, 4, outputs)
    const start = initialParameters(shape, random(7))
    const last = { binary: 'sigmoid', multiclass: 'softmax', regression: 'linear' }[task]
    const model = layers.sequential()
    for (const [i, units] of [8, 5, outputs].entries())
      model.add(
        layers.layers.dense({
          units,
          activation: (['relu', 'tanh', last] as 'relu'[])[i] as 'relu',
          ...(i === 0 ? { inputShape: [4] } : {}),
        }),
      )
    model.setWeights(
      shape.layers.flatMap((layer) =>
        layer.kind === 'dense'
          ? [
              tf.tensor2d(start.slice(layer.weightsAt, layer.biasAt), [layer.inputs, layer.units]),
              tf.tensor1d(start.slice(layer.biasAt, layer.biasAt + layer.units)),
            ]
          : [],
      ),
    )
    model.compile({ optimizer: tf.train.adam(0.02, 0.9, 0.999, 1e-7), loss })
    const history = await model.fit(tf.tensor2d(X.values, [rows, 4]), tf.tensor2d(Float32Array.from(y), [rows, 1]), {
      epochs: 6,
      batchSize: rows,
      shuffle: false,
      verbose: 0,
    })

    const curve = ((ours.figures[0] as ShownFigure).spec.data as { values: { loss: number }[] }).values.map(
      ({ loss }) => loss,
    )
    for (const [i, expected] of (history.history.loss as number[]).entries())
      t.ok(Math.abs((curve[i] as number) - expected) < 1e-4, `epoch ${i + 1}: loss ${expected}, got ${curve[i]}`)
    const weights = model.getWeights().flatMap((tensor) => [...tensor.dataSync()])
    const got = ours.state.layers.flatMap(({ weights, bias }) => [...weights, ...bias])
    t.equal(got.length, weights.length)
    const apart = Math.max(...got.map((value, i) => Math.abs(value - (weights[i] as number))))
    t.ok(apart < 2e-4, `weights at most ${apart} apart`)
  })
}

// ── determinism ─────────────────────────────────────────────────────────────────────────────────────────────────────

t.test('equal seeds give equal bytes, other seeds do not', async (t) => {
  const params = {
    layers: [{ dense: 9, activation: 'tanh' }, { dropout: 0.3 }, { dense: 5, activation: 'relu' }],
    epochs: 4,
  }
  const first = bytesOf((await fitted(ring(300), params)).state)
  t.equal(bytesOf((await fitted(ring(300), params)).state), first)
  t.not(bytesOf((await fitted(ring(300), params, { seed: 8 })).state), first)
})

t.test('predictions do not depend on the batch, and training kernels give the bits of scoring kernels', async (t) => {
  const { state, predict } = await fitted(ring(300), { epochs: 3 })
  const { X } = ring(1500, 5)
  const whole = predict(X)
  t.same(plugin.predict(state, X, { params: {}, kernels: trainingKernels() }), whole)
  for (const row of [0, 1, 777, 1023, 1024, 1499]) {
    const alone = predict({ ...X, rows: 1, values: X.values.slice(2 * row, 2 * row + 2) })
    t.same([...alone], [...whole.subarray(2 * row, 2 * row + 2)], `row ${row}`)
  }
  t.equal(predict({ ...X, rows: 0, values: new Float32Array() }).length, 0)
})

t.test('inputs are left as they were', async (t) => {
  const data = ring(200)
  const weight = new Float32Array(200).fill(2)
  const copies = [data.X.values.slice(), data.y.slice(), weight.slice()]
  const { predict } = await fitted({ ...data, weight }, { epochs: 2 })
  predict(data.X)
  t.same([data.X.values, data.y, weight], copies)
})

// ── batches, weights, stopping ──────────────────────────────────────────────────────────────────────────────────────

t.test('gradient descent makes one update an epoch over all rows, however small the batch is', async (t) => {
  const data = ring(3000) // three chunks
  const optimizer = bound(gradientDescent)
  const small = await fitted(
    { ...data, optimizer },
    { epochs: 3, batchSize: 7, layers: [{ dense: 4, activation: 'tanh' }] },
  )
  const large = await fitted(
    { ...data, optimizer },
    { epochs: 3, batchSize: 3000, layers: [{ dense: 4, activation: 'tanh' }] },
  )
  t.equal(bytesOf(small.state), bytesOf(large.state))
})

t.test('a weight of 2 counts as the row twice', async (t) => {
  const data = ring(60)
  const rows = [...Array(60).keys(), ...Array(20).keys()]
  const X = {
    ...data.X,
    rows: 80,
    values: Float32Array.from(rows.flatMap((row) => [at(data.X, row, 0), at(data.X, row, 1)])),
  }
  const params = { epochs: 20, layers: [{ dense: 6, activation: 'tanh' }] }
  const optimizer = bound(gradientDescent, { learningRate: 0.5 })
  const twice = await fitted(
    { X, y: Int32Array.from(rows, (row) => data.y[row] as number), task: 'binary', optimizer },
    params,
  )
  const weight = Float32Array.from({ length: 60 }, (_, i) => (i < 20 ? 2 : 1))
  const weighted = await fitted({ ...data, weight, optimizer }, params)
  const [a, b] = [twice.predict(data.X), weighted.predict(data.X)]
  t.ok(a.every((value, i) => Math.abs(value - (b[i] as number)) < 1e-4))
  await t.rejects(fitted({ ...data, weight: new Float32Array(60) }, params), { code: 'FIT_NO_ROWS' })
})

t.test('early stopping keeps the best epoch', async (t) => {
  const data = { ...ring(120), validation: ring(400, 9) }
  const params = { epochs: 400, batchSize: 16, l2: 0, layers: [{ dense: 32, activation: 'relu' }] }
  const optimizer = bound(adam, { learningRate: 0.03 })
  const { state, figures, notes } = await fitted({ ...data, optimizer }, { ...params, earlyStopping: 8 })
  t.ok(notes.length < 400, `stopped after ${notes.length} epochs`)
  const losses = notes.map((note) => Number(note.slice(5)))
  const best = losses.indexOf(Math.min(...losses)) + 1
  t.ok(Math.abs(losses.length - 8 - best) <= 1, 'eight epochs after the best')
  t.match(figures[0]?.description, /are kept/)
  const straight = await fitted({ ...data, optimizer }, { ...params, epochs: losses.length - 8 })
  t.equal(bytesOf(straight.state), bytesOf(state))
  const alone = await fitted(ring(50), { epochs: 20, earlyStopping: 2 })
  t.equal(alone.warnings[0]?.code, 'NO_VALIDATION')
  t.equal(alone.notes.length, 20)
})

t.test('l2 shrinks the weights', async (t) => {
  const size = async (l2: number): Promise<number> => {
    const optimizer = bound(adam, { learningRate: 0.02 })
    const { state } = await fitted({ ...ring(300), optimizer }, { l2, epochs: 40 })
    return state.layers[0]?.weights.reduce((sum, value) => sum + value * value, 0) as number
  }
  t.ok((await size(0.1)) < 0.5 * (await size(0)))
})

// ── errors and warnings ─────────────────────────────────────────────────────────────────────────────────────────────

t.test('says what is wrong', async (t) => {
  const data = ring(50)
  await t.rejects(fitted(data, { loss: 'mse' }), {
    code: 'FIT_PARAM',
    message: '`loss` cannot be mse here: the target has classes',
  })
  const numbers = { ...data, y: Float32Array.from(data.y), task: 'regression' as const }
  await t.rejects(fitted(numbers, { loss: 'cross-entropy' }), { code: 'FIT_PARAM' })
  const wild = { ...numbers, optimizer: bound(sgd, { learningRate: 900 }) }
  await t.rejects(fitted(wild, { layers: [{ dense: 8, activation: 'linear' }] }), { code: 'FIT_DIVERGED' })
  await t.rejects(fitted({ ...data, X: { ...data.X, rows: 0 } }, {}), { code: 'FIT_NO_ROWS' })
  const big = { ...data, X: { ...data.X, values: data.X.values.map((value) => value * 1e4) } }
  t.equal((await fitted(big, { epochs: 1 })).warnings[0]?.code, 'NETWORK_UNSCALED_FEATURES')
})

t.test('stops soon after it was cancelled', async (t) => {
  const controller = new AbortController()
  const cancelled = fitted(
    ring(2000),
    { epochs: 100000, layers: [{ dense: 64, activation: 'relu' }] },
    { signal: controller.signal },
  )
  setTimeout(() => controller.abort(new Error('enough')), 50)
  await t.rejects(cancelled, /enough/)
})

t.test('importance finds the features that matter', async (t) => {
  const X = features(1000, 5)
  const y = Int32Array.from({ length: 1000 }, (_, i) => (at(X, i, 1) - at(X, i, 3) > 0 ? 1 : 0))
  const { state } = await fitted({ X, y, task: 'binary' }, { l2: 0.01 })
  const { values } = (plugin.importance as (state: NetworkState) => Importance)(state)
  t.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) < 1e-12)
  for (const other of [0, 2, 4]) for (const key of [1, 3]) t.ok((values[key] as number) > (values[other] as number))
})
