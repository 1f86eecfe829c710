import type { ClassCurves, CurvePoint, Evaluation, Stability } from '../../src/store/evaluation.ts'

const grid = Array.from({ length: 101 }, (_, i) => i / 100)

/** Curves of a class as a middling model draws them. */
function curvesOf(name: string, power: number): ClassCurves {
  const roc = grid.map((x): CurvePoint => [x, x ** power])
  return {
    class: name,
    roc: { points: roc, area: 1 / (1 + power) },
    pr: { points: grid.map((x): CurvePoint => [x, 0.9 - 0.7 * x ** 0.6]), average: 0.48, rate: 0.2 },
    ks: {
      others: grid.map((x): CurvePoint => [x, x ** 0.4]),
      class: grid.map((x): CurvePoint => [x, x ** 1.6]),
      distance: 0.4632,
      at: 0.24,
    },
    calibration: {
      bins: Array.from({ length: 10 }, (_, i) => ({
        from: i / 10,
        to: (i + 1) / 10,
        rows: 900 - 80 * i,
        predicted: i / 10 + 0.05,
        observed: Math.min(1, i / 10 + 0.04 + 0.02 * Math.sin(i)),
      })),
      brier: 0.1263,
      error: 0.0142,
    },
  }
}

function stabilityOf(name: string, psi: number | null, shift: number): Stability {
  const bell = (i: number, middle: number): number => 1 / (1 + ((i - middle) / 3) ** 2)
  return {
    name,
    psi,
    bins: Array.from({ length: 12 }, (_, i) => ({
      label: `${i} to ${i + 1}`,
      train: bell(i, 5),
      test: bell(i, 5 + shift),
    })),
  }
}

const metrics = { train: {}, test: {} }
const better = { auc: 'higher' } as const
const columns = [
  'income',
  'debtRatio',
  'employmentYears',
  'purpose',
  'amount',
  'term',
  'openLoans',
  'region',
  'savings',
  'channel',
  'phone',
  'overdrafts',
  'inquiries',
  'rent',
  'dependants',
]

/** What a binary model of middling skill shows. */
export const binaryEvaluation: Evaluation = {
  format: 1,
  task: 'binary',
  classes: ['no', 'yes'],
  target: 'defaulted',
  output: 'probabilities',
  metrics,
  better,
  parts: {
    train: { rows: 14400, counts: [11520, 2880], mean: null },
    validation: { rows: 1600, counts: [1284, 316], mean: null },
    test: { rows: 4000, counts: [3204, 796], mean: null },
  },
  classResults: {
    confusion: [
      [3010, 194],
      [445, 351],
    ],
    curves: [curvesOf('yes', 0.25)],
    deciles: Array.from({ length: 10 }, (_, i) => ({
      decile: i + 1,
      rows: 400,
      positives: Math.round(260 * 0.7 ** i),
      lowest: 0.9 - 0.09 * (i + 1),
      highest: 0.99 - 0.09 * i,
      meanScore: 0.93 - 0.09 * i,
      rate: (260 * 0.7 ** i) / 400,
      lift: 3.27 * 0.7 ** i,
      captured: 1 - 0.7 ** (i + 1),
      cumulativeLift: 3.27 * 0.85 ** i,
    })),
    scores: {
      edges: Array.from({ length: 21 }, (_, i) => i / 20),
      counts: [
        Array.from({ length: 20 }, (_, i) => Math.round(700 * 0.75 ** i)),
        Array.from({ length: 20 }, (_, i) => Math.round(90 - 4 * Math.abs(i - 9))),
      ],
      series: ['no', 'yes'],
    },
  },
  regressionResults: null,
  stability: {
    scores: [stabilityOf('score', 0.0042, 0.1)],
    features: columns.map((name, i) =>
      stabilityOf(name, i === 0 ? 0.31 : i === 1 ? 0.14 : i === 14 ? null : 0.05 / i, i === 0 ? 2.5 : 0.2),
    ),
  },
}

/** What a model of three classes shows. */
export const multiclassEvaluation: Evaluation = {
  ...binaryEvaluation,
  task: 'multiclass',
  classes: ['low', 'middle', 'high'],
  parts: {
    train: { rows: 300, counts: [100, 120, 80], mean: null },
    test: { rows: 90, counts: [30, 36, 24], mean: null },
  },
  classResults: {
    confusion: [
      [25, 4, 1],
      [6, 27, 3],
      [0, 5, 19],
    ],
    curves: [curvesOf('low', 0.15), curvesOf('middle', 0.35), curvesOf('high', 0.22)],
    deciles: [],
    scores: null,
  },
}

const untargeted: Omit<Evaluation, 'task' | 'output'> = {
  ...binaryEvaluation,
  classes: [],
  target: null,
  parts: { train: { rows: 300, counts: [], mean: null }, test: { rows: 90, counts: [], mean: null } },
  classResults: null,
}

/** What a model of clusters shows. */
export const clusterEvaluation: Evaluation = {
  ...untargeted,
  task: 'clustering',
  output: 'clusters',
  clusterResults: {
    clusters: [
      { cluster: 0, train: 180, test: 60, distance: 1.25 },
      { cluster: 1, train: 120, test: 30, distance: 2.5 },
    ],
    distances: { edges: [0, 1, 2, 3], counts: [[20, 50, 20]], series: ['distance'] },
    profile: [
      { column: 'income', all: { value: 2500 }, clusters: [{ value: 3100.5 }, { value: 1600 }] },
      {
        column: 'housing <b>',
        all: { value: 'rent', share: 0.4 },
        clusters: [{ value: 'own', share: 0.61 }, { value: null }],
      },
    ],
  },
}

/** What a model of anomalies shows where nobody knows which rows are some. */
export const anomalyEvaluation: Evaluation = {
  ...untargeted,
  task: 'anomaly',
  output: 'scores',
  anomalyResults: {
    threshold: 0.6,
    above: { train: 12, test: 3 },
    scores: { edges: [0.4, 0.5, 0.6, 0.7], counts: [[70, 17, 3]], series: ['score'] },
  },
}

/** What a model of a number shows. */
export const regressionEvaluation: Evaluation = {
  ...binaryEvaluation,
  task: 'regression',
  classes: [],
  output: 'values',
  parts: { train: { rows: 300, counts: [], mean: 21000.5 }, test: { rows: 90, counts: [], mean: 20871.2 } },
  classResults: null,
  regressionResults: {
    residuals: {
      edges: Array.from({ length: 21 }, (_, i) => (i - 10) * 1000),
      counts: [Array.from({ length: 20 }, (_, i) => Math.round(400 / (1 + (i - 9.5) ** 2 / 6)))],
      series: ['residual'],
    },
    residualMean: -12.4,
    residualSd: 3120.7,
    predicted: Array.from({ length: 20 }, (_, i) => ({
      from: 9000 + 1500 * i,
      to: 10500 + 1500 * i,
      rows: 4,
      predicted: 9700 + 1500 * i,
      actual: 9900 + 1480 * i,
      low: 6000 + 1450 * i,
      high: 13000 + 1600 * i,
    })),
    errors: Array.from({ length: 10 }, (_, i) => ({
      decile: i + 1,
      from: 8000 + 3000 * i,
      to: 11000 + 3000 * i,
      rows: 9,
      bias: 1900 - 400 * i,
      mae: 2100 + 50 * i,
      rmse: 2900 + 80 * i,
    })),
  },
}
