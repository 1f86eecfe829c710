import fc from 'fast-check'
import t from 'tap'
import { RandomStream } from '../../src/base/random.ts'
import {
  activate,
  activateBack,
  activations,
  crossEntropy,
  descend,
  descendByAdam,
  descendWithMomentum,
  dropout,
  type KernelMemory,
  randomBits,
  regressionLoss,
  scoringKernels,
  softmax,
} from '../../src/kernels/index.ts'

const kernels = scoringKernels()
const { math } = kernels
const inMemory = <T>(work: (memory: KernelMemory) => T): T => kernels.scope(1 << 20, work)
const close = (a: number, b: number, tolerance: number): boolean =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))

t.test('randomBits gives the numbers of RandomStream', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 2 ** 40 }), (seed, block) => {
      const stream = new RandomStream({ seed, cell: 'train', purpose: 'dropout' })
      const bits = inMemory((memory) => {
        const out = memory.u32(24)
        randomBits(kernels, out, stream.words, block * 4)
        return [...out]
      })
      return bits.every((value, i) => value === stream.bits(block * 4 + i))
    }),
  )
})

t.test('dropout keeps the share asked for and scales what it keeps', async (t) => {
  inMemory((memory) => {
    const n = 40000
    const bits = memory.u32(n)
    randomBits(kernels, bits, new RandomStream({ seed: 3, cell: 'train', purpose: 'dropout' }).words, 0)
    const out = memory.f32(n)
    dropout(kernels, out, memory.f32(n).fill(3), bits, 0.25)
    const kept = out.filter((value) => value !== 0)
    t.ok(kept.every((value) => value === 4))
    t.ok(Math.abs(kept.length / n - 0.75) < 0.01, `${kept.length / n} kept`)
    dropout(kernels, out, out, bits, 0.25)
    t.equal(out.filter((value) => value !== 0).length, kept.length, 'the same bits drop the same values')
    dropout(kernels, out, memory.f32(n).fill(1), bits, 0)
    t.ok(
      out.every((value) => value === 1),
      'rate 0 changes nothing',
    )
  })
})

const formula: Record<(typeof activations)[number], (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  'leaky-relu': (z) => (z > 0 ? z : 0.01 * z),
  elu: (z) => (z > 0 ? z : math.expm1(z)),
  tanh: (z) => math.tanh(z),
  sigmoid: (z) => math.sigmoid(z),
}

for (const name of activations) {
  t.test(`${name} and its derivative`, async (t) => {
    const z = Float32Array.of(-20, -3, -0.7, -0.01, 0.01, 0.4, 1, 2.5, 20, 0.3, -1.2)
    inMemory((memory) => {
      const a = memory.put(z)
      activate(kernels, name, a)
      const d = memory.f32(z.length).fill(2)
      activateBack(kernels, name, d, a)
      z.forEach((x, i) => {
        t.ok(close(a[i] as number, formula[name](x), 1e-6), `f(${x})`)
        const slope = (formula[name](x + 1e-4) - formula[name](x - 1e-4)) / 2e-4
        t.ok(close((d[i] as number) / 2, slope, 1e-4), `f'(${x}) is ${slope}, got ${(d[i] as number) / 2}`)
      })
    })
  })
}

t.test('activations are rounded from nearly exact values, in every lane, at every size', async (t) => {
  const stream = new RandomStream({ seed: 5, cell: 'train', purpose: 'points' })
  const z = Float32Array.from({ length: 3001 }, (_, i) => {
    const x = 2 * stream.uniform(i) - 1
    return i % 3 === 0 ? 100 * x : i % 3 === 1 ? 4 * x : x * 2 ** -Math.floor(i / 100)
  })
  for (const name of ['elu', 'tanh', 'sigmoid'] as const) {
    inMemory((memory) => {
      const a = memory.put(z)
      activate(kernels, name, a)
      const wrong = z.filter((x, i) => {
        const exact = formula[name](x)
        const allowed = 0.51 * Math.max(2 ** (Math.floor(Math.log2(Math.abs(exact))) - 23), 2 ** -149)
        return !(Math.abs((a[i] as number) - exact) <= allowed)
      })
      t.same([...wrong], [], name)
      const alone = memory.f32(1)
      for (const i of [0, 1, 2, 2999, 3000]) {
        alone[0] = z[i] as number
        activate(kernels, name, alone)
        t.equal(alone[0], a[i])
      }
    })
  }
})

