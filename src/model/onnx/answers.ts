import type { OnnxPrediction, OnnxTensor } from '../../plugin/api.ts'
import type { Signature } from '../manifest.ts'
import type { GraphBuilder } from './graph.ts'
import { anyOf, type OnnxForm } from './raw-columns.ts'
import { classRole, onnxOutputName } from './rows.ts'

/** Adds the outputs of the graph: what `predictionsOf` makes of the algorithm's numbers, and whether the row could be scored. */
export function addAnswers(
  graph: GraphBuilder,
  { values, labels }: OnnxPrediction,
  signature: Signature,
  threshold: number | undefined,
  form: OnnxForm,
): void {
  const { output, classes } = signature
  const giveNumbers = (role: 'value' | 'distance' | 'score', tensor: OnnxTensor): void => {
    if (form === 'blocks') give(graph, signature, role, tensor, ['rows', 1])
    else give(graph, signature, role, graph.reshape(tensor, [-1]), ['rows'])
  }
  graph.refuseRows(anyOf(graph, graph.node('IsNaN', [graph.node('Sub', [values, values])])))
  const refused = graph.refused.reduce((one, other) => graph.node('Or', [one, other]))
  const refusedRow = graph.reshape(refused, [-1])
  const masked = graph.node('Where', [refused, Number.NaN, values], { type: 'double' })
  const codes = (): OnnxTensor => labels ?? labelCodes(graph, values, output, classes.length, threshold)
  if (output === 'values') giveNumbers('value', masked)
  else if (output === 'clusters') {
    const own = graph.unstack(values, 2)[0] as OnnxTensor
    const cluster = graph.reshape(graph.cast(own, 'int64'), [-1])
    give(graph, signature, 'label', graph.node('Where', [refusedRow, BigInt64Array.of(-1n), labels ?? cluster]), [
      'rows',
    ])
    giveNumbers('distance', graph.unstack(masked, 2)[1] as OnnxTensor)
  } else if (classes.length === 0) {
    const strange = graph.node('And', [graph.cast(codes(), 'bool'), graph.node('Not', [refusedRow])])
    give(graph, signature, 'label', strange, ['rows'])
    giveNumbers('score', masked)
  } else {
    const none = graph.constant(BigInt64Array.of(BigInt(classes.length)), [1])
    const texts = graph.constant([...classes, ''], [classes.length + 1])
    const code = graph.node('Where', [refusedRow, none, codes()])
    give(graph, signature, 'label', graph.node('Gather', [texts, code]), ['rows'])
    if (output === 'scores' && classes.length === 2) giveNumbers('score', masked)
    else if (form === 'blocks') give(graph, signature, output, masked, ['rows', classes.length])
    else
      graph.unstack(masked, classes.length).forEach((tensor, i) => {
        const role = classRole(output, classes[i] as string)
        give(graph, signature, role, graph.reshape(tensor, [-1]), ['rows'])
      })
  }
  give(graph, signature, 'valid', graph.node('Not', [refusedRow]), ['rows'])
}

/** The rule of `labelsOf`. */
function labelCodes(
  graph: GraphBuilder,
  values: OnnxTensor,
  output: Signature['output'],
  classes: number,
  threshold = 0,
): OnnxTensor {
  if (output === 'scores' && (classes === 2 || classes === 0))
    return graph.cast(graph.reshape(graph.node('Greater', [values, threshold]), [-1]), 'int64')
  return graph.node('ArgMax', [values], { attributes: { axis: { int: 1 }, keepdims: { int: 0 } } })
}

/** An output; where a raw column bears its name, `predicted_` stands before it. */
function give(
  graph: GraphBuilder,
  signature: Signature,
  role: string,
  tensor: OnnxTensor,
  shape: readonly (number | string)[],
): void {
  graph.output(onnxOutputName(role, signature), tensor, shape)
}
