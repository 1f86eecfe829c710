import type { JsonObject } from '../base/json.ts'
import type { Task } from '../plugin/api.ts'
import type { RunMetrics } from './record.ts'

/** A point of a curve: [x, y]. Curves have at most {@link CURVE_POINTS} of them. */
export type CurvePoint = readonly [number, number]

/** Most points of a curve, and most rows of a table by score. */
export const CURVE_POINTS = 200

/** Counts between edges: bin i is [edges[i], edges[i + 1]); what lies beyond the edges counts in the outer bins. */
export interface Histogram {
  /** One more than there are bins, ascending. */
  readonly edges: readonly number[]
  /** One series for every text of `series`, one count a bin. */
  readonly counts: readonly (readonly number[])[]
  /** Class texts, or one name. */
  readonly series: readonly string[]
}

/** Counts of rows by actual class (row) and predicted class (column), both in the order of `Evaluation.classes`. */
export type ConfusionMatrix = readonly (readonly number[])[]

/** One class against the rest: the positive class in a binary task, each class (the first ten) in a multi-class one. */
export interface ClassCurves {
  readonly class: string
  /** [false positive rate, true positive rate] from (0, 0) to (1, 1), and the area under it; null: one class only. */
  readonly roc: { readonly points: readonly CurvePoint[]; readonly area: number } | null
  /** [recall, precision] by falling threshold; `average` is the average precision, `rate` the share of the class. */
  readonly pr: { readonly points: readonly CurvePoint[]; readonly average: number; readonly rate: number } | null
  /** Shares of the others and of the class at or below a score: [score, share]; the largest distance and its score. */
  readonly ks: {
    readonly others: readonly CurvePoint[]
    readonly class: readonly CurvePoint[]
    readonly distance: number
    readonly at: number
  } | null
  /** Where the algorithm gives probabilities. */
  readonly calibration: Calibration | null
}

/** How probabilities agree with what happened: ten bins of equal width. Empty bins are left out. */
export interface Calibration {
  readonly bins: readonly {
    readonly from: number
    readonly to: number
    readonly rows: number
    /** Mean probability. */
    readonly predicted: number
    /** Share of the class. */
    readonly observed: number
  }[]
  /** Mean squared difference of probability and outcome. */
  readonly brier: number
  /** Mean |predicted - observed| over the bins, weighed by rows (expected calibration error). */
  readonly error: number
}

/** A tenth of the rows, from the highest score of the positive class to the lowest. */
export interface Decile {
  /** 1: the highest scores. */
  readonly decile: number
  readonly rows: number
  readonly positives: number
  readonly lowest: number
  readonly highest: number
  readonly meanScore: number
  /** Share of positives in this decile. */
  readonly rate: number
  /** `rate` over the share of positives among all rows. */
  readonly lift: number
  /** Share of all positives that are in this decile and the ones above. */
  readonly captured: number
  /** Lift of this decile and the ones above together. */
  readonly cumulativeLift: number
}

/** What the test rows show of a model that predicts classes. */
export interface ClassResults {
  readonly confusion: ConfusionMatrix
  readonly curves: readonly ClassCurves[]
  /** Binary: by score of the positive class; else empty. */
  readonly deciles: readonly Decile[]
  /** Binary: scores of the positive class by actual class; else null. */
  readonly scores: Histogram | null
}

/** What the test rows show of a model that predicts a number. */
export interface RegressionResults {
  /** actual - predicted. */
  readonly residuals: Histogram
  readonly residualMean: number
  readonly residualSd: number
  /** Twenty groups of equal size by predicted value: what was predicted and what was true there. */
  readonly predicted: readonly {
    readonly from: number
    readonly to: number
    readonly rows: number
    readonly predicted: number
    readonly actual: number
    /** 10th and 90th percentile of the actual values. */
    readonly low: number
    readonly high: number
  }[]
  /** Ten groups of equal size by actual value. */
  readonly errors: readonly {
    readonly decile: number
    readonly from: number
    readonly to: number
    readonly rows: number
    /** Mean of predicted - actual. */
    readonly bias: number
    readonly mae: number
    readonly rmse: number
  }[]
}

/** What the rows show of a model that tells clusters apart. */
export interface ClusterResults {
  /** By number. */
  readonly clusters: readonly {
    readonly cluster: number
    /** Rows of the training part. */
    readonly train: number
    readonly test: number
    /** Mean distance of its test rows from the middle of it; null where it has none. */
    readonly distance: number | null
  }[]
  /** Distances of the test rows; null where there are none. */
  readonly distances: Histogram | null
  /** What the training rows of each cluster are like, by raw column: features and protected ones (40 at most; no text, no dates). */
  readonly profile: readonly {
    readonly column: string
    /** Of all training rows. */
    readonly all: ClusterTrait
    /** One a cluster, in the order of `clusters`. */
    readonly clusters: readonly ClusterTrait[]
  }[]
}

/** A number's mean, or the most frequent value of a category and its share. Null: no value. */
export interface ClusterTrait {
  readonly value: number | string | null
  readonly share?: number
}

/** What the rows show of a model that scores how strange a row is. */
export interface AnomalyResults {
  /** The score above which a row is an anomaly. */
  readonly threshold: number
  /** Rows above it. */
  readonly above: { readonly train: number; readonly test: number }
  /** Scores of the test rows; null where there are none. */
  readonly scores: Histogram | null
}

/** Shares of the training and of the test rows in the bins of one quantity, and the population stability index. */
export interface Stability {
  /** Raw column, or `score` / `score of <class>` / `prediction` / `cluster`. */
  readonly name: string
  /** Sum over bins of (test - train) · ln(test / train); below 0.1 stable, above 0.25 shifted. Null: nothing to compare. */
  readonly psi: number | null
  readonly bins: readonly { readonly label: string; readonly train: number; readonly test: number }[]
}

/** Rows of a part of the data, and how its target lies. */
export interface PartSummary {
  readonly rows: number
  /** Rows by class, in the order of `classes`; empty in regression. */
  readonly counts: readonly number[]
  /** Mean of the target; null for classes. */
  readonly mean: number | null
}

/**
 * What the `evaluate` cell writes, as canonical JSON: no NaN (an undefined number is null), equal for equal models and
 * data on any machine. Metrics, curves, calibration and deciles count weights where the page has a weight column;
 * `rows`, `counts`, histograms and the confusion matrix count rows.
 */
export interface Evaluation {
  readonly format: 1
  readonly task: Task
  /** Class texts by code; in an anomaly task, where a target says what is true, [other, anomaly]; else empty. */
  readonly classes: readonly string[]
  readonly target: string | null
  readonly output: 'probabilities' | 'scores' | 'values' | 'clusters'
  readonly metrics: RunMetrics
  /** Whether more or less of a metric is better, by metric id. */
  readonly better: Readonly<Record<string, 'higher' | 'lower'>>
  readonly parts: { readonly train: PartSummary; readonly validation?: PartSummary; readonly test: PartSummary }
  /** Of the test rows; null where there are no classes. */
  readonly classResults: ClassResults | null
  /** Of the test rows; null in other tasks. */
  readonly regressionResults: RegressionResults | null
  /** In a clustering task. */
  readonly clusterResults?: ClusterResults
  /** In an anomaly task. */
  readonly anomalyResults?: AnomalyResults
  readonly stability: {
    /** Of what the model gives. */
    readonly scores: readonly Stability[]
    /** Of the raw columns that the model takes, by falling index. */
    readonly features: readonly Stability[]
  }
  /** Where the training rows and their scores lay, as `model/drift` reads it: what later rows are held against. */
  readonly baseline?: JsonObject
}
