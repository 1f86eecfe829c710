import { ours, peer } from '../contenders.ts'
import type { BenchShape } from '../data.ts'
import { compare, type Measured } from '../measure.ts'
import { distanceLine, type Line, memoryLine, namesOf, shortfallLine, timeLine } from '../report.ts'
import { auc, logisticObjective } from '../scores.ts'
import { type BenchTable, threadsOf, withData } from '../table.ts'

const params = { l2: 1, tolerance: 1e-4, maxIterations: 1000 }

export const logistic: BenchTable = {
  name: 'logistic',
  summary: 'logistic, dense 200,000 x 50 and sparse 100,000 x 5,000, against scikit-learn',
  minutes: 2,
  async run({ runs, print }) {
    const dense: BenchShape = { form: 'dense', rows: 200_000, test: 50_000, features: 50 }
    print(await against('Logistic regression, dense 200,000 x 50', dense, ['lbfgs'], runs))
    const sparse: BenchShape = { form: 'sparse', rows: 100_000, test: 20_000, features: 5000 }
    print(await against('Logistic regression, sparse 100,000 x 5,000', sparse, ['lbfgs', 'saga', 'liblinear'], runs))
  },
}

function against(title: string, shape: BenchShape, solvers: readonly string[], runs: number) {
  return withData(shape, (data, { train, test }) => {
    const names = ['Daybook', ...solvers.map((solver) => `scikit-learn ${solver}`)]
    const objective = ({ outcome }: Measured): number =>
      logisticObjective(train, outcome.coefficients ?? [], outcome.intercepts?.[0] ?? 0, params.l2)
    const area = ({ outcome }: Measured): number => auc(outcome.scores ?? [], test.y)
    const lines: Line[] = []
    let contenders: readonly string[] = names
    for (const threads of [1, 2]) {
      const job = { data, threads, time: 'fit', params } as const
      const measured = compare(
        [
          ours({ ...job, algorithm: 'logistic' }),
          ...solvers.map((solver, i) =>
            peer('sklearn_logistic.py', 'sklearn.linear_model', names[i + 1] ?? '', { ...job, algorithm: solver }),
          ),
        ],
        runs,
      )
      const what = threadsOf(threads)
      lines.push(timeLine(what, measured, 1), memoryLine(what, measured))
      if (threads === 1)
        lines.push(
          distanceLine({
            what: 'objective, mean of the rows',
            measured,
            value: objective,
            show: (one) => objective(one).toFixed(7),
            relative: true,
          }),
          shortfallLine({ what: 'AUC', measured, value: area, show: (one) => area(one).toFixed(4) }),
        )
      contenders = namesOf(measured, names)
    }
    return { title, contenders, lines }
  })
}
