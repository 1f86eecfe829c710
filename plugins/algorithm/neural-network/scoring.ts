import type { DenseFeatures } from 'daybook/frame'
import { type Activation, alignUp, type Kernels, softmax } from 'daybook/kernels'
import type { Task } from 'daybook/plugin'
import { CHUNK, Network, networkBytes } from './network.ts'
import { type NetworkShape, shapeOf } from './shape.ts'
import type { TargetScale } from './targets.ts'

/** A trained network as it is stored: what scoring needs and nothing else, so dropout is gone. */
export type NetworkState = {
  readonly task: Task
  readonly inputs: number
  readonly layers: readonly {
    readonly activation: Activation
    readonly units: number
    /** [inputs of the layer, units] row-major. */
    readonly weights: Float32Array
    readonly bias: Float32Array
  }[]
  /** Mean and standard deviation of the training target; 0 and 1 for classes. */
  readonly mean: number
  readonly sd: number
}

/** Takes a network's parameters apart into its state. */
export function stateOf(
  task: Task,
  shape: NetworkShape,
  parameters: Float32Array,
  { mean, sd }: TargetScale,
): NetworkState {
  const layers = shape.layers.flatMap((layer) => {
    if (layer.kind !== 'dense') return []
    const { activation, units, weightsAt, biasAt } = layer
    const weights = parameters.slice(weightsAt, biasAt)
    return [{ activation, units, weights, bias: parameters.slice(biasAt, biasAt + units) }]
  })
  return { task, inputs: shape.inputs, layers, mean, sd }
}

/** Regression: values [rows]; classes: probabilities [rows, classes]. Each row's bits are its own. */
export function predict(state: NetworkState, X: DenseFeatures, kernels: Kernels): Float64Array {
  const { task, inputs, layers, mean, sd } = state
  const hidden = layers.slice(0, -1).map(({ activation, units }) => ({ dense: units, activation }))
  const outputs = layers.at(-1)?.units ?? 1
  const shape = shapeOf(hidden, inputs, outputs)
  const width = task === 'binary' ? 2 : outputs
  const rows = Math.min(CHUNK, X.rows)
  const bytes =
    alignUp(4 * shape.parameters) +
    alignUp(4 * rows * inputs) +
    networkBytes(shape, rows, false) +
    alignUp(8 * rows * outputs)
  const result = new Float64Array(X.rows * width)
  return kernels.scope(bytes, (memory) => {
    const parameters = memory.f32(shape.parameters)
    let at = 0
    for (const part of layers.flatMap(({ weights, bias }) => [weights, bias])) {
      parameters.set(part, at)
      at += part.length
    }
    const input = memory.f32(rows * inputs)
    const probabilities = memory.f64(rows * outputs)
    const network = new Network(kernels, memory, { shape, parameters, rows, back: false })
    for (let start = 0; start < X.rows; start += rows) {
      const count = Math.min(rows, X.rows - start)
      input.set(X.values.subarray(start * inputs, (start + count) * inputs))
      const z = network.forward(input, count)
      if (task === 'multiclass') {
        softmax(kernels, probabilities, z, outputs)
        result.set(probabilities.subarray(0, z.length), start * width)
      } else if (task === 'binary') {
        z.forEach((value, i) => {
          const p = kernels.math.sigmoid(value)
          result[2 * (start + i)] = 1 - p
          result[2 * (start + i) + 1] = p
        })
      } else {
        z.forEach((value, i) => {
          result[start + i] = value * sd + mean
        })
      }
    }
    return result
  })
}

/**
 * Importance by connection weights (after Garson, "Interpreting neural-network connection weights", 1991): the sum over all
 * ways from a feature to the outputs of the product of the absolute weights, as shares of 1.
 */
export function connectionWeights({ inputs, layers }: NetworkState): Float64Array {
  let reach: Float64Array | undefined
  for (const { units, weights } of layers.toReversed()) {
    const next = new Float64Array(weights.length / units)
    for (let i = 0; i < next.length; i++) {
      let sum = 0
      for (let j = 0; j < units; j++) sum += Math.abs(weights[i * units + j] as number) * (reach?.[j] ?? 1)
      next[i] = sum
    }
    reach = next
  }
  const values = reach ?? new Float64Array(inputs)
  const total = values.reduce((sum, value) => sum + value, 0)
  return total > 0 ? values.map((value) => value / total) : values
}
