import type { Feature } from '../../frame/index.ts'
import type { OnnxColumn, OnnxFeatures, OnnxTensor } from '../../plugin/api.ts'
import type { GraphBuilder } from './graph.ts'
import { anyOf } from './raw-columns.ts'

/**
 * Columns as what reaches the algorithm, as `featuresOf` makes it: one cast to 32-bit floats, categories as their codes. A
 * row with a value beyond those, or with a missing one where the algorithm takes none, is refused.
 */
export function onnxFeatures(
  graph: GraphBuilder,
  columns: readonly OnnxColumn[],
  features: readonly Feature[],
  missing: 'allow' | undefined,
): OnnxFeatures {
  const parts = runsOf(columns).flatMap((run) => partsOf(graph, run))
  const tensor = graph.stack(parts)
  // NaN - NaN and infinity - infinity are NaN, and no other difference of a number from itself is.
  const bad =
    missing === 'allow' ? graph.node('IsInf', [tensor]) : graph.node('IsNaN', [graph.node('Sub', [tensor, tensor])])
  graph.refuseRows(anyOf(graph, bad))
  return { tensor, features }
}

/** Neighbours that are cast together. */
function runsOf(columns: readonly OnnxColumn[]): OnnxColumn[][] {
  const runs: OnnxColumn[][] = []
  let last = ''
  for (const column of columns) {
    const kind = column.type === 'boolean' ? 'number' : column.type
    if (kind === last && kind !== 'sparse') runs.at(-1)?.push(column)
    else runs.push([column])
    last = kind
  }
  return runs
}

function partsOf(graph: GraphBuilder, run: readonly OnnxColumn[]): OnnxTensor[] {
  const [{ type, tensor, features }] = run as readonly [OnnxColumn]
  if (type === 'sparse') return features?.length === 0 ? [] : [tensor]
  const block = graph.stack(run.map((column) => column.tensor))
  if (type !== 'category') return [graph.cast(block, 'float')]
  const codes = graph.cast(block, 'float')
  return [graph.node('Where', [graph.node('Less', [block, 0]), Number.NaN, codes], { type: 'float' })]
}
