import type { Signature } from './manifest.ts'

/** What a model gives for rows, as its algorithm wrote it. */
export interface Scored {
  readonly rows: number
  readonly output: Signature['output']
  /**
   * values: [rows]. probabilities: [rows, classes]. scores: [rows] of the positive class or of strangeness, or [rows, classes].
   * clusters: [rows, 2], the number of the cluster and how far the row lies from the middle of it.
   */
  readonly values: Float64Array
  /** Anomaly: the score above which a row is one. */
  readonly threshold?: number
}

/** Why a row got what it got, in part: what one raw column (or several together) added. */
export interface Reason {
  readonly column: string
  /** Above 0: towards what is explained. */
  readonly contribution: number
  /** What the page says of the column: `reason`. */
  readonly reason?: string
}

/** One row's answer, the same at the command line, in packages and over HTTP. */
export interface Prediction {
  /** Class text, the value, the number of the cluster, or whether the row is an anomaly. */
  readonly prediction: string | number | boolean
  readonly probabilities?: Readonly<Record<string, number>>
  /** Binary: of the positive class, above 0 where it is predicted; several classes: by class. Anomaly: higher is stranger. */
  readonly score?: number | Readonly<Record<string, number>>
  readonly value?: number
  /** Clustering: how far the row lies from the middle of its cluster. */
  readonly distance?: number
  /** Where they were asked for: what spoke for it most. */
  readonly reasons?: readonly Reason[]
}

/**
 * Codes of the predicted classes: the largest probability or score wins, the first where several are largest; a binary
 * score above 0 is the positive class. So a probability of exactly one half is not positive. Clusters: their numbers;
 * anomaly: 1 above the threshold, else 0.
 */
export function labelsOf({ rows, values, output, threshold = 0 }: Scored, classes: number): Int32Array {
  if (output === 'clusters') return Int32Array.from({ length: rows }, (_, row) => values[2 * row] as number)
  if (output === 'scores' && (classes === 2 || classes === 0))
    return Int32Array.from({ length: rows }, (_, row) => ((values[row] as number) > threshold ? 1 : 0))
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0
    for (let code = 1; code < classes; code++) {
      if ((values[row * classes + code] as number) > (values[row * classes + best] as number)) best = code
    }
    return best
  })
}

/** Answers a row each. */
export function predictionsOf(scored: Scored, { classes }: Pick<Signature, 'classes'>): Prediction[] {
  const { rows, output, values } = scored
  if (output === 'values') {
    return Array.from({ length: rows }, (_, row) => ({
      prediction: values[row] as number,
      value: values[row] as number,
    }))
  }
  const labels = labelsOf(scored, classes.length)
  if (output === 'clusters')
    return Array.from(labels, (prediction, row) => ({ prediction, distance: values[2 * row + 1] as number }))
  if (classes.length === 0)
    return Array.from(labels, (label, row) => ({ prediction: label === 1, score: values[row] as number }))
  const byClass = (row: number): Readonly<Record<string, number>> =>
    Object.fromEntries(classes.map((name, code) => [name, values[row * classes.length + code] as number]))
  return Array.from(labels, (label, row) => {
    const prediction = classes[label] as string
    if (output === 'probabilities') return { prediction, probabilities: byClass(row) }
    return { prediction, score: classes.length === 2 ? (values[row] as number) : byClass(row) }
  })
}
