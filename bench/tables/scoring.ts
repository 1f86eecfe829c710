import { ours, peer } from '../contenders.ts'
import { compare } from '../measure.ts'
import { type Line, memoryLine, namesOf, timeLine } from '../report.ts'
import { type BenchTable, threadsOf, withData } from '../table.ts'
import { treeParams } from './boosting.ts'

const names = ['Daybook', 'XGBoost', 'LightGBM'] as const

export const scoring: BenchTable = {
  name: 'scoring',
  summary: 'gradient-boosting scores 1,000,000 rows by 100 trees, against XGBoost and LightGBM',
  minutes: 2,
  run: ({ runs, print }) =>
    withData({ form: 'dense', rows: 100_000, test: 1_000_000, features: 30 }, (data) => {
      const lines: Line[] = []
      let contenders: readonly string[] = names
      for (const threads of [1, 2]) {
        const job = { data, threads, time: 'predict', params: treeParams } as const
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
        // The bar is XGBoost's time; LightGBM stands beside it.
        const [time, all] = [timeLine(what, measured.slice(0, 2), 1), timeLine(what, measured)]
        lines.push({ ...time, values: all.values }, memoryLine(what, measured))
        contenders = namesOf(measured, names)
      }
      const notes = ['XGBoost by `inplace_predict`, its way without a DMatrix. Scores are probabilities on every side.']
      print({ title: 'Scoring 1,000,000 x 30 by 100 trees of depth 6', contenders, lines, notes })
    }),
}
