import { defineMetric } from 'daybook/plugin'
import { confusionOf } from './confusion.ts'

/** Matthews correlation coefficient, for any number of classes. */
export default defineMetric({
  id: 'mcc',
  version: 1,
  summary: 'Matthews correlation coefficient: 1 all right, 0 no better than chance, -1 all wrong.',
  description:
    'Uses the whole confusion matrix, so it holds for rare classes too. 0 where all rows are predicted to be of one class; undefined ' +
    'where all are of one class.\n\n' +
    'Sources: B. W. Matthews, 1975, Biochimica et Biophysica Acta 405; for several classes J. Gorodkin, "Comparing two K-category ' +
    'assignments by a K-category correlation coefficient", Computational Biology and Chemistry 28, 2004.',
  params: {},
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  better: 'higher',
  compute(input) {
    const { classes, actual, predicted, right, total } = confusionOf(input)
    let both = 0
    let actualSquares = 0
    let predictedSquares = 0
    for (let code = 0; code < classes; code++) {
      const a = (actual[code] as number) / total
      const p = (predicted[code] as number) / total
      both += a * p
      actualSquares += a * a
      predictedSquares += p * p
    }
    const oneClass = actual.filter((weight) => weight > 0).length < 2
    if (oneClass) return Number.NaN
    const oneLabel = predicted.filter((weight) => weight > 0).length < 2
    return oneLabel ? 0 : (right / total - both) / (Math.sqrt(1 - actualSquares) * Math.sqrt(1 - predictedSquares))
  },
  // Of scikit-learn's documentation of matthews_corrcoef: true [1, 1, 1, -1], predicted [1, -1, 1, 1].
  example: { task: 'binary', y: [1, 1, 1, 0], labels: [1, 0, 1, 1], gives: -1 / 3 },
})
