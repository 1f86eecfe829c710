import fc from 'fast-check'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import t from 'tap'
import { eigenOf } from '../../../../plugins/preprocess/pca/eigen.ts'
import { noise } from '../../algorithm/fitting.ts'

const eigen = (matrix: readonly (readonly number[])[]) =>
  eigenOf(Float64Array.from(matrix.flat()), matrix.length, async () => {})

/** Largest distance of vectors · diag(values) · transposed vectors from the matrix, and of vectors from right angles. */
function faults(matrix: readonly (readonly number[])[], values: Float64Array, vectors: Float64Array): number {
  const n = matrix.length
  let worst = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let [back, along] = [0, 0]
      for (let k = 0; k < n; k++) {
        back += (vectors[k * n + i] as number) * (values[k] as number) * (vectors[k * n + j] as number)
        along += (vectors[i * n + k] as number) * (vectors[j * n + k] as number)
      }
      worst = Math.max(worst, Math.abs(back - (matrix[i]?.[j] as number)), Math.abs(along - (i === j ? 1 : 0)))
    }
  }
  return worst
}

t.test('matrices by hand', async (t) => {
  t.same(await eigen([[4]]), { values: Float64Array.of(4), vectors: Float64Array.of(1) })
  const { values } = await eigen([
    [2, 1],
    [1, 2],
  ])
  t.ok(Math.abs((values[0] as number) - 3) < 1e-15 && Math.abs((values[1] as number) - 1) < 1e-15)
  const identity = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]
  t.same([...(await eigen(identity)).vectors], identity.flat(), 'equal values keep their place')
  t.same(
    [
      ...(
        await eigen([
          [0, 0],
          [0, 0],
        ])
      ).values,
    ],
    [0, 0],
  )
})

t.test('any symmetric matrix is put together again, largest value first', async () => {
  const size = fc.integer({ min: 1, max: 12 })
  const matrices = size.chain((n) =>
    fc
      .array(fc.integer({ min: -4, max: 4 }), { minLength: n * n, maxLength: n * n })
      .map((flat) =>
        Array.from({ length: n }, (_, i) =>
          Array.from({ length: n }, (_, j) => flat[Math.max(i, j) * n + Math.min(i, j)] as number),
        ),
      ),
  )
  await fc.assert(
    fc.asyncProperty(matrices, async (matrix) => {
      const { values, vectors } = await eigen(matrix)
      const falling = values.every((value, i) => i === 0 || value <= (values[i - 1] as number))
      return falling && faults(matrix, values, vectors) < 1e-12
    }),
    { numRuns: 200 },
  )
})

t.test('values agree with ml-matrix', async (t) => {
  const n = 60
  const random = noise(n * n, 'eigen')
  const matrix = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => random[Math.max(i, j) * n + Math.min(i, j)] as number),
  )
  const { values, vectors } = await eigen(matrix)
  const oracle = new EigenvalueDecomposition(new Matrix(matrix), { assumeSymmetric: true }).realEigenvalues
  const expected = oracle.sort((a, b) => b - a)
  t.ok(expected.every((value, i) => Math.abs(value - (values[i] as number)) < 1e-12))
  t.ok(faults(matrix, values, vectors) < 1e-12)
})
