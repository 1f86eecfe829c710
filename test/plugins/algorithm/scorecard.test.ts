import type { DenseFeatures, Feature } from 'daybook/frame'
import { scoringKernels } from 'daybook/kernels'
import type { JsonObject, TrainingData } from 'daybook/plugin'
import { conformance } from 'daybook/testing'
import fc from 'fast-check'
import t from 'tap'
import {
  type Card,
  logOddsAt,
  pointsAt,
  pointsOf,
  scaleToPoints,
  scoresOf,
} from '../../../plugins/algorithm/scorecard/card.ts'
import scorecard from '../../../plugins/algorithm/scorecard.ts'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import { dense, fitting, noise } from './fitting.ts'

const kernels = scoringKernels()

interface Given {
  readonly features?: Readonly<Record<number, Partial<Feature>>>
  readonly weight?: Float32Array
}

/** Fits a card on rows of `x` and what became of them. */
async function fitCard(params: JsonObject, x: readonly (readonly number[])[], y: readonly number[], given: Given = {}) {
  const filled = fillParams(scorecard.params, params)
  const { ctx, shown } = fitting(filled)
  const data: TrainingData = {
    task: 'binary',
    classes: ['good', 'bad'],
    X: dense(x, given.features),
    y: Int32Array.from(y),
    ...(given.weight && { weight: given.weight }),
  }
  const card = (await scorecard.fit(data, filled, ctx)) as Card
  const predict = (X: DenseFeatures) => scorecard.predict(card, X, { params: filled, kernels })
  return { card, shown, data, predict, X: data.X as DenseFeatures }
}

/** Three bins of two features, as `woe` would weigh them, and bad rows by what they say. */
const values = [-1.2, 0.1, 0.9] as const
const rows = Array.from({ length: 900 }, (_, i) => [values[i % 3] as number, values[Math.floor(i / 3) % 3] as number])
const chance = noise(900, 'bad')
const bad = rows.map(([a = 0, b = 0], i) => ((chance[i] as number) < kernels.math.sigmoid(-1.5 - a - 0.7 * b) ? 1 : 0))
const named: Given = {
  features: {
    0: {
      name: 'debt',
      attributes: values.map((value, i) => ({
        value: Math.fround(value),
        text: ['high', 'middle', 'low'][i] as string,
      })),
    },
    1: { name: 'income' },
  },
}

t.test('the contract holds', (t) => conformance(t, scorecard))

t.test('the scale of the book: 600 points at odds of 50 to 1, 20 points double the odds', (t) => {
  const rule = scaleToPoints(Float64Array.of(1), 0, { points: 600, odds: 50, pdo: 20 }, false, kernels)
  // N. Siddiqi, "Credit Risk Scorecards" (2006), chapter 6: factor 28.8539, offset 487.123
  t.equal(rule.factor.toFixed(4), '28.8539')
  t.equal(rule.offset.toFixed(3), '487.123')
  const oddsAt = (score: number) => kernels.math.exp(-logOddsAt(rule, score))
  t.ok(Math.abs(oddsAt(600) - 50) < 1e-9)
  t.ok(Math.abs(oddsAt(620) - 100) < 1e-9)
  t.end()
})

t.test('on any scale, pdo points double the odds', (t) => {
  const scale = fc.record({
    points: fc.integer({ min: -1000, max: 1000 }),
    odds: fc.double({ min: 0.01, max: 1000, noNaN: true }),
    pdo: fc.double({ min: 1, max: 200, noNaN: true }),
  })
  fc.assert(
    fc.property(scale, fc.integer({ min: -20, max: 20 }), (given, k) => {
      const rule = scaleToPoints(Float64Array.of(1, 2), 0.3, given, false, kernels)
      const odds = kernels.math.exp(-logOddsAt(rule, given.points + k * given.pdo))
      return Math.abs(odds / (given.odds * 2 ** k) - 1) < 1e-9
    }),
  )
  t.end()
})

t.test('without rounding it is the logistic regression', async (t) => {
  const { card, predict, X } = await fitCard({ round: false }, rows, bad, named)
  const [a = 0, b = 0] = card.coefficients
  t.ok(Math.abs(a + 1) < 0.25 && Math.abs(b + 0.7) < 0.25, 'coefficients come near those that made the data')
  const intercept = (card.offset - 2 * card.base) / card.factor
  const probabilities = predict(X)
  for (const row of [0, 1, 2, 5, 8]) {
    const [x = 0, z = 0] = X.values.subarray(2 * row, 2 * row + 2)
    t.ok(Math.abs((probabilities[2 * row + 1] as number) - kernels.math.sigmoid(intercept + a * x + b * z)) < 1e-12)
  }
})

t.test('the card that is shown is the model', async (t) => {
  const { card, shown, predict } = await fitCard({}, rows, bad, named)
  const table = shown.tables.find(({ title }) => title === 'Scorecard')
  t.same(
    table?.rows.map(([feature, attribute]) => [feature, attribute]),
    [
      ['debt', 'high'],
      ['debt', 'middle'],
      ['debt', 'low'],
      ['income', `= ${Math.fround(-1.2)}`],
      ['income', `= ${Math.fround(0.1)}`],
      ['income', `= ${Math.fround(0.9)}`],
    ],
  )
  const points = (feature: string, value: number) =>
    table?.rows.find(([name, , at]) => name === feature && at === Math.fround(value))?.[3] as number
  t.ok(table?.rows.every(([, , , points]) => Number.isInteger(points)))
  for (const a of values) {
    for (const b of values) {
      const score = points('debt', a) + points('income', b)
      const odds = 50 * 2 ** ((score - 600) / 20)
      t.ok(Math.abs((predict(dense([[a, b]]))[1] as number) - 1 / (1 + odds)) < 1e-12, `${score} points`)
    }
  }
  t.ok(points('debt', -1.2) < points('debt', 0.9), 'more points are less risk')
  const meaning = shown.tables.find(({ title }) => title === 'What scores mean')
  t.ok(
    meaning?.rows.every(
      ([score, odds]) => Math.abs((odds as number) / (50 * 2 ** (((score as number) - 600) / 20)) - 1) < 1e-9,
    ),
  )
  t.equal(shown.figures.length, 1)
  t.same(shown.warnings, [])
  t.equal(card.round, true)
})

