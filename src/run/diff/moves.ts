import type { Scored, Signature } from '../../model/index.ts'

/** How far the numbers that two models give the same rows lie apart. */
export interface MovedValues {
  /** `prediction`, `score`, `probability of yes`, or `probability` of the class that moves most. */
  readonly of: string
  readonly mean: number
  readonly max: number
}

export interface Moves {
  readonly summary: MovedValues
  /** A row each. */
  readonly distance: Float64Array
}

/** Compares the numbers behind two predictions, where they mean the same: values, scores, probabilities of equal classes. */
export function movesOf(a: Scored, b: Scored, was: Signature, is: Signature): Moves | undefined {
  const comparable =
    a.output === b.output && a.output !== 'clusters' && JSON.stringify(was.classes) === JSON.stringify(is.classes)
  if (!comparable) return undefined
  const width = a.rows === 0 ? 1 : a.values.length / a.rows
  const distance = Float64Array.from({ length: a.rows }, (_, row) => {
    let most = 0
    for (let i = row * width; i < (row + 1) * width; i++)
      most = Math.max(most, Math.abs((b.values[i] as number) - (a.values[i] as number)))
    return most
  })
  return { distance, summary: { of: nameOf(a, is), ...spread(distance) } }
}

/** Mean and largest of some distances, added up in their order. */
export function spread(distance: ArrayLike<number>): { readonly mean: number; readonly max: number } {
  let [sum, max] = [0, 0]
  for (let i = 0; i < distance.length; i++) {
    sum += distance[i] as number
    max = Math.max(max, distance[i] as number)
  }
  return { mean: distance.length === 0 ? 0 : sum / distance.length, max }
}

function nameOf({ output }: Scored, { classes }: Signature): string {
  if (output === 'values') return 'prediction'
  if (output === 'scores') return 'score'
  return classes.length === 2 ? `probability of ${classes[1]}` : 'probability'
}
