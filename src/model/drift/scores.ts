import type { Column } from '../../frame/index.ts'
import type { Signature } from '../manifest.ts'
import type { Scored } from '../predictions.ts'

/** Most classes whose scores are watched. */
const mostClasses = 10

/**
 * What a model gives, as columns: binary the score of the positive class, multi-class the score of each class (the first ten),
 * regression the prediction, anomaly the score, clusters their number.
 */
export function scoreColumns(
  { rows, values }: Pick<Scored, 'rows' | 'values'>,
  { task, output, classes }: Pick<Signature, 'task' | 'output' | 'classes'>,
): Column[] {
  const number = (name: string, width: number, from: number): Column => ({
    type: 'number',
    name,
    values: Float64Array.from({ length: rows }, (_, row) => values[row * width + from] as number),
  })
  if (output === 'values') return [number('prediction', 1, 0)]
  if (output === 'clusters') {
    const codes = Int32Array.from({ length: rows }, (_, row) => values[2 * row] as number)
    const numbers = [...new Set(codes)].sort((a, b) => a - b)
    const codeOf = new Map(numbers.map((cluster, code) => [cluster, code]))
    const coded = codes.map((cluster) => codeOf.get(cluster) as number)
    return [{ type: 'category', name: 'cluster', levels: numbers.map(String), values: coded }]
  }
  if (task !== 'multiclass') return [output === 'probabilities' ? number('score', 2, 1) : number('score', 1, 0)]
  return classes.slice(0, mostClasses).map((name, code) => number(`score of ${name}`, classes.length, code))
}
