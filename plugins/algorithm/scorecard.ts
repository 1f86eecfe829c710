import { classWeightParam, defineAlgorithm, fail } from 'daybook/plugin'
import { type Card, logOddsAt, pointsOf, scaleToPoints, scoresOf, spreadOf } from './scorecard/card.ts'
import { fitWeights, turnedFeatures } from './scorecard/fit.ts'
import { writeCard } from './scorecard/onnx.ts'
import { showCard } from './scorecard/show.ts'

/** A logistic regression whose parts are points. */
export default defineAlgorithm({
  id: 'scorecard',
  version: 1,
  summary: 'A logistic regression written as points: a card that can be checked by hand.',
  description:
    'Best behind a `woe` cell: each bin of a column then has its points, and the card names the bins. Any other numeric features will do.\n\n' +
    'score = offset + factor * ln(odds), with factor = pdo / ln 2 and offset = points - factor * ln(odds at `points`). Odds are those of ' +
    'the other class against the positive one: with bad loans as the positive class, good : bad, and more points mean less risk. The ' +
    'points of a feature are its part of the score and an equal share of the constant. With `round`, each is rounded, and predictions come ' +
    'from the sum of rounded points: the card that is shown is the model.\n\n' +
    'Contributions are on the scale of log-odds of the positive class: (mean points - points) / factor. Promises `monotone` of the page ' +
    'are kept: a feature whose coefficient breaks one is left out.\n\n' +
    'Source: N. Siddiqi, "Credit Risk Scorecards" (2006).',
  tasks: ['binary'],
  accepts: ['dense'],
  monotone: true,
  params: {
    points: {
      type: 'number',
      minimum: -1000000,
      maximum: 1000000,
      default: 600,
      description: 'Points of a row whose odds are `odds`.',
    },
    odds: {
      type: 'number',
      minimum: 0.000001,
      maximum: 1000000,
      default: 50,
      description: 'Odds of the other class against the positive one (good : bad) at `points`.',
    },
    pdo: { type: 'number', minimum: 0.01, maximum: 10000, default: 20, description: 'Points that double the odds.' },
    round: {
      type: 'boolean',
      default: true,
      description: 'Round the points of each feature to whole ones, and predict by them.',
    },
    l2: { type: 'number', minimum: 0, default: 1, description: 'L2 penalty on coefficients, as that of `logistic`.' },
    maxIterations: {
      type: 'integer',
      minimum: 1,
      maximum: 1000000,
      default: 500,
      description: 'Steps of the solver at most.',
    },
    tolerance: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1e-6,
      description: 'The solver ends when no derivative of the mean loss, in scaled features, is larger.',
    },
    classWeight: {
      ...classWeightParam,
      description: `${classWeightParam.description} The odds of the card are then those of the weighted rows.`,
    },
  },
  async fit(data, params, ctx): Promise<Card> {
    const { X, classes } = data
    const weights = await fitWeights(data, params, ctx)
    if (X.features.length === 0) throw fail('MODEL_NO_FEATURES', { taker: 'scorecard' })
    const rule = scaleToPoints(weights.coefficients, weights.intercept, params, params.round, ctx.kernels)
    const points = pointsOf(rule, X)
    const card = { ...rule, ...spreadOf(points, X.rows, data.weight) }
    const names = (list: readonly number[]) => list.map((f) => `\`${X.features[f]?.name}\``).join(', ')
    if (weights.leftOut.length > 0)
      ctx.warn({
        code: 'SCORECARD_LEFT_OUT',
        message: `${names(weights.leftOut)}: left out, since beside the other features the points would break the promise \`monotone\`.`,
      })
    const turned = turnedFeatures(data, weights, card.deviations)
    if (turned.length > 0)
      ctx.warn({
        code: 'SCORECARD_WRONG_SIGN',
        message:
          `${names(turned)}: the points go against what the values say by themselves about \`${classes[1]}\`. ` +
          'The features overlap: take out those that say the same.',
      })
    showCard(ctx, card, params, data, scoresOf(points, X.rows))
    return card
  },
  predict(card, X, { kernels }) {
    const scores = scoresOf(pointsOf(card, X), X.rows)
    const probabilities = new Float64Array(2 * X.rows)
    for (let row = 0; row < X.rows; row++) {
      const logOdds = logOddsAt(card, scores[row] as number)
      const positive = kernels.math.sigmoid(logOdds)
      probabilities[2 * row] = 1 - positive
      probabilities[2 * row + 1] = positive
    }
    return probabilities
  },
  importance(card) {
    return { measure: 'standard deviation of the points', values: card.deviations }
  },
  contributions(card, X) {
    const { means, factor } = card
    const width = means.length
    const points = pointsOf(card, X)
    const parts = new Float64Array(X.rows * (width + 1))
    const base = logOddsAt(
      card,
      means.reduce((sum, mean) => sum + mean, 0),
    )
    for (let row = 0; row < X.rows; row++) {
      for (let f = 0; f < width; f++)
        parts[row * (width + 1) + f] = ((means[f] as number) - (points[row * width + f] as number)) / factor
      parts[row * (width + 1) + width] = base
    }
    return parts
  },
  onnx: (state, X, graph) => writeCard(state, X, graph),
  example: {
    params: { l2: 0, round: false },
    task: 'binary',
    X: [[0], [0], [0], [0], [1], [1], [1], [1]],
    y: [0, 0, 0, 1, 0, 1, 1, 1],
    given: [[0], [1]],
    gives: [
      [0.75, 0.25],
      [0.25, 0.75],
    ],
  },
})
