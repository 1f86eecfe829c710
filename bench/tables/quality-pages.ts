/** A real data set on its fixed split, and how each family of algorithms is given it. */
export interface QualityCase {
  /** As reference-scores.md names it. */
  readonly dataset: string
  readonly split: 'mod5' | 'last20'
  readonly metric: 'auc' | 'rmse' | 'accuracy'
  /** The page's `data` (and `cells`), without the algorithm. */
  readonly data: string
  /** Preprocess cells by family; a family that is not named gets those of `dense`. */
  readonly preprocess: Readonly<Partial<Record<'dense' | 'trees', string>>>
  readonly regression?: true
  readonly note?: string
}

/** Families of reference-scores.md, and our algorithms at their defaults. */
export const families = [
  { family: 'linear', peers: ['linear'], classes: 'logistic', values: 'ridge', form: 'dense' },
  { family: 'SVM', peers: ['svm'], classes: 'svm', values: 'svm', form: 'dense' },
  { family: 'forest', peers: ['rf'], classes: 'random-forest', values: 'random-forest', form: 'trees' },
  {
    family: 'boosting',
    peers: ['hgb', 'xgb'],
    classes: 'gradient-boosting',
    values: 'gradient-boosting',
    form: 'trees',
  },
] as const

const every5 = 'split: { by: interval, every: 5 }'
const tabular = { dense: '[impute, one-hot, standardize]', trees: '[]' } as const

export const qualityCases: readonly QualityCase[] = [
  {
    dataset: 'german_credit',
    note: '200 test rows: the standard error is 0.04, so peers are not told apart here.',
    split: 'mod5',
    metric: 'auc',
    data: `data:
  use: csv
  with: { path: "\${env:DAYBOOK_DATA}/german_credit.csv" }
  target: { column: class, positive: "2" }
  ${every5}`,
    preprocess: tabular,
  },
  {
    dataset: 'taiwan_card_default',
    split: 'mod5',
    metric: 'auc',
    data: `data:
  use: csv
  with: { path: "\${env:DAYBOOK_DATA}/taiwan_card_default.csv" }
  target: { column: default_next_month, positive: "1" }
  columns: { ID: { role: ignore } }
  ${every5}`,
    preprocess: tabular,
  },
  {
    dataset: 'california_housing',
    split: 'mod5',
    metric: 'rmse',
    regression: true,
    data: `data:
  use: csv
  with: { path: "\${env:DAYBOOK_DATA}/california_housing.csv" }
  target: median_house_value
  ${every5}`,
    preprocess: tabular,
  },
  {
    dataset: 'sentiment_sentences',
    split: 'mod5',
    metric: 'auc',
    data: `data:
  use: csv
  with: { path: "\${env:DAYBOOK_DATA}/sentiment_sentences.csv" }
  target: { column: label, positive: "1" }
  columns: { source: { role: ignore }, sentence: { type: text } }
  ${every5}`,
    preprocess: { dense: '[{ use: text-tfidf, with: { maxWords: 2, minTexts: 2, maxTerms: 2000, sublinear: true } }]' },
  },
  {
    dataset: 'stocks_daily',
    split: 'last20',
    metric: 'rmse',
    regression: true,
    data: stocks(),
    preprocess: { dense: '[standardize]', trees: '[]' },
  },
  {
    dataset: 'mnist_10k',
    split: 'mod5',
    metric: 'accuracy',
    data: `data:
  use: csv
  with: { path: "\${env:DAYBOOK_DATA}/mnist_10k.csv.gz" }
  target: { column: label, type: category }
  ${every5}`,
    preprocess: { dense: '[min-max]', trees: '[]' },
  },
]

/**
 * The log of the index's volatility over the next five days, from log returns of the last twenty: as values, as absolute
 * values, and their root mean square over 5, 10 and 20 days. The five rows before the test part belong to neither.
 */
function stocks(): string {
  const names = ['MSFT', 'IBM', 'SBUX', 'AAPL', 'GSPC']
  const past = names.flatMap((name) =>
    Array.from(
      { length: 20 },
      (_, k) => `lag(r${name}, ${k}) OVER w AS ${name}_${k}, abs(lag(r${name}, ${k}) OVER w) AS a${name}_${k}`,
    ),
  )
  const rms = [5, 10, 20].map(
    (days) =>
      `ln(sqrt(avg(rGSPC * rGSPC) OVER (ORDER BY Date ROWS BETWEEN ${days - 1} PRECEDING AND CURRENT ROW))) AS rms${days}`,
  )
  const next = 'OVER (ORDER BY Date ROWS BETWEEN 1 FOLLOWING AND 5 FOLLOWING)'
  return `cells:
  prices: { use: csv, with: { path: "\${env:DAYBOOK_DATA}/stocks_daily.csv" } }
  rows:
    use: sql
    from: [prices]
    with:
      orderBy: [Date]
      query: >-
        WITH returns AS (
          SELECT Date, ${names.map((name) => `ln(${name} / lag(${name}) OVER (ORDER BY Date)) AS r${name}`).join(', ')} FROM prices),
        windows AS (
          SELECT Date, row_number() OVER w AS day, count(*) OVER () AS days, ${past.join(', ')}, ${rms.join(', ')},
          ln(sqrt(sum(rGSPC * rGSPC) ${next})) AS volatility, count(*) ${next} AS ahead
          FROM returns WINDOW w AS (ORDER BY Date)),
        whole AS (
          SELECT * EXCLUDE (day, days, ahead), row_number() OVER (ORDER BY Date) - 1 AS i, count(*) OVER () AS n
          FROM windows WHERE day > 20 AND ahead = 5)
        SELECT * EXCLUDE (i, n), CASE WHEN i < floor(0.8 * n) THEN 'train' ELSE 'test' END AS part
        FROM whole WHERE i < floor(0.8 * n) - 5 OR i >= floor(0.8 * n)
data:
  from: rows
  target: volatility
  columns: { Date: { role: ignore } }
  split: { by: column, on: part }`
}
