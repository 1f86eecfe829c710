import t from 'tap'
import { RandomStream } from '../../src/base/random.ts'
import { scoringKernels, trainingKernels } from '../../src/kernels/index.ts'
import type { MathKernels } from '../../src/kernels/kernels.ts'
import { fixed, fixedExp, fixedLog, fixedLog1p, one, over, times, ulps } from './fixed-point.ts'

const { math } = scoringKernels()
const random = new RandomStream({ seed: 1, cell: 'math', purpose: 'points' })
let drawn = 0
const between = (low: number, high: number): number => low + (high - low) * random.uniform(drawn++)
const many = (count: number, point: () => number): number[] => Array.from({ length: 4 * count }, point)

/** Numbers of every scale from 2^-low to 2^high, of both signs. */
const anyScale = (low: number, high: number) => (): number => between(-1, 1) * 2 ** Math.floor(between(-low, high))

type OneArgument = Exclude<keyof MathKernels, 'pow'>

const functions: Record<OneArgument, { exact(x: bigint): bigint; points: number[]; bound: number }> = {
  exp: {
    exact: fixedExp,
    points: [...many(250, () => between(-745, 709.7)), ...many(250, () => between(-2, 2)), -744.9, -708.5, 709.78271],
    bound: 1,
  },
  expm1: {
    exact: (x) => fixedExp(x) - one,
    points: [...many(150, () => between(-45, 709)), ...many(350, () => between(-2, 2)), ...many(100, anyScale(60, 0))],
    bound: 2,
  },
  log: {
    exact: fixedLog,
    points: [
      ...many(150, () => Math.abs(anyScale(1060, 1020)())),
      ...many(250, () => between(0.5, 2)),
      ...many(50, () => 1 + anyScale(50, -3)()),
      5e-324,
      Number.MAX_VALUE,
    ],
    bound: 1,
  },
  log1p: {
    exact: fixedLog1p,
    points: [
      ...many(200, () => between(-0.9999, 3)),
      ...many(150, anyScale(60, 0)),
      ...many(50, () => between(1, 1e18)),
    ],
    bound: 2,
  },
  tanh: {
    exact: (x) => {
      const e = fixedExp(2n * x)
      return over(e - one, e + one)
    },
    points: [
      ...many(500, () => between(-1.5, 1.5)),
      ...many(50, () => between(-25, 25)),
      ...many(100, anyScale(60, 0)),
    ],
    bound: 2,
  },
  sigmoid: {
    exact: (x) => {
      const e = fixedExp(x)
      return over(e, one + e)
    },
    points: [...many(300, () => between(-8, 8)), ...many(100, () => between(-740, 40))],
    bound: 2,
  },
}

for (const name of Object.keys(functions) as OneArgument[]) {
  const { exact, points, bound } = functions[name]
  t.test(`${name} is within ${bound} ulp of the exact value`, async (t) => {
    let worst = 0
    let at = 0
    for (const x of points) {
      const error = ulps(math[name](x), exact(fixed(x)))
      if (error > worst) {
        worst = error
        at = x
      }
    }
    t.ok(worst <= bound, `worst ${worst} at ${at}`)
  })
}

t.test('pow is within 1 ulp of the exact value', async (t) => {
  let worst = 0
  let at = ''
  for (let i = 0; i < 1000; i++) {
    const x = i % 3 === 0 ? between(0.5, 2) : Math.abs(anyScale(900, 900)())
    const limit = 700 / Math.max(Math.abs(Math.log(x)), 1e-6)
    const y = i % 2 === 0 ? between(-limit, limit) : between(-3, 3) * Math.min(1, limit / 3)
    const error = ulps(math.pow(x, y), fixedExp(times(fixed(y), fixedLog(fixed(x)))))
    if (error > worst) {
      worst = error
      at = `${x} ** ${y}`
    }
  }
  t.ok(worst <= 1, `worst ${worst} at ${at}`)
})

t.test('pow is exact where the result is a whole number', async (t) => {
  for (let base = 2; base <= 12; base++)
    for (let n = 1, power = base; power < 2 ** 53; n++, power *= base)
      t.equal(math.pow(base, n), power, `${base} ** ${n}`)
})

const special: Record<OneArgument, readonly (readonly [number, number])[]> = {
  exp: [
    [0, 1],
    [-0, 1],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
    [5e-324, 1],
    [710, Number.POSITIVE_INFINITY],
    [-746, 0],
    [-745, 5e-324],
  ],
  expm1: [
    [0, 0],
    [-0, -0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, -1],
    [Number.NaN, Number.NaN],
    [5e-324, 5e-324],
    [-1e-310, -1e-310],
    [710, Number.POSITIVE_INFINITY],
    [-100, -1],
  ],
  log: [
    [1, 0],
    [0, Number.NEGATIVE_INFINITY],
    [-0, Number.NEGATIVE_INFINITY],
    [-1, Number.NaN],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Math.E, 1],
  ],
  log1p: [
    [0, 0],
    [-0, -0],
    [-1, Number.NEGATIVE_INFINITY],
    [-1.5, Number.NaN],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [5e-324, 5e-324],
    [-2e-310, -2e-310],
  ],
  tanh: [
    [0, 0],
    [-0, -0],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NEGATIVE_INFINITY, -1],
    [Number.NaN, Number.NaN],
    [5e-324, 5e-324],
    [400, 1],
  ],
  sigmoid: [
    [0, 0.5],
    [-0, 0.5],
    [Number.POSITIVE_INFINITY, 1],
    [Number.NEGATIVE_INFINITY, 0],
    [Number.NaN, Number.NaN],
    [40, 1],
    [-746, 0],
  ],
}

t.test('special values', async (t) => {
  for (const name of Object.keys(special) as OneArgument[])
    for (const [x, y] of special[name]) t.ok(Object.is(math[name](x), y), `${name}(${x}) is ${y}`)
})

t.test('pow has the special values of ECMAScript', async (t) => {
  const values = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e300, -1e300, 5e-324, -5e-324, 2 ** 53, 2 ** 53 + 2]
  values.push(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN)
  for (const x of values) {
    for (const y of values) {
      const expected = x ** y
      const got = math.pow(x, y)
      const same = Object.is(got, expected) || Math.abs(got - expected) <= 2 ** -52 * Math.abs(expected)
      t.ok(same, `${Object.is(x, -0) ? '-0' : x} ** ${Object.is(y, -0) ? '-0' : y} is ${expected}, got ${got}`)
    }
  }
})

t.test('NaN is canonical', async (t) => {
  const view = new DataView(new ArrayBuffer(8))
  for (const name of Object.keys(functions) as OneArgument[]) {
    view.setFloat64(0, math[name](Number.NaN))
    t.equal(view.getBigUint64(0), 0x7ff8000000000000n, name)
  }
})

t.test('training and scoring kernels give equal bits', async (t) => {
  const training = trainingKernels().math
  for (const name of Object.keys(functions) as OneArgument[]) {
    const differ = functions[name].points.filter((x) => !Object.is(training[name](x), math[name](x)))
    t.same(differ, [], name)
  }
  t.equal(training.pow(1.37, -12.5), math.pow(1.37, -12.5))
})
