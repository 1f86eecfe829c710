import fc from 'fast-check'
import t from 'tap'
import {
  addCentredSquares,
  addLinearGradient,
  choleskyFactor,
  choleskySolve,
  featureMoments,
  type KernelMemory,
  KernelPool,
  type Kernels,
  LinearGram,
  LinearPass,
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

const weights = (rows: number): Float32Array => Float32Array.from({ length: rows }, (_, i) => 0.5 + (i % 3))
const sum = (weight: ArrayLike<number>, of: (i: number) => number): number =>
  Array.from(weight).reduce((total, w, i) => total + w * of(i), 0)
const near = (got: number | undefined, expected: number, tolerance = 1e-9): boolean =>
  Math.abs((got ?? Number.NaN) - expected) <= tolerance * (1 + Math.abs(expected))

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

t.test('centred squares, dense and sparse', async (t) => {
  fc.assert(
    fc.property(cases, (given) => {
      const { rows, columns, values } = given
      kernels.scope(MEGABYTE, (memory) => {
        const weight = memory.put(weights(rows))
        const means = memory.put(numbers(columns, 1))
        for (const enter of [denseRows, sparseRows]) {
          const squares = memory.f64(columns)
          addCentredSquares(kernels, enter(memory, given), means, weight, squares)
          for (let f = 0; f < columns; f++) {
            const mean = means[f] as number
            const more = enter === sparseRows ? mean * mean * sum(weight, () => 1) : 0
            const expected = sum(weight, (i) => ((values[i * columns + f] as number) - mean) ** 2)
            t.ok(near((squares[f] as number) + more, expected))
          }
        }
      })
    }),
    { numRuns: 40 },
  )
})

t.test('moments: means and squared distances, dense and sparse', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const { rows, columns, values } = given
      await kernels.scope(MEGABYTE, async (memory) => {
        const weight = memory.put(weights(rows))
        for (const enter of [denseRows, sparseRows]) {
          const moments = await featureMoments(kernels, memory, enter(memory, given), weight, async () => {})
          t.equal(
            moments.weight,
            sum(weight, () => 1),
          )
          for (let f = 0; f < columns; f++) {
            const x = (i: number): number => values[i * columns + f] as number
            const mean = sum(weight, x) / moments.weight
            t.ok(near(moments.means[f], mean))
            t.ok(
              near(
                moments.squares[f],
                sum(weight, (i) => (x(i) - mean) ** 2),
              ),
            )
          }
        }
      })
    }),
    { numRuns: 40 },
  )
})

t.test('gram matrices: centred products of features and of one more column, over every other row', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, fc.integer({ min: 1, max: 2 }), async (given, step) => {
      const { rows, columns, values } = given
      await kernels.scope(MEGABYTE, async (memory) => {
        const samples = Math.floor((rows - 1) / step) + 1
        const weight = memory.put(Float64Array.from(weights(samples)))
        const means = numbers(columns, 1)
        const x = (i: number, f: number): number => values[i * step * columns + f] as number
        for (const enter of [denseRows, sparseRows]) {
          const own = enter(memory, given)
          const shape = { form: own.form, rows: samples, columns, stored: own.values.length }
          const gram = new LinearGram(kernels, memory, shape, means)
          await gram.run(own, { step, weight }, async () => {})
          const far = (i: number, f: number): number => (f === columns ? 1 : x(i, f) - (means[f] as number))
          for (let f = 0; f <= columns; f++) {
            for (let g = f; g <= columns; g++) {
              const expected = sum(weight, (i) => far(i, f) * far(i, g))
              t.ok(near(gram.matrix[f * gram.stride + g], expected), `${own.form} ${f} ${g}`)
            }
          }
        }
      })
    }),
    { numRuns: 40 },
  )
})

t.test('a pass gives the loss and its derivatives, dense and sparse, for every kind of loss', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, fc.boolean(), fc.integer({ min: 0, max: 5 }), async (given, weighted, outputs) => {
      const { rows, columns } = given
      const turn = async (): Promise<void> => {}
      await kernels.scope(MEGABYTE, async (memory) => {
        const weight = weighted ? memory.put(weights(rows)) : undefined
        const codes = Int32Array.from({ length: rows }, (_, i) => (i * 3) % Math.max(outputs, 2))
        const y = outputs === 0 ? memory.put(numbers(rows, 1)) : memory.put(codes)
        for (const enter of [denseRows, sparseRows]) {
          const pass = new LinearPass(kernels, memory, { x: enter(memory, given), y, weight, outputs })
          const { width, coefficients, intercepts, sums } = pass
          const kinds = Math.max(outputs, 1)
          t.equal(width, kinds === 1 ? 1 : 2 * Math.ceil(kinds / 2))
          for (let at = 0; at < columns * width; at++)
            if (at % width < kinds) coefficients[at] = ((at * 7) % 5) / 8 - 0.3
          for (let k = 0; k < kinds; k++) intercepts[k] = k / 4 - 0.5
          const loss = await pass.run(turn)
          t.ok(near(loss, naiveLoss(given, y, weight, outputs, pass), 1e-12), 'loss')
          const gradient = Float64Array.from(sums)
          const slope = async (array: Float64Array, at: number): Promise<number> => {
            const kept = array[at] as number
            array[at] = kept + 1e-5
            const above = await pass.run(turn)
            array[at] = kept - 1e-5
            const below = await pass.run(turn)
            array[at] = kept
            return (above - below) / 2e-5
          }
          for (let at = 0; at < (columns + 1) * width; at++) {
            if (at % width >= kinds) t.equal(gradient[at], 0)
            else if (at < columns * width) t.ok(near(gradient[at], await slope(coefficients, at), 1e-6), `${at}`)
            else t.ok(near(gradient[at], await slope(intercepts, at - columns * width), 1e-6), `intercept ${at}`)
          }
        }
      })
    }),
    { numRuns: 40 },
  )
})

