import type { Kernels } from './kernels.ts'

type MatrixFunctions = {
  addProduct(c: number, a: number, b: number, m: number, n: number, k: number, aRow: number, aColumn: number): void
  transpose(out: number, from: number, rows: number, columns: number): void
  fillRows(out: number, row: number, rows: number, columns: number): void
  addColumnSums(out: number, from: number, rows: number, columns: number): void
  gatherRows(out: number, from: number, order: number, count: number, columns: number): void
  scale(out: number, from: number, factor: number, n: number): void
}

const of = (kernels: Kernels): MatrixFunctions => kernels.functions as unknown as MatrixFunctions

/** C[m, n] += A[m, k] · B[k, n], all row-major. Each element adds its products in the order of k, whatever m and n are. */
export function addProduct(
  kernels: Kernels,
  c: Float32Array,
  a: Float32Array,
  b: Float32Array,
  m: number,
  n: number,
  k: number,
): void {
  expectLengths(c.length >= m * n && a.length >= m * k && b.length >= k * n, 'addProduct')
  of(kernels).addProduct(c.byteOffset, a.byteOffset, b.byteOffset, m, n, k, 4 * k, 4)
}

/** C[m, n] += Aᵀ · B[k, n] with A stored as [k, m]. Calls for parts of the k rows, in order, give the bits of one call. */
export function addTransposedProduct(
  kernels: Kernels,
  c: Float32Array,
  a: Float32Array,
  b: Float32Array,
  m: number,
  n: number,
  k: number,
): void {
  expectLengths(c.length >= m * n && a.length >= m * k && b.length >= k * n, 'addTransposedProduct')
  of(kernels).addProduct(c.byteOffset, a.byteOffset, b.byteOffset, m, n, k, 4, 4 * m)
}

/** out[columns, rows] = from[rows, columns]ᵀ. What C += A · Bᵀ takes first: a plain product is many times faster. */
export function transpose(
  kernels: Kernels,
  out: Float32Array,
  from: Float32Array,
  rows: number,
  columns: number,
): void {
  expectLengths(out.length >= rows * columns && from.length >= rows * columns, 'transpose')
  of(kernels).transpose(out.byteOffset, from.byteOffset, rows, columns)
}

/** Every row of out[rows, columns] becomes `row`. */
export function fillRows(kernels: Kernels, out: Float32Array, row: Float32Array, rows: number): void {
  expectLengths(out.length >= rows * row.length, 'fillRows')
  of(kernels).fillRows(out.byteOffset, row.byteOffset, rows, row.length)
}

/** out[columns] += sum of the rows of from[rows, columns], first row first. */
export function addColumnSums(kernels: Kernels, out: Float32Array, from: Float32Array, rows: number): void {
  expectLengths(from.length >= rows * out.length, 'addColumnSums')
  of(kernels).addColumnSums(out.byteOffset, from.byteOffset, rows, out.length)
}

/** Row i of `out` becomes row order[i] of `from`, both `columns` wide. */
export function gatherRows(
  kernels: Kernels,
  out: Float32Array,
  from: Float32Array,
  order: Uint32Array,
  columns: number,
): void {
  expectLengths(out.length >= order.length * columns, 'gatherRows')
  of(kernels).gatherRows(out.byteOffset, from.byteOffset, order.byteOffset, order.length, columns)
}

/** out = factor · from, factor rounded to f32. */
export function scale(kernels: Kernels, out: Float32Array, from: Float32Array, factor: number): void {
  expectLengths(out.length >= from.length, 'scale')
  of(kernels).scale(out.byteOffset, from.byteOffset, factor, from.length)
}

function expectLengths(hold: boolean, name: string): void {
  if (!hold) throw new TypeError(`${name}: an array is too short for the shape given`)
}
