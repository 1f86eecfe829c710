import { fromNpm, ours } from '../contenders.ts'
import { compare, type Measured } from '../measure.ts'
import { distanceLine, memoryLine, namesOf, timeLine } from '../report.ts'
import { accuracy } from '../scores.ts'
import { type BenchTable, type TableOptions, withData } from '../table.ts'

const svmParams = { kernel: 'rbf', c: 1, gamma: 0.05, tolerance: 0.001, cacheMb: 200 }
const forestParams = { trees: 10, minLeaf: 1, features: 'all' }

export const packages: BenchTable = {
  name: 'packages',
  summary: 'svm against libsvm-js, random-forest against ml-random-forest',
  minutes: 1,
  async run(options) {
    const rbf = { params: svmParams, algorithm: 'svm', threshold: 0, theirs: 0.5 } as const
    await against(options, 'libsvm.js', 'libsvm-js', 'SVM, rbf kernel, 5,000 x 20', { ...rbf, rows: 5000 })
    const trees = { params: forestParams, algorithm: 'random-forest', threshold: 0.5, theirs: 0.5 } as const
    const title = 'Random forest, 1,000 x 20, 10 trees that look at all features'
    await against(options, 'ml-random-forest.js', 'ml-random-forest', title, { ...trees, rows: 1000 })
  },
}

interface Case {
  readonly rows: number
  readonly algorithm: string
  readonly params: Readonly<Record<string, unknown>>
  /** Where the positive class begins: in our scores, and in theirs (labels). */
  readonly threshold: number
  readonly theirs: number
}

function against({ runs, print }: TableOptions, file: string, name: string, title: string, one: Case): Promise<void> {
  const names = ['Daybook', name]
  return withData({ form: 'dense', rows: one.rows, test: 5000, features: 20 }, (data, { test }) => {
    const job = { data, threads: 1, time: 'fit', params: one.params } as const
    const measured = compare([ours({ ...job, algorithm: one.algorithm }), fromNpm(file, name, job)], runs)
    const right = ({ name, outcome }: Measured): number =>
      accuracy(outcome.scores ?? [], test.y, name === 'Daybook' ? one.threshold : one.theirs)
    print({
      title,
      contenders: namesOf(measured, names),
      lines: [
        timeLine('1 thread', measured),
        memoryLine('1 thread', measured),
        distanceLine({ what: 'accuracy', measured, value: right, show: (each) => right(each).toFixed(4) }),
      ],
    })
  })
}