t.test('the score is the sum of the points, contributions that of the log-odds', async (t) => {
  for (const round of [true, false]) {
    const { card, X, predict } = await fitCard({ round }, rows, bad, named)
    const points = pointsOf(card, X)
    const scores = scoresOf(points, X.rows)
    const parts = scorecard.contributions?.(card, X, { params: {}, kernels }) as Float64Array
    const probabilities = predict(X)
    for (let row = 0; row < X.rows; row++) {
      const own = points.subarray(2 * row, 2 * row + 2)
      t.equal(scores[row], (own[0] as number) + (own[1] as number))
      const sum = parts.subarray(3 * row, 3 * row + 3).reduce((a, b) => a + b)
      if (Math.abs(kernels.math.sigmoid(sum) - (probabilities[2 * row + 1] as number)) > 1e-12) t.fail(`row ${row}`)
    }
    const means = [0, 1].map(
      (f) => Array.from({ length: X.rows }, (_, row) => points[2 * row + f] as number).reduce((a, b) => a + b) / X.rows,
    )
    t.ok(means.every((mean, f) => Math.abs(mean - (card.means[f] as number)) < 1e-9))
  }
})

t.test('points are monotone in the value, rounded or not', async (t) => {
  const { card } = await fitCard({ pdo: 3 }, rows, bad)
  const points = Array.from({ length: 400 }, (_, i) => pointsAt(card, 0, -2 + i / 100))
  t.ok(points.every((value, i) => i === 0 || value >= (points[i - 1] as number)))
})

t.test('a feature that breaks its promise is left out', async (t) => {
  // The second feature is the first and some noise: beside it, the fit turns one of them round.
  const more = noise(900, 'copy')
  const doubled = rows.map(([a = 0], i) => [a, a + 0.3 * (more[i] as number)])
  const y = doubled.map(([a = 0, b = 0], i) =>
    (chance[i] as number) < kernels.math.sigmoid(-1 - 2 * a + (b - a) * 8) ? 1 : 0,
  )
  const free = await fitCard({ l2: 0.01 }, doubled, y)
  t.ok((free.card.coefficients[1] as number) > 0)
  t.match(free.shown.warnings, [{ code: 'SCORECARD_WRONG_SIGN', message: /^`x1`: / }])
  const kept = await fitCard({ l2: 0.01 }, doubled, y, { features: { 1: { monotone: -1 } } })
  t.equal(kept.card.coefficients[1], 0)
  t.ok((kept.card.coefficients[0] as number) < 0)
  t.match(kept.shown.warnings, [{ code: 'SCORECARD_LEFT_OUT', message: /^`x1`: / }])
})

t.test('weights count as rows do', async (t) => {
  const weight = Float32Array.from({ length: 300 }, (_, i) => i % 4)
  const repeat = <T>(list: readonly T[]) =>
    list.slice(0, 300).flatMap((value, i) => Array<T>(weight[i] as number).fill(value))
  const weighted = await fitCard({}, rows.slice(0, 300), bad.slice(0, 300), { weight })
  const repeated = await fitCard({}, repeat(rows), repeat(bad))
  t.ok(
    weighted.card.coefficients.every((value, f) => Math.abs(value - (repeated.card.coefficients[f] as number)) < 1e-4),
  )
  t.ok(weighted.card.means.every((value, f) => Math.abs(value - (repeated.card.means[f] as number)) < 0.05))
})

t.test('features with little in them', async (t) => {
  const constant = await fitCard({}, [[3], [3], [3], [3]], [0, 0, 0, 1])
  t.equal(constant.card.coefficients[0], 0)
  t.ok(Math.abs((constant.predict(dense([[9]]))[1] as number) - 0.25) < 0.01, 'the share of bad rows, but for rounding')
  const parted = await fitCard({}, [[0], [0], [1], [1]], [0, 0, 1, 1])
  t.ok(parted.card.coefficients.every(Number.isFinite), 'classes that a value parts')
  const many = await fitCard(
    {},
    Array.from({ length: 90 }, (_, i) => [i]),
    Array.from({ length: 90 }, (_, i) => i % 2),
  )
  t.same(
    many.shown.tables[0]?.rows.map((row) => row.slice(0, 3)),
    [
      ['x0', 'at the mean', 44.5],
      ['x0', 'a unit more', null],
    ],
  )
})

t.test('one class, no rows and no weight are errors', async (t) => {
  const one = 'FIT_ONE_CLASS'
  await t.rejects(fitCard({}, [[1], [2]], [0, 0]), { code: one, message: /every row to learn from is `good`/ })
  await t.rejects(fitCard({}, [[1]], [1]), { code: one, message: /is `bad`/ })
  const none = 'FIT_NO_ROWS'
  await t.rejects(fitCard({}, [], []), { code: none, message: /empty/ })
  await t.rejects(fitCard({}, [[1], [2]], [0, 1], { weight: Float32Array.of(0, 0) }), {
    code: none,
    message: /weights/,
  })
})
