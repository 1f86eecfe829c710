import { ours, peer } from '../contenders.ts'
import { compare, type Measured } from '../measure.ts'
import { type Line, memoryLine, namesOf, secondsOf, shortfallLine, timeLine } from '../report.ts'
import { auc } from '../scores.ts'
import { type BenchTable, countOf, threadsOf, withData } from '../table.ts'

/** The same trees on every side: depth-wise, to depth 6. */
export const treeParams = { trees: 100, maxDepth: 6, learningRate: 0.1, l2: 1, minChildWeight: 1, bins: 255 }

const names = ['Daybook', 'XGBoost', 'LightGBM'] as const

export const boosting: BenchTable = against({ name: 'boosting', minutes: 1, rows: 100_000, bars: { 1: 0.75, 2: 1 } })
export const boostingLarge: BenchTable = against({
  name: 'boosting-large',
  minutes: 6,
  rows: 1_000_000,
  bars: { 1: 1, 2: 1 },
  memoryBar: 1.5,
})

interface Size {
  readonly name: string
  readonly minutes: number
  readonly rows: number
  /** Most that ours may take, as a share of the faster peer's time, by threads. */
  readonly bars: Readonly<Record<1 | 2, number>>
  /** Most memory that ours may take, as a share of XGBoost's. */
  readonly memoryBar?: number
}

function against({ name, minutes, rows, bars, memoryBar }: Size): BenchTable {
  const size = `${countOf(rows)} x 30`
  return {
    name,
    summary: `gradient-boosting, ${size}, against XGBoost and LightGBM`,
    minutes,
    run: ({ runs, print }) =>
      withData({ form: 'dense', rows, test: 50_000, features: 30 }, (data, { test }) => {
        const area = ({ outcome }: Measured): number => auc(outcome.scores ?? [], test.y)
        const lines: Line[] = []
        let contenders: readonly string[] = names
        for (const threads of [1, 2] as const) {
          const job = { data, threads, time: 'fit', params: treeParams } as const
          const measured = compare(
            [
              ours({
                ...job,
                algorithm: 'gradient-boosting',
                params: { ...treeParams, maxLeaves: null, columnSample: 1 },
              }),
              peer('xgboost_trees.py', 'xgboost', names[1], job),
              peer('lightgbm_trees.py', 'lightgbm', names[2], job),
            ],
            runs,
          )
          const what = threadsOf(threads)
          lines.push(timeLine(what, measured, bars[threads]))
          lines.push(memoryLine(what, memoryBar === undefined ? measured : measured.slice(0, 2), memoryBar))
          if (threads === 1)
            lines.push(
              shortfallLine({ what: 'AUC', measured, value: area, show: (one) => area(one).toFixed(4), bar: 0.001 }),
            )
          contenders = namesOf(measured, names)
        }
        print({ title: `Gradient boosting, ${size}, 100 trees of depth 6`, contenders, lines })
      }),
  }
}

export const scaling: BenchTable = {
  name: 'scaling',
  summary: 'gradient-boosting from 100,000 to 1,000,000 rows, and from 1 thread to 2',
  minutes: 2,
  async run({ runs, print }) {
    const time = (rows: number, threads: readonly number[]): Promise<Measured[]> =>
      withData({ form: 'dense', rows, test: 1000, features: 30 }, (data) => {
        const params = { ...treeParams, maxLeaves: null, columnSample: 1 }
        const job = { data, time: 'fit', algorithm: 'gradient-boosting', params } as const
        return compare(
          threads.map((count) => ours({ ...job, threads: count })),
          runs,
        ) as Measured[]
      })
    const [small] = (await time(100_000, [1])) as [Measured]
    const [one, two] = (await time(1_000_000, [1, 2])) as [Measured, Measured]
    const [growth, gain] = [one.seconds / small.seconds, one.seconds / two.seconds]
    const loaded = [small, one, two].some((measured) => measured.loaded)
    print({
      title: 'Scaling of gradient boosting: 30 features, 100 trees of depth 6',
      contenders: ['100,000 rows, 1 thread', '1,000,000 rows, 1 thread', '1,000,000 rows, 2 threads'],
      comparing: 'ratio',
      lines: [
        { what: 'seconds (CPU)', values: [small, one, two].map(secondsOf), loaded },
        { what: 'rows x 10', values: [], compared: growth.toFixed(2), bar: '<= 11', kept: growth <= 11 },
        { what: 'threads x 2', values: [], compared: gain.toFixed(2), bar: '>= 1.60', kept: gain >= 1.6 },
      ],
    })
  },
}