t.test('activations at the ends', async (t) => {
  const ends = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3e38]
  const expected = {
    elu: [0, Number.POSITIVE_INFINITY, -1, Number.NaN, Math.fround(3e38)],
    tanh: [0, 1, -1, Number.NaN, 1],
    sigmoid: [0.5, 1, 0, Number.NaN, 1],
  }
  for (const name of ['elu', 'tanh', 'sigmoid'] as const) {
    inMemory((memory) => {
      const a = memory.put(Float32Array.from(ends))
      activate(kernels, name, a)
      t.same([...a], expected[name], name)
    })
  }
})

t.test('losses and their gradients by finite differences', async (t) => {
  const rows = 3
  const z = [0.4, -1.5, 2, 0.1, 0.2, -0.3, 3, -2, 0.5]
  const weight = Float32Array.of(1, 0.5, 2)
  const check = (
    name: string,
    width: number,
    y: Int32Array | Float32Array,
    step: (memory: KernelMemory, at: Float32Array, d: Float32Array) => number,
  ): void => {
    inMemory((memory) => {
      const at = memory.put(Float32Array.from(z.slice(0, rows * width)))
      const d = memory.f32(at.length)
      step(memory, at, d)
      const gradient = d.slice()
      for (let i = 0; i < at.length; i++) {
        const here = at[i] as number
        at[i] = here + 1e-3
        const upper = step(memory, at, d)
        const top = at[i] as number
        at[i] = here - 1e-3
        const slope = (upper - step(memory, at, d)) / (top - (at[i] as number))
        at[i] = here
        t.ok(close(gradient[i] as number, slope, 2e-3), `${name} ${i}: ${slope}, got ${gradient[i]}`)
      }
      t.equal(y.length, rows)
    })
  }
  const codes = Int32Array.of(1, 0, 1)
  check('binary', 1, codes, (memory, at, d) =>
    crossEntropy(kernels, { z: at, d, y: memory.put(codes), weight: memory.put(weight), factor: 1 }),
  )
  const classes = Int32Array.of(2, 0, 1)
  check('multi-class', 3, classes, (memory, at, d) =>
    crossEntropy(kernels, { z: at, d, y: memory.put(classes), weight: memory.put(weight), factor: 1 }),
  )
  const values = Float32Array.of(1, -1, 0.5)
  for (const loss of ['mse', 'mae', 'huber'] as const)
    check(loss, 1, values, (memory, at, d) =>
      regressionLoss(kernels, loss, { z: at, d, y: memory.put(values), weight: memory.put(weight), factor: 1 }),
    )
})

t.test('cross-entropy and softmax stay finite far out', async (t) => {
  inMemory((memory) => {
    const z = memory.put(Float32Array.of(1000, -1000, 0))
    const d = memory.f32(3)
    const y = memory.put(Int32Array.of(1))
    const weight = memory.put(Float32Array.of(1))
    t.equal(crossEntropy(kernels, { z, d, y, weight, factor: 1 }), 2000)
    t.same([...d], [1, -1, 0])
    const p = memory.f64(3)
    softmax(kernels, p, z, 3)
    t.same([...p], [1, 0, 0])
    const three = { y: memory.put(Int32Array.of(0, 1, 1)), weight: memory.f32(3).fill(1) }
    t.equal(crossEntropy(kernels, { z, d, ...three, factor: 1 }), 1000 + 1000 + math.log(2))
  })
})

t.test('an update gives an element the same bits at every index', async (t) => {
  inMemory((memory) => {
    const vector = (value: number): Float32Array => memory.f32(7).fill(value)
    for (const update of [
      (p: Float32Array, g: Float32Array) => descend(kernels, p, g, 0.1),
      (p: Float32Array, g: Float32Array) =>
        descendWithMomentum(kernels, { p, g, v: vector(0.3) }, { rate: 0.1, decay: 0.7, nesterov: true }),
      (p: Float32Array, g: Float32Array) =>
        descendByAdam(
          kernels,
          { p, g, mean: vector(0.3), variance: vector(0.2) },
          { t: 3, rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        ),
    ]) {
      const p = vector(1.7)
      update(p, vector(0.77))
      t.ok(p.every((value) => value === p[0]))
      t.not(p[0], Math.fround(1.7))
    }
  })
})
