import fc from 'fast-check'
import t from 'tap'
import {
  addCentredSquares,
  addGram,
  addLinearGradient,
  classResiduals,
  type KernelMemory,
  type Kernels,
  type LinearRows,
  linearMargins,
  scoringKernels,
  toProbabilities,
  trainingKernels,
} from '../../src/kernels/index.ts'

const kernels = trainingKernels()
const MEGABYTE = 2 ** 20

interface Case {
  readonly rows: number
  readonly columns: number
  readonly outputs: number
  readonly values: Float32Array
}

const value = fc.oneof(fc.constant(0), fc.float({ min: -8, max: 8, noNaN: true }))
const cases: fc.Arbitrary<Case> = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 7 }),
    outputs: fc.integer({ min: 1, max: 5 }),
  })
  .chain((size) =>
    fc
      .array(value, { minLength: size.rows * size.columns, maxLength: size.rows * size.columns })
      .map((values) => ({ ...size, values: Float32Array.from(values, (x) => x + 0) })),
  )

function denseRows(memory: KernelMemory, { rows, columns, values }: Case): LinearRows {
  return { form: 'dense', rows, columns, values: memory.put(values) }
}

function sparseRows(memory: KernelMemory, { rows, columns, values }: Case): LinearRows {
  const kept = Array.from(values.keys()).filter((at) => values[at] !== 0)
  const starts = Uint32Array.from({ length: rows + 1 }, (_, row) => kept.filter((at) => at < row * columns).length)
  return {
    form: 'sparse',
    rows,
    columns,
    starts: memory.put(starts),
    indices: memory.put(Uint32Array.from(kept, (at) => at % columns)),
    values: memory.put(Float32Array.from(kept, (at) => values[at] as number)),
  }
}

const numbers = (count: number, factor: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.fround(((i * 37 + 11) % 29) / 7 - 2) * factor)

t.test('margins and gradients are products; sparse rows give the bits of dense ones', async (t) => {
  fc.assert(
    fc.property(cases, (given) => {
      const { rows, columns, outputs, values } = given
      kernels.scope(MEGABYTE, (memory) => {
        const weights = {
          coefficients: memory.put(numbers(columns * outputs, 1 / 3)),
          intercepts: memory.put(numbers(outputs, 1)),
        }
        const residuals = memory.put(numbers(rows * outputs, 1 / 7))
        const [dense, sparse] = [denseRows, sparseRows].map((enter) => {
          const x = enter(memory, given)
          const margins = memory.f64(rows * outputs)
          linearMargins(kernels, x, weights, margins)
          const gradient = memory.f64(columns * outputs)
          addLinearGradient(kernels, x, residuals, outputs, gradient)
          return [Float64Array.from(margins), Float64Array.from(gradient)]
        }) as [Float64Array[], Float64Array[]]
        t.strictSame(sparse, dense)
        const [margins, gradient] = dense as [Float64Array, Float64Array]
        for (let i = 0; i < rows; i++) {
          for (let k = 0; k < outputs; k++) {
            let sum = weights.intercepts[k] as number
            for (let f = 0; f < columns; f++)
              sum += (values[i * columns + f] as number) * (weights.coefficients[f * outputs + k] as number)
            t.equal(margins[i * outputs + k], sum)
          }
        }
        for (let f = 0; f < columns; f++) {
          for (let k = 0; k < outputs; k++) {
            let sum = 0
            for (let i = 0; i < rows; i++)
              sum += (values[i * columns + f] as number) * (residuals[i * outputs + k] as number)
            t.equal(gradient[f * outputs + k], sum)
          }
        }
      })
    }),
    { numRuns: 60 },
  )
})

t.test('gram matrices and centred squares, dense and sparse', async (t) => {
  fc.assert(
    fc.property(cases, (given) => {
      const { rows, columns, values } = given
      kernels.scope(MEGABYTE, (memory) => {
        const weight = memory.put(Float32Array.from({ length: rows }, (_, i) => 0.5 + (i % 3)))
        const means = memory.put(numbers(columns, 1))
        const zero = memory.f64(columns)
        const x = (i: number, f: number): number => values[i * columns + f] as number
        const sum = (of: (i: number) => number): number =>
          Array.from({ length: rows }, (_, i) => (weight[i] as number) * of(i)).reduce((a, b) => a + b, 0)
        const near = (got: number | undefined, expected: number): void => {
          t.ok(Math.abs((got ?? Number.NaN) - expected) <= 1e-9 * (1 + Math.abs(expected)), `${got} for ${expected}`)
        }
        for (const enter of [denseRows, sparseRows]) {
          const entered = enter(memory, given)
          const gram = memory.f64(columns * columns)
          addGram(kernels, entered, enter === denseRows ? means : zero, weight, gram, memory.f64(columns))
          const squares = memory.f64(columns)
          addCentredSquares(kernels, entered, means, weight, squares)
          for (let f = 0; f < columns; f++) {
            const mean = means[f] as number
            const all = enter === sparseRows ? mean * mean * sum(() => 1) : 0
            near(
              (squares[f] as number) + all,
              sum((i) => (x(i, f) - mean) ** 2),
            )
            for (let g = f; g < columns; g++) {
              const [a, b] = enter === denseRows ? [mean, means[g] as number] : [0, 0]
              near(
                gram[f * columns + g],
                sum((i) => (x(i, f) - a) * (x(i, g) - b)),
              )
            }
          }
        }
      })
    }),
    { numRuns: 40 },
  )
})

t.test('residuals are derivatives of the loss', async (t) => {
  const rows = 8
  for (const outputs of [1, 3]) {
    kernels.scope(MEGABYTE, (memory) => {
      const margins = memory.put(numbers(rows * outputs, 1.3))
      const y = memory.put(Int32Array.from({ length: rows }, (_, i) => i % Math.max(outputs, 2)))
      const weight = memory.put(Float32Array.from({ length: rows }, (_, i) => 0.25 * (i + 1)))
      const residuals = memory.f64(rows * outputs)
      const unused = memory.f64(rows * outputs)
      classResiduals(kernels, margins, y, weight, outputs, residuals)
      for (let at = 0; at < rows * outputs; at++) {
        const kept = margins[at] as number
        margins[at] = kept + 1e-5
        const above = classResiduals(kernels, margins, y, weight, outputs, unused)
        margins[at] = kept - 1e-5
        const below = classResiduals(kernels, margins, y, weight, outputs, unused)
        margins[at] = kept
        t.ok(Math.abs((residuals[at] as number) - (above - below) / 2e-5) < 1e-8)
      }
    })
  }
})

t.test('probabilities sum to 1, stand extreme margins and have the same bits in both builds', async (t) => {
  const margins = Float64Array.of(0, 0, 0, 1000, -1000, 0, 1, 2, 3, -1e308, 1e308, 5)
  const through = (over: Kernels, outputs: number): Float64Array =>
    over.scope(1024, (memory) => {
      const own = memory.put(margins)
      toProbabilities(over, own, outputs)
      return Float64Array.from(own)
    })
  const three = through(kernels, 3)
  for (let i = 0; i < 12; i += 3) {
    const sum = (three[i] as number) + (three[i + 1] as number) + (three[i + 2] as number)
    t.ok(Math.abs(sum - 1) < 1e-15)
  }
  t.ok(Math.abs((three[0] as number) - 1 / 3) < 1e-16)
  t.equal(three[3], 1)
  t.strictSame(through(scoringKernels(), 3), three)
  t.strictSame(through(scoringKernels(), 1), through(kernels, 1))
  t.equal(through(kernels, 1)[0], 0.5)
})
