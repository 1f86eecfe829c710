// What the engine's own layers use of the plugin layer; `index.ts` beside it is what plugin authors see.
export { decodeState, encodeState } from './codec.ts'
export type * from './context.ts'
export type * from './kinds.ts'
export type * from './onnx-graph.ts'
export type * from './packaging.ts'
export type * from './params.ts'
export type * from './registry.ts'
export type * from './state.ts'
