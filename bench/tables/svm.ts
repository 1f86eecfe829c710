import { ours, peer } from '../contenders.ts'
import { compare, type Measured } from '../measure.ts'
import { distanceLine, type Line, memoryLine, namesOf, type Print, timeLine } from '../report.ts'
import { accuracy, rbfDualObjective } from '../scores.ts'
import { type BenchTable, countOf, threadsOf, withData } from '../table.ts'

const rbf = { kernel: 'rbf', c: 1, gamma: 0.05, tolerance: 0.001, cacheMb: 200 }
const linear = { kernel: 'linear', c: 1, tolerance: 0.001 }

export const svm: BenchTable = {
  name: 'svm',
  summary: 'svm, rbf on 10,000 x 20, linear on 100,000 and 1,000,000 x 20, against scikit-learn',
  minutes: 2,
  async run({ runs, print }) {
    const names = ['Daybook', 'scikit-learn SVC'] as const
    await withData({ form: 'dense', rows: 10_000, test: 20_000, features: 20 }, (data, { test }) => {
      const right = ({ outcome }: Measured): number => accuracy(outcome.scores ?? [], test.y, 0)
      const dual = ({ outcome }: Measured): number =>
        rbfDualObjective(outcome.vectors ?? [], outcome.coefficients ?? [], rbf.gamma)
      const lines: Line[] = []
      let contenders: readonly string[] = names
      for (const threads of [1, 2]) {
        const job = { data, threads, time: 'fit', params: rbf } as const
        const measured = compare(
          [ours({ ...job, algorithm: 'svm' }), peer('sklearn_svm.py', 'sklearn.svm', names[1], job)],
          runs,
        )
        const what = threadsOf(threads)
        lines.push(timeLine(what, measured, 0.5), memoryLine(what, measured))
        if (threads === 1)
          lines.push(
            distanceLine({
              what: 'accuracy',
              measured,
              value: right,
              show: (one) => right(one).toFixed(4),
              bar: 0.002,
            }),
            distanceLine({
              what: 'dual objective',
              measured,
              value: dual,
              show: (one) => dual(one).toFixed(3),
              bar: 0.001,
              relative: true,
            }),
            {
              what: 'support vectors',
              values: measured.map((one) => (one === undefined ? '' : countOf(one.outcome.coefficients?.length ?? 0))),
            },
          )
        contenders = namesOf(measured, names)
      }
      const notes = ['SVC trains on one thread, whatever it is given.']
      print({ title: 'SVM, rbf kernel, 10,000 x 20, c 1, gamma 0.05', contenders, lines, notes })
    })
    await linearTable(runs, print)
  },
}

async function linearTable(runs: number, print: Print): Promise<void> {
  const names = ['Daybook', 'scikit-learn LinearSVC'] as const
  const lines: Line[] = []
  let contenders: readonly string[] = names
  for (const rows of [100_000, 1_000_000])
    await withData({ form: 'dense', rows, test: 20_000, features: 20 }, (data, { test }) => {
      const right = ({ outcome }: Measured): number => accuracy(outcome.scores ?? [], test.y, 0)
      const job = { data, threads: 1, time: 'fit', params: linear } as const
      const measured = compare(
        [
          ours({ ...job, algorithm: 'svm' }),
          rows > 100_000 ? undefined : peer('sklearn_svm.py', 'sklearn.svm', names[1], job),
        ],
        Math.min(runs, 3),
      )
      const what = `${countOf(rows)} rows`
      lines.push(timeLine(what, measured), memoryLine(what, measured))
      lines.push(
        distanceLine({
          what: `${what}: accuracy`,
          measured,
          value: right,
          show: (one) => right(one).toFixed(4),
        }),
      )
      if (rows === 100_000) contenders = namesOf(measured, names)
    })
  const notes = ['One thread, median of 3 runs at most. LinearSVC is left out at 1,000,000 rows: it takes minutes.']
  print({ title: 'SVM, linear kernel, 20 features, c 1, hinge loss', contenders, lines, notes })
}
