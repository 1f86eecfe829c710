import type { Activation } from 'daybook/kernels'

/** A layer as the page gives it. */
export type LayerParams = { readonly dense: number; readonly activation: Activation } | { readonly dropout: number }

/** A dense layer with the places of its weights [inputs, units] and bias [units] in the flat vector of parameters. */
export interface DenseShape {
  readonly kind: 'dense'
  readonly inputs: number
  readonly units: number
  readonly activation: Activation
  readonly weightsAt: number
  readonly biasAt: number
}

/** A dropout layer; it passes as many values as it gets. */
export interface DropoutShape {
  readonly kind: 'dropout'
  readonly units: number
  readonly rate: number
}

/** The whole network: the page's layers and the linear output layer behind them. */
export interface NetworkShape {
  readonly inputs: number
  readonly outputs: number
  readonly layers: readonly (DenseShape | DropoutShape)[]
  readonly parameters: number
}

/** Lays out the network's parameters: layer by layer, weights then bias. */
export function shapeOf(layers: readonly LayerParams[], inputs: number, outputs: number): NetworkShape {
  const shapes: (DenseShape | DropoutShape)[] = []
  let width = inputs
  let parameters = 0
  for (const layer of [...layers, { dense: outputs, activation: 'linear' } as const]) {
    if ('dropout' in layer) {
      shapes.push({ kind: 'dropout', units: width, rate: layer.dropout })
      continue
    }
    const { dense: units, activation } = layer
    const biasAt = parameters + width * units
    shapes.push({ kind: 'dense', inputs: width, units, activation, weightsAt: parameters, biasAt })
    parameters = biasAt + units
    width = units
  }
  return { inputs, outputs, layers: shapes, parameters }
}

/** Multiplications of one row's way forwards and back. */
export function workPerRow(shape: NetworkShape): number {
  return 3 * shape.parameters
}
