/** A typed array that a state may hold. */
export type Tensor =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array

/** What `fit` returns: data and nothing else. Functions, Maps, Dates and class instances do not type-check. */
export type State = null | boolean | number | string | Tensor | readonly State[] | StateObject
export type StateObject = { readonly [key: string]: State }
