import type { DenseFeatures } from 'daybook/frame'
import type { FitContext, JsonObject, ShownFigure, ShownTable } from 'daybook/plugin'
import type { NetworkShape } from './shape.ts'
import type { Trained } from './training.ts'

const POINTS = 200

/** Loss by epoch, of the training rows and, where there are any, of the validation rows. */
export function learningCurve({ trainLoss, validationLoss, epoch }: Trained): ShownFigure {
  const every = Math.ceil(trainLoss.length / POINTS)
  const values = [...points(trainLoss, 'training', every), ...points(validationLoss, 'validation', every)]
  const last = trainLoss.length
  const first = trainLoss[0] as number
  const kept = epoch === last ? '' : ` The parameters of epoch ${epoch} are kept.`
  return {
    title: 'Learning curve',
    description: `Mean training loss falls from ${first.toFixed(4)} to ${(trainLoss[last - 1] as number).toFixed(4)} in ${last} epochs.${kept}`,
    spec: {
      data: { values },
      mark: { type: 'line', point: last === 1 },
      encoding: {
        x: { field: 'epoch', type: 'quantitative', title: 'epoch' },
        y: { field: 'loss', type: 'quantitative', title: 'mean loss', scale: { zero: false } },
        color: { field: 'rows', type: 'nominal', title: 'rows' },
      },
    },
  }
}

function points(losses: readonly number[], rows: string, every: number): JsonObject[] {
  return losses.flatMap((loss, index) =>
    index % every === 0 || index === losses.length - 1 ? [{ epoch: index + 1, loss, rows }] : [],
  )
}

/** The network, layer by layer. */
export function layerTable(shape: NetworkShape): ShownTable {
  const rows = shape.layers.map((layer, index) =>
    layer.kind === 'dense'
      ? [
          index === shape.layers.length - 1 ? 'output' : 'dense',
          layer.units,
          layer.activation,
          layer.inputs * layer.units + layer.units,
        ]
      : [`dropout ${layer.rate}`, layer.units, null, 0],
  )
  return { title: 'Network', columns: ['layer', 'units', 'activation', 'parameters'], rows }
}

/** Warns of features whose scale is far from 1: gradient descent hardly moves along the others then. */
export function warnOfScales({ features, rows, values }: DenseFeatures, warn: FitContext['warn']): void {
  const wide: { feature: string; rootMeanSquare: number }[] = []
  features.forEach(({ name }, column) => {
    let squares = 0
    for (let row = 0; row < rows; row++) {
      const value = values[row * features.length + column] as number
      squares += value * value
    }
    const rootMeanSquare = Math.sqrt(squares / rows)
    if (rootMeanSquare > 100) wide.push({ feature: name, rootMeanSquare })
  })
  if (wide.length === 0) return
  const names = wide.slice(0, 3).map(({ feature }) => `\`${feature}\``)
  const more = wide.length > 3 ? ` and ${wide.length - 3} more` : ''
  warn({
    code: 'NETWORK_UNSCALED_FEATURES',
    message: `${names.join(', ')}${more} have values far above 1; a network learns badly from them: put a standardize cell before it.`,
    evidence: wide.slice(0, 20),
  })
}
