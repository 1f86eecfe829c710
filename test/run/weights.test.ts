import t from 'tap'
import { Frame } from '../../src/frame/index.ts'
import type { PageFacts } from '../../src/plan/index.ts'
import { classWeights, combineWeights, rowWeights } from '../../src/run/fit/weights.ts'

t.test('class weights', async (t) => {
  const classes = ['no', 'yes']
  const y = Int32Array.of(0, 0, 0, 1)
  t.same(
    classWeights({ classWeight: 'balanced' }, classes, y),
    Float64Array.of(4 / 6, 2),
    'rows / (classes * rows of the class)',
  )
  t.same(classWeights({ classWeight: { yes: 5 } }, classes, y), Float64Array.of(1, 5))
  t.equal(classWeights({ classWeight: null }, classes, y), undefined)
  t.equal(classWeights({}, classes, y), undefined)
  t.throws(() => classWeights({ classWeight: { maybe: 2 } }, classes, y), { code: 'RUN_UNKNOWN_CLASS' })
  t.same(combineWeights(Float32Array.of(1, 2, 3, 4), Float64Array.of(1, 5), y), Float32Array.of(1, 2, 3, 20))
  t.equal(combineWeights(undefined, undefined, y), undefined)
})

t.test('row weights', async (t) => {
  const page = { columns: { w: { role: 'weight' } } } as unknown as PageFacts
  const frame = (...values: number[]) =>
    new Frame(values.length, [{ type: 'number', name: 'w', values: Float64Array.from(values) }])
  t.same(rowWeights(page, frame(0, 1.5)), Float32Array.of(0, 1.5))
  t.throws(() => rowWeights(page, frame(1, -1)), { code: 'RUN_BAD_WEIGHT', message: /row 1/ })
  t.throws(() => rowWeights(page, frame(Number.NaN)), { code: 'RUN_BAD_WEIGHT' })
  t.equal(rowWeights({ ...page, columns: {} }, frame(1)), undefined)
})
