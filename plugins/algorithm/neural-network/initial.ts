import type { FitContext } from 'daybook/plugin'
import type { DenseShape, NetworkShape } from './shape.ts'

/**
 * First weights, uniform in [-limit, limit]; biases 0. He et al. (2015), limit sqrt(6 / inputs), before activations that cut
 * half of their inputs off; else Glorot and Bengio (2010), limit sqrt(6 / (inputs + units)).
 */
export function initialParameters(shape: NetworkShape, random: FitContext['random']): Float32Array {
  const parameters = new Float32Array(shape.parameters)
  shape.layers.forEach((layer, index) => {
    if (layer.kind !== 'dense') return
    const stream = random(`weights ${index}`)
    const limit = limitOf(layer)
    for (let i = 0; i < layer.inputs * layer.units; i++)
      parameters[layer.weightsAt + i] = (2 * stream.uniform(i) - 1) * limit
  })
  return parameters
}

function limitOf({ activation, inputs, units }: DenseShape): number {
  const rectifies = activation === 'relu' || activation === 'leaky-relu' || activation === 'elu'
  return Math.sqrt(6 / (rectifies ? inputs : inputs + units))
}
