import fc from 'fast-check'
import t from 'tap'
import {
  addColumnSums,
  addProduct,
  addTransposedProduct,
  type KernelMemory,
  type Kernels,
  scoringKernels,
  trainingKernels,
  transpose,
} from '../../src/kernels/index.ts'

const kernels = scoringKernels()
const size = fc.integer({ min: 1, max: 21 })

/** Numbers that are reproducible and whose products round. */
function matrix(rows: number, columns: number, seed: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) =>
    Math.fround((((i + 1) * 7919 * seed) % 1009) / 331 - 1.5),
  )
}

/** The definition, in f32, products added in the order of the inner index. */
function product(c: Float32Array, a: Float32Array, b: Float32Array, m: number, n: number, k: number): Float32Array {
  const out = c.slice()
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let p = 0; p < k; p++) {
        const term = Math.fround((a[i * k + p] as number) * (b[p * n + j] as number))
        out[i * n + j] = Math.fround((out[i * n + j] as number) + term)
      }
  return out
}

function transposed(a: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: a.length }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)] as number)
}

function inMemory<T>(work: (memory: KernelMemory) => T, on: Kernels = kernels): T {
  return on.scope(1 << 20, work)
}

t.test('a product has the bits of its definition, for every shape', async () => {
  fc.assert(
    fc.property(size, size, size, fc.integer({ min: 1, max: 1000 }), (m, n, k, seed) => {
      const [c, a, b] = [matrix(m, n, seed), matrix(m, k, seed + 1), matrix(k, n, seed + 2)]
      const expected = product(c, a, b, m, n, k)
      const got = inMemory((memory) => {
        const out = memory.put(c)
        addProduct(kernels, out, memory.put(a), memory.put(b), m, n, k)
        return out.slice()
      })
      const fromTransposed = inMemory((memory) => {
        const out = memory.put(c)
        addTransposedProduct(kernels, out, memory.put(transposed(a, m, k)), memory.put(b), m, n, k)
        return out.slice()
      })
      return equal(got, expected) && equal(fromTransposed, expected)
    }),
    { numRuns: 150 },
  )
})

t.test('rows done apart, and inner rows done in parts, give the same bits', async (t) => {
  const [m, n, k] = [13, 11, 19]
  const [a, b] = [matrix(m, k, 3), matrix(k, n, 4)]
  inMemory((memory) => {
    const whole = memory.f32(m * n)
    const parts = memory.f32(m * n)
    const inner = memory.f32(m * n)
    const [left, right, turned] = [memory.put(a), memory.put(b), memory.put(transposed(a, m, k))]
    addProduct(kernels, whole, left, right, m, n, k)
    for (const [from, to] of [
      [0, 1],
      [1, 6],
      [6, 13],
    ] as const)
      addProduct(kernels, parts.subarray(from * n), left.subarray(from * k), right, to - from, n, k)
    for (const [from, to] of [
      [0, 5],
      [5, 6],
      [6, 19],
    ] as const)
      addTransposedProduct(kernels, inner, turned.subarray(from * m), right.subarray(from * n), m, n, to - from)
    t.same(parts, whole)
    t.same(inner, whole)
  })
})

t.test('transpose and column sums', async () => {
  fc.assert(
    fc.property(size, size, (rows, columns) => {
      const a = matrix(rows, columns, 5)
      return inMemory((memory) => {
        const from = memory.put(a)
        const turned = memory.f32(rows * columns)
        transpose(kernels, turned, from, rows, columns)
        const sums = memory.put(matrix(1, columns, 6))
        const expected = sums.slice()
        for (let i = 0; i < rows * columns; i++)
          expected[i % columns] = Math.fround((expected[i % columns] as number) + (a[i] as number))
        addColumnSums(kernels, sums, from, rows)
        return equal(turned, transposed(a, rows, columns)) && equal(sums, expected)
      })
    }),
  )
})

t.test('training and scoring kernels give equal bits', async (t) => {
  const [m, n, k] = [37, 29, 31]
  const multiply = (on: Kernels): Float32Array =>
    inMemory((memory) => {
      const out = memory.f32(m * n)
      addProduct(on, out, memory.put(matrix(m, k, 8)), memory.put(matrix(k, n, 9)), m, n, k)
      return out.slice()
    }, on)
  t.same(multiply(trainingKernels()), multiply(kernels))
})

t.test('an array that is too short is refused', async (t) => {
  inMemory((memory) => {
    const a = memory.f32(8)
    t.throws(() => addProduct(kernels, a, a, a, 3, 3, 3), TypeError)
    t.throws(() => transpose(kernels, a, a, 3, 3), TypeError)
  })
})

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
}
