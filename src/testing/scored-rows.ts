import type { MetricInput, MetricPlugin, Task } from '../plugin/api.ts'
import { classesOf, featuresFrom, numbers } from './generated.ts'

/** Scored rows as plain lists; {@link inputOf} makes a metric's input of them. */
export interface Scored {
  readonly task: Task
  /** What is true, a row: class codes or values; in clustering the middle that a row lies around, in anomaly 0. */
  readonly y: readonly number[]
  /** A row: the prediction in regression, the number of the cluster, the score in anomaly, else one probability a class. */
  readonly predicted: readonly (readonly number[])[]
  readonly weight?: readonly number[]
  /** Clustering: what the rows look like. */
  readonly X?: readonly (readonly number[])[]
}

/** Middles that the rows of a clustering task lie around. */
const middles = [
  [0, 0],
  [6, 0],
  [0, 6],
] as const

/** Sixty rows whose predictions are right more often than not. */
export function generatedScores(task: Task): Scored {
  const { next } = numbers(`scores ${task}`)
  const classes = task === 'clustering' ? middles.length : classesOf(task).length
  const truthOf = (row: number): number =>
    task === 'regression' ? Math.fround(1 + row / 10 + next()) : task === 'anomaly' ? 0 : row % classes
  const y = Array.from({ length: 60 }, (_, row) => truthOf(row))
  if (task === 'clustering') {
    const X = y.map((middle) => (middles[middle] as readonly number[]).map((at) => Math.fround(at + next())))
    return { task, y, predicted: y.map((middle, row) => [row % 5 === 0 ? (middle + 1) % classes : middle]), X }
  }
  const predicted = y.map((truth) => {
    if (task === 'anomaly') return [next()]
    if (task === 'regression') return [truth + next() - 0.5]
    const raw = Array.from({ length: classes }, (_, code) => 0.05 + next() + (code === truth ? 0.4 : 0))
    const sum = raw.reduce((a, b) => a + b, 0)
    return raw.map((value) => value / sum)
  })
  return { task, y, predicted }
}

/** The same rows, predicted without a fault; undefined where nothing is known to be true. */
export function perfectScores(scored: Scored): Scored | undefined {
  const { task, y } = scored
  if (task === 'anomaly') return undefined
  const classes = classesOf(task)
  const predicted = y.map((truth) =>
    classes.length === 0 ? [truth] : classes.map((_, code) => (code === truth ? 1 : 0)),
  )
  return { ...scored, predicted }
}

/** Some of the rows, in that order. */
export function takeRows({ task, y, predicted, X }: Scored, rows: readonly number[]): Scored {
  return {
    task,
    y: rows.map((row) => y[row] as number),
    predicted: rows.map((row) => predicted[row] as readonly number[]),
    ...(X && { X: rows.map((row) => X[row] as readonly number[]) }),
  }
}

/** What a metric sees of scored rows. */
export function inputOf(scored: Scored): MetricInput {
  const { task, y, predicted, weight } = scored
  const first = predicted.map((row) => row[0] as number)
  const shared = {
    task,
    rows: y.length,
    classes: classesOf(task),
    ...(weight ? { weight: Float64Array.from(weight) } : {}),
  }
  switch (task) {
    case 'regression':
      return { ...shared, y: Float32Array.from(y), values: Float64Array.from(first), order: () => new Uint32Array() }
    case 'clustering':
      return { ...shared, y: new Int32Array(), ...clusterParts(scored) }
    case 'anomaly':
      return { ...shared, y: new Int32Array(), ...anomalyParts(first) }
    default:
      return { ...shared, y: Int32Array.from(y), ...classParts(task, predicted) }
  }
}

type Parts = Omit<MetricInput, 'task' | 'rows' | 'classes' | 'y' | 'weight'>

function classParts(task: Task, predicted: Scored['predicted']): Parts {
  const ofPositive = predicted.map((row) => row[1] as number)
  const probabilities = Float64Array.from(predicted.flat())
  return {
    probabilities,
    scores: task === 'multiclass' ? probabilities : Float64Array.from(ofPositive),
    labels: Int32Array.from(predicted, (row) => row.indexOf(Math.max(...row))),
    order: ascending(ofPositive),
  }
}

function clusterParts({ predicted, X = [] }: Scored): Parts {
  const labels = Int32Array.from(predicted, ([label]) => label as number)
  const features = featuresFrom(X, 'dense')
  const distances = X.map((row, i) => {
    const middle = middles[labels[i] as number] ?? [0, 0]
    return Math.sqrt(row.reduce((sum, value, at) => sum + (value - (middle[at] ?? 0)) * (value - (middle[at] ?? 0)), 0))
  })
  return { labels, distances: Float64Array.from(distances), features: () => features, order: ascending(distances) }
}

function anomalyParts(scores: readonly number[]): Parts {
  return {
    labels: Int32Array.from(scores, (score) => (score > 0.5 ? 1 : 0)),
    scores: Float64Array.from(scores),
    order: ascending(scores),
  }
}

/** What a metric sees of its own example. */
export function exampleInput({ task, y, ...given }: Omit<NonNullable<MetricPlugin['example']>, 'params'>): MetricInput {
  const { scores, probabilities, labels, values, distances } = given
  const named = task === 'binary' || task === 'multiclass'
  const classes = named ? Math.max(probabilities?.[0]?.length ?? 2, ...y.map((code) => code + 1)) : 0
  const positive = probabilities?.map((row) => row[1] as number)
  const ofClasses = scores ?? (task === 'binary' ? positive : probabilities?.flat())
  const features = given.features && featuresFrom(given.features, 'dense')
  return {
    task,
    rows: y.length > 0 ? y.length : (labels ?? distances ?? scores ?? []).length,
    classes: Array.from({ length: classes }, (_, code) => `class${code}`),
    y: task === 'regression' ? Float32Array.from(y) : Int32Array.from(y),
    ...(ofClasses && { scores: Float64Array.from(ofClasses) }),
    ...(probabilities && { probabilities: Float64Array.from(probabilities.flat()) }),
    ...(labels && { labels: Int32Array.from(labels) }),
    ...(values && { values: Float64Array.from(values) }),
    ...(distances && { distances: Float64Array.from(distances) }),
    ...(features && { features: () => features }),
    order: ascending(scores ?? positive ?? distances ?? []),
  }
}

/** Rows by ascending key, sorted when they are first asked for. */
function ascending(keys: readonly number[]): () => Uint32Array {
  let order: Uint32Array | undefined
  return () => {
    order ??= Uint32Array.from(keys.keys()).sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b)
    return order
  }
}
