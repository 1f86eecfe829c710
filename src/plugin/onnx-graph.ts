import type { ColumnType, Feature } from '../frame/index.ts'

// What a plugin writes its part of an ONNX graph with. The graph itself is built elsewhere: a plugin sees this contract alone.

/** Element types that graphs are made of. */
export type OnnxType = 'float' | 'double' | 'int64' | 'bool' | 'string'

/** A value that flows through a graph. Its first axis is the rows, unless it is a constant. */
export interface OnnxTensor {
  readonly name: string
  readonly type: OnnxType
}

/** An attribute of a node, by the type that ONNX gives it. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: ArrayLike<number> }
  | { readonly floats: Float32Array }
  | { readonly texts: readonly string[] }

/** Numbers, texts or truths of a constant; their kind is the constant's type. Whole numbers: `bigint`. */
export type OnnxValues = Float32Array | Float64Array | BigInt64Array | readonly string[] | readonly boolean[]

/**
 * What a node takes: a tensor, a list of numbers (a constant of one axis), or one number, which becomes a constant of the
 * type of the node's first tensor.
 */
export type OnnxInput = OnnxTensor | Float32Array | Float64Array | BigInt64Array | number

export interface OnnxNodeOptions {
  /** Element type of what comes out; needed where it is not that of the first input and the operator does not say it. */
  readonly type?: OnnxType
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
}

/** A graph under construction. Names are made up, unique and the same every time. */
export interface OnnxGraph {
  /** A constant of this shape; `[]`: one number. Equal small constants are stored once. */
  constant(values: OnnxValues, shape: readonly number[]): OnnxTensor
  /** A node of an operator of ONNX or of ai.onnx.ml, whose first output is given back. */
  node(operator: string, inputs: readonly OnnxInput[], options?: OnnxNodeOptions): OnnxTensor
  /** A node of several outputs, of these types. */
  nodes(
    operator: string,
    inputs: readonly OnnxInput[],
    types: readonly OnnxType[],
    options?: OnnxNodeOptions,
  ): readonly OnnxTensor[]
  cast(tensor: OnnxTensor, type: OnnxType): OnnxTensor
  /** The same values as [rows, width]. */
  reshape(tensor: OnnxTensor, shape: readonly number[]): OnnxTensor
  /** Columns [rows, 1] side by side; no node where they are all columns of one block in order. */
  stack(columns: readonly OnnxTensor[]): OnnxTensor
  /** The columns [rows, 1] of a block [rows, width]; one that nobody uses by itself costs no node. */
  unstack(block: OnnxTensor, width: number): readonly OnnxTensor[]
  /**
   * Runs `body` at most `times` times over states, which keep their types; it ends early where `goesOn`, one truth without
   * an axis, is false after a turn.
   */
  loop(
    times: number,
    states: readonly OnnxTensor[],
    body: (states: readonly OnnxTensor[]) => { readonly states: readonly OnnxTensor[]; readonly goesOn: OnnxTensor },
  ): readonly OnnxTensor[]
  /** Rows where `condition`, a bool [rows, 1], holds cannot be scored: their numbers become NaN. */
  refuseRows(condition: OnnxTensor): void
  /**
   * Says that this cell cannot be written as ONNX.
   *
   * @throws DaybookError MODEL_NOT_ONNX
   */
  cannot(reason: string): never
}

/**
 * A column on its way through a graph: what the engine's columns hold, as tensors [rows, 1].
 * - number: double, NaN where missing; date: double, milliseconds since 1970, NaN where missing
 * - boolean: double, 0, 1 or NaN
 * - category: int64, codes into `levels`, -1 missing, -2 unseen
 * - text: string, empty where missing
 * - sparse: float [rows, features]
 */
export interface OnnxColumn {
  readonly name: string
  readonly type: ColumnType
  readonly tensor: OnnxTensor
  /** Category: the texts of its codes. */
  readonly levels?: readonly string[]
  /** Sparse: the names of its features. */
  readonly features?: readonly string[]
}

/** What reaches an algorithm: float [rows, features], codes for categories, NaN where missing or unseen. */
export interface OnnxFeatures {
  readonly tensor: OnnxTensor
  readonly features: readonly Feature[]
}

/** What an algorithm gives: the numbers of its `predict`, as double [rows, numbers of a row]. */
export interface OnnxPrediction {
  readonly values: OnnxTensor
  /** Codes of what is predicted, int64 [rows], where the engine's rule for labels would be less exact. */
  readonly labels?: OnnxTensor
  /**
   * How far engines may take the numbers from those of `predict`: `absolute + relative * |number|`. Default: 1e-9 each, for what is
   * computed in 64 bits.
   */
  readonly bounds?: { readonly absolute: number; readonly relative: number }
}
