import { ours, peer } from '../contenders.ts'
import { compare, type Measured } from '../measure.ts'
import { type Line, memoryLine, namesOf, shortfallLine, timeLine } from '../report.ts'
import { accuracy } from '../scores.ts'
import { type BenchTable, threadsOf, withData } from '../table.ts'

const params = { trees: 100, minLeaf: 1, features: 'sqrt' }
const names = ['Daybook', 'scikit-learn'] as const

export const forest: BenchTable = {
  name: 'forest',
  summary: 'random-forest, 20,000 x 20, against scikit-learn',
  minutes: 1,
  run: ({ runs, print }) =>
    withData({ form: 'dense', rows: 20_000, test: 20_000, features: 20 }, (data, { test }) => {
      const right = ({ outcome }: Measured): number => accuracy(outcome.scores ?? [], test.y, 0.5)
      const lines: Line[] = []
      let contenders: readonly string[] = names
      for (const threads of [1, 2]) {
        const job = { data, threads, time: 'fit', params } as const
        const measured = compare(
          [ours({ ...job, algorithm: 'random-forest' }), peer('sklearn_forest.py', 'sklearn.ensemble', names[1], job)],
          runs,
        )
        const what = threadsOf(threads)
        lines.push(timeLine(what, measured, 0.35), memoryLine(what, measured))
        if (threads === 1)
          lines.push(
            shortfallLine({
              what: 'accuracy',
              measured,
              value: right,
              show: (one) => right(one).toFixed(4),
              bar: 0.005,
            }),
          )
        contenders = namesOf(measured, names)
      }
      print({ title: 'Random forest, 20,000 x 20, 100 trees grown to the end', contenders, lines })
    }),
}