t.test('losses at extreme margins are exact enough, and stay finite', async (t) => {
  const margins = [0, 1e-9, -1e-9, 0.3, -0.4142, 5, -36, 37, 300, -745, 1e5]
  const turn = async (): Promise<void> => {}
  for (const weighted of [false, true]) {
    for (const [i, margin] of margins.entries()) {
      await kernels.scope(MEGABYTE, async (memory) => {
        // One row alone, and the same row five times: both ways that the kernel takes.
        for (const rows of [1, 5]) {
          const x = denseRows(memory, { rows, columns: 1, outputs: 1, values: new Float32Array(rows).fill(1) })
          const y = memory.put(new Int32Array(rows).fill(i % 2))
          const weight = weighted ? memory.put(new Float32Array(rows).fill(1)) : undefined
          const pass = new LinearPass(kernels, memory, { x, y, weight, outputs: 1 })
          pass.intercepts[0] = margin
          const against = i % 2 === 1 ? -margin : margin
          const loss = Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against)))
          t.ok(Math.abs((await pass.run(turn)) / rows - loss) <= 4e-16 * (1 + loss), `loss at ${margin}`)
          const p = 1 / (1 + Math.exp(-against))
          const rest = (i % 2 === 1 ? -1 : 1) * (against < -30 ? Math.exp(against) : p)
          const got = (pass.sums[1] as number) / rows
          t.ok(Math.abs(got - rest) <= 1e-14 * Math.abs(rest) + 1e-307, `residual ${got} for ${rest} at ${margin}`)
        }
      })
    }
  }
})

t.test('results do not depend on the threads', async (t) => {
  const pool = new KernelPool({ stress: 5 })
  const rows = 30_000
  const values = Float32Array.from({ length: rows * 20 }, (_, at) => ((at * 7919) % 1009) / 500 - 1)
  const run = async (threads: number): Promise<Float64Array[]> => {
    const own = trainingKernels({ pool, threads })
    const result = await own.scope(16 * MEGABYTE, async (memory) => {
      const turn = async (): Promise<void> => {}
      const x = denseRows(memory, { rows, columns: 20, outputs: 1, values })
      const y = memory.put(Int32Array.from({ length: rows }, (_, i) => (i >> 2) & 1))
      const pass = new LinearPass(own, memory, { x, y, weight: undefined, outputs: 1 })
      pass.coefficients.fill(0.1)
      await pass.run(turn)
      const { means, squares } = await featureMoments(own, memory, x, undefined, turn)
      const gram = new LinearGram(own, memory, { ...x, stored: values.length }, means)
      await gram.run(x, { step: 1, weight: memory.f64(rows).fill(1) }, turn)
      return [pass.sums, means, squares, gram.matrix].map((array) => Float64Array.from(array))
    })
    own.close()
    return result
  }
  const one = await run(1)
  t.strictSame(await run(3), one)
  await pool.close()
})

t.test('Cholesky solves, several right sides at once, and leaves dependent columns out', async (t) => {
  kernels.scope(MEGABYTE, (memory) => {
    const factor = (a: number[], n: number): { u: Float64Array; dependent: number } => {
      const u = memory.put(Float64Array.from(a))
      return { u, dependent: choleskyFactor(kernels, u, n, n, memory.f64(n)) }
    }
    // 4x + 2y = 2, 2x + 3y = 5; and = 8, = 8
    const { u, dependent } = factor([4, 2, 0, 3], 2)
    t.equal(dependent, 0)
    const b = memory.put(Float64Array.of(2, 8, 5, 8))
    choleskySolve(kernels, u, 2, 2, b, 2)
    for (const [i, value] of [-0.5, 1, 2, 2].entries()) t.ok(near(b[i], value))
    const flat = factor([1, 1, 1, 1], 2)
    t.equal(flat.dependent, 1)
    const side = memory.put(Float64Array.of(1, 1))
    choleskySolve(kernels, flat.u, 2, 2, side, 1)
    t.same([...side], [1, 0])
  })
})

/** Sum of losses by its definition. */
function naiveLoss(
  { rows, columns, values }: Case,
  y: Int32Array | Float64Array,
  weight: Float32Array | undefined,
  outputs: number,
  { width, coefficients, intercepts }: LinearPass,
): number {
  let loss = 0
  for (let i = 0; i < rows; i++) {
    const margins = Array.from({ length: Math.max(outputs, 1) }, (_, k) => {
      let margin = intercepts[k] as number
      for (let f = 0; f < columns; f++)
        margin += (values[i * columns + f] as number) * (coefficients[f * width + k] as number)
      return margin
    })
    const [first = 0] = margins
    const target = y[i] as number
    let own: number
    if (outputs === 0) own = (first - target) ** 2 / 2
    else if (outputs === 1) own = Math.log(1 + Math.exp(target === 1 ? -first : first))
    else own = Math.log(margins.reduce((sum, m) => sum + Math.exp(m), 0)) - (margins[target] as number)
    loss += (weight?.[i] ?? 1) * own
  }
  return loss
}

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
