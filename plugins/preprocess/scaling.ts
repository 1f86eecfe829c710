import type { Column, Frame, NumberColumn } from 'daybook/frame'
import type { OnnxColumn, OnnxGraph } from 'daybook/plugin'
import { changeBlock, inOrder } from './onnx.ts'
import { placesOf } from './places.ts'

/** State of a cell that scales numbers: (x - center) / scale, column by column. */
export type Scaling = {
  readonly columns: readonly string[]
  readonly center: Float64Array
  readonly scale: Float64Array
}

/** Fits centre and scale of each column of a frame of numbers. A scale of 0 (a constant column) becomes 1. */
export function fitScaling(frame: Frame, fit: (column: NumberColumn) => { center: number; scale: number }): Scaling {
  const fitted = numbersOf(frame).map(fit)
  return {
    columns: frame.names,
    center: Float64Array.from(fitted, ({ center }) => center),
    scale: Float64Array.from(fitted, ({ scale }) => (scale > 0 && scale < Number.POSITIVE_INFINITY ? scale : 1)),
  }
}

/** The frame's numbers, centred and scaled. Missing stays missing. */
export function applyScaling(state: Scaling, frame: Frame): readonly Column[] {
  const place = placesOf(state.columns)
  return numbersOf(frame).map((column) => {
    const at = place(column.name)
    const center = state.center[at] as number
    const scale = state.scale[at] as number
    const values = new Float64Array(frame.rows)
    for (let row = 0; row < values.length; row++) values[row] = ((column.values[row] as number) - center) / scale
    return { ...column, values }
  })
}

/** The columns of a frame that the engine selected to be numbers. */
export function numbersOf(frame: Frame): readonly NumberColumn[] {
  return frame.columns.filter((column) => column.type === 'number')
}

/** {@link applyScaling} as nodes of an ONNX graph. */
export function writeScaling(state: Scaling, columns: readonly OnnxColumn[], graph: OnnxGraph): readonly OnnxColumn[] {
  const place = placesOf(state.columns)
  return changeBlock(columns, graph, (block) => {
    const centred = graph.node('Sub', [block, inOrder(columns, state.center, place)])
    return graph.node('Div', [centred, inOrder(columns, state.scale, place)])
  })
}
