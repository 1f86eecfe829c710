import fc from 'fast-check'
import t from 'tap'
import clip from '../../../plugins/preprocess/clip.ts'
import log from '../../../plugins/preprocess/log.ts'
import minMax from '../../../plugins/preprocess/min-max.ts'
import robustScale from '../../../plugins/preprocess/robust-scale.ts'
import standardize from '../../../plugins/preprocess/standardize.ts'
import { transform } from './transform.ts'

t.test('standardize', async (t) => {
  const { x } = await transform(standardize, {}, { x: [1, 2, 3, 4] })
  t.strictSame(
    x,
    [-1.5, -0.5, 0.5, 1.5].map((value) => value / Math.sqrt(1.25)),
    'population variance of 1 … 4 is 1.25',
  )
  t.strictSame(await transform(standardize, {}, { x: [7, 7, null] }), { x: [0, 0, null] }, 'a constant is only centred')
  t.strictSame(await transform(standardize, { scale: false }, { x: [1, 3] }), { x: [-1, 1] })
  t.strictSame(await transform(standardize, { center: false }, { x: [1, 3] }), { x: [1, 3] })
  await t.rejects(transform(standardize, {}, { x: [null, null] }), { code: 'DATA_ALL_MISSING' })
})

t.test('standardized numbers have mean 0 and deviation 1', async () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  await fc.assert(
    fc.asyncProperty(fc.array(number, { minLength: 3, maxLength: 50 }), async (x) => {
      fc.pre(Math.max(...x) - Math.min(...x) > 1e-3)
      const scaled = (await transform(standardize, {}, { x })).x as number[]
      const mean = scaled.reduce((a, b) => a + b, 0) / scaled.length
      const variance = scaled.reduce((a, b) => a + (b - mean) ** 2, 0) / scaled.length
      return Math.abs(mean) < 1e-6 && Math.abs(variance - 1) < 1e-6
    }),
    { numRuns: 50, seed: 1 },
  )
})

t.test('min-max', async (t) => {
  t.strictSame(await transform(minMax, { min: -1, max: 1 }, { x: [0, 5, 10] }, { x: [5, 20, null] }), {
    x: [0, 3, null],
  })
  t.strictSame(await transform(minMax, { clip: true }, { x: [0, 10] }, { x: [-5, 20] }), { x: [0, 1] })
  t.strictSame(await transform(minMax, {}, { x: [4, 4] }), { x: [0, 0] })
  await t.rejects(transform(minMax, {}, { x: [null] }), { code: 'DATA_ALL_MISSING' })
})

t.test('robust-scale', async (t) => {
  const { x } = await transform(robustScale, {}, { x: [1, 2, 3, 4] }, { x: [2.5, 4] })
  t.strictSame(x, [0, 1], 'quartiles of 1 … 4 by linear interpolation are 1.75 and 3.25')
  t.strictSame(
    await transform(robustScale, {}, { x: [5, 5, 5, 9] }, { x: [6] }),
    { x: [1] },
    'a range of 0 leaves the scale',
  )
})

t.test('log', async (t) => {
  const { x } = await transform(log, {}, { x: [0, -0, Math.E - 1, 1 - Math.E, 1e300, null] })
  const [zero, minusZero, one, minusOne, huge, missing] = x as [number, number, number, number, number, null]
  t.ok(Object.is(zero, 0) && Object.is(minusZero, 0))
  t.ok(Math.abs(one - 1) < 1e-15 && minusOne === -one)
  t.ok(Math.abs(huge - 690.7755278982137) < 1e-12, '300 · ln 10')
  t.equal(missing, null)
})

t.test('clip', async (t) => {
  const fit = { x: Array.from({ length: 101 }, (_, i) => i) }
  const given = { x: [-1, 0.5, 50, 99.5, 200, null] }
  t.strictSame(await transform(clip, {}, fit, given), { x: [1, 1, 50, 99, 99, null] }, 'percentiles 1 and 99')
  t.strictSame(await transform(clip, { min: 0, max: 100 }, fit, given), { x: [0, 0.5, 50, 99.5, 100, null] })
  t.strictSame(await transform(clip, { min: 0, upper: 1 }, fit, given), { x: [0, 0.5, 50, 99.5, 100, null] })
})

t.test('bounds in the wrong order are refused before data flows', async (t) => {
  const code = 'PARAM_CONFLICT'
  t.throws(() => minMax.output([], { min: 1, max: 0, clip: false }), {
    code,
    message: '`max` is 0, expected more than `min`, which is 1',
  })
  t.throws(() => robustScale.output([], { lower: 0.75, upper: 0.25 }), { code })
  t.throws(() => clip.output([], { lower: 0.9, upper: 0.1, min: null, max: null }), { code })
  t.throws(() => clip.output([], { lower: 0, upper: 1, min: 5, max: 4 }), { code })
  t.strictSame(clip.output([], { lower: 0.9, upper: 0.1, min: 0, max: 4 }), [])
})
