import { placeInTiles, SVM_TILE } from 'daybook/kernels'
import type { OnnxFeatures, OnnxGraph, OnnxPrediction, OnnxTensor } from 'daybook/plugin'
import { writeBothClasses, writeMargins } from '../linear/onnx.ts'
import { pairsOf } from './couple.ts'
import type { KernelDecisions, SparseKernelDecisions, SvmModel } from './model.ts'
import { writeCoupled, writeVotes } from './onnx-couple.ts'

/** Kernels are 32-bit floats in `predict`, and 64-bit here; those that are no distances cancel out more where a row lies far away. */
function boundsOf({ kernel }: KernelDecisions | SparseKernelDecisions): NonNullable<OnnxPrediction['bounds']> {
  return { absolute: 1e-5, relative: kernel.kind === 'rbf' ? 1e-4 : 1e-3 }
}

/** The machines as nodes of an ONNX graph: plain products in 64 bits, since operators for machines differ between engines. */
export function writeMachines(machines: SvmModel, X: OnnxFeatures, graph: OnnxGraph): OnnxPrediction {
  const values = writeValues(machines, X, graph)
  const { decisions } = machines
  return decisions.form === 'linear' ? { values } : { values, bounds: boundsOf(decisions) }
}

function writeValues({ decisions, classes, sigmoids }: SvmModel, X: OnnxFeatures, graph: OnnxGraph): OnnxTensor {
  const values =
    decisions.form === 'linear' ? writeMargins(graph, X, decisions) : writeKernelDecisions(graph, X, decisions)
  if (sigmoids.length > 0) {
    const slopes = sigmoids.filter((_, i) => i % 2 === 0)
    const shifts = sigmoids.filter((_, i) => i % 2 === 1)
    const inner = graph.node('Neg', [graph.node('Add', [graph.node('Mul', [values, slopes]), shifts])])
    const ofSecond = graph.node('Sigmoid', [inner])
    if (classes === 2) return writeBothClasses(graph, ofSecond)
    return writeCoupled(graph, ofSecond, pairsOf(classes), classes)
  }
  if (classes <= 2) return values
  return writeVotes(graph, values, pairsOf(classes), classes)
}

function writeKernelDecisions(
  graph: OnnxGraph,
  X: OnnxFeatures,
  decisions: KernelDecisions | SparseKernelDecisions,
): OnnxTensor {
  const { kernel, intercepts, features } = decisions
  const vectors = vectorsOf(decisions)
  if (vectors.count === 0 || features === 0) {
    const none = { coefficients: new Float64Array(X.features.length * intercepts.length), intercepts }
    return writeMargins(graph, X, none)
  }
  const x = graph.cast(X.tensor, 'double')
  const products = graph.node('MatMul', [x, graph.constant(vectors.transposed, [features, vectors.count])])
  const [gamma, coef0] = [Math.fround(kernel.gamma), Math.fround(kernel.coef0)]
  const inner = (): OnnxTensor => graph.node('Add', [graph.node('Mul', [products, gamma]), coef0])
  const alike = (): OnnxTensor => {
    if (kernel.kind === 'sigmoid') return graph.node('Tanh', [inner()])
    if (kernel.kind === 'polynomial') {
      const base = inner()
      const power = Array.from({ length: kernel.degree - 1 }).reduce<OnnxTensor>(
        (p) => graph.node('Mul', [p, base]),
        base,
      )
      return graph.cast(graph.cast(power, 'float'), 'double') // beyond 32 bits there is no answer here either
    }
    // |x - v|² = |x|² - 2 x·v + |v|²; in 64 bits little is lost, and what falls below 0 is rounding.
    const own = graph.node('ReduceSum', [graph.node('Mul', [x, x]), BigInt64Array.of(1n)], {
      attributes: { keepdims: { int: 1 } },
    })
    const sum = graph.node('Add', [graph.node('Sub', [own, graph.node('Mul', [products, 2])]), vectors.lengths])
    const squares = graph.node('Where', [graph.node('Less', [sum, 0]), 0, sum], { type: 'double' })
    return graph.node('Exp', [graph.node('Mul', [squares, -gamma])])
  }
  const weights = graph.constant(weightsOf(decisions, vectors.count), [vectors.count, intercepts.length])
  return graph.node('Add', [graph.node('MatMul', [alike(), weights]), intercepts])
}

/** Coefficients f64 [vectors, functions], 0 for vectors that a function does not use. */
function weightsOf({ runs, coefficients, intercepts }: KernelDecisions | SparseKernelDecisions, count: number) {
  const functions = intercepts.length
  const weights = new Float64Array(count * functions)
  let from = 0
  for (let p = 0; p < functions; p++) {
    for (const run of [0, 2]) {
      const [first, length] = [runs[4 * p + run] as number, runs[4 * p + run + 1] as number]
      for (let i = 0; i < length; i++) weights[(first + i) * functions + p] = coefficients[from + i] as number
      from += length
    }
  }
  return weights
}

/** Support vectors f64 [features, vectors], and their squared lengths. */
function vectorsOf(decisions: KernelDecisions | SparseKernelDecisions) {
  const { features } = decisions
  const count =
    decisions.form === 'sparse-kernel'
      ? decisions.starts.length - 1
      : features === 0
        ? 0
        : decisions.vectors.length / features
  const transposed = new Float64Array(features * count)
  for (let v = 0; v < count; v++) {
    if (decisions.form === 'kernel')
      for (let f = 0; f < features; f++)
        transposed[f * count + v] = decisions.vectors[placeInTiles(v, features) + f * SVM_TILE] as number
    else
      for (let s = decisions.starts[v] as number; s < (decisions.starts[v + 1] as number); s++)
        transposed[(decisions.indices[s] as number) * count + v] = decisions.values[s] as number
  }
  const lengths = Float64Array.from({ length: count }, (_, v) => {
    let sum = 0
    for (let f = 0; f < features; f++) sum += (transposed[f * count + v] as number) ** 2
    return sum
  })
  return { count, transposed, lengths }
}
