import fc from 'fast-check'
import t from 'tap'
import {
  type Kernels,
  placeInTiles,
  SVM_TILE,
  SvmDecisions,
  type SvmKernel,
  SvmSolver,
  scoringKernels,
  svmDecisionBytes,
  svmSolverBytes,
  trainingKernels,
  wholeTiles,
} from '../../src/kernels/index.ts'

const kernels = trainingKernels()

const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => ((Math.imul(i + seed, 2654435761) >>> 8) % 4001) / 1000 - 2)

const kinds: readonly SvmKernel[] = [
  { kind: 'linear', gamma: 1, coef0: 0, degree: 1 },
  { kind: 'rbf', gamma: 0.3, coef0: 0, degree: 1 },
  { kind: 'polynomial', gamma: 0.5, coef0: 1, degree: 3 },
  { kind: 'sigmoid', gamma: 0.2, coef0: -0.5, degree: 1 },
]

/** The kernel by its definition, in f64. */
function kernelValue({ kind, gamma, coef0, degree }: SvmKernel, x: Float32Array, y: Float32Array): number {
  const product = x.reduce((sum, value, f) => sum + value * (y[f] as number), 0)
  if (kind === 'linear') return product
  if (kind === 'polynomial') return (gamma * product + coef0) ** degree
  if (kind === 'sigmoid') return Math.tanh(gamma * product + coef0)
  return Math.exp(-gamma * x.reduce((sum, value, f) => sum + (value - (y[f] as number)) ** 2, 0))
}

function tilesOf(vectors: readonly Float32Array[], features: number) {
  const count = wholeTiles(vectors.length)
  const values = new Float32Array(count * features)
  for (const [v, vector] of vectors.entries()) {
    for (let f = 0; f < features; f++) values[placeInTiles(v, features) + SVM_TILE * f] = vector[f] as number
  }
  return { values, count, features }
}

/** K(row, vector) [rows, vectors], read off decision functions with one coefficient of 1 each. */
function matrixOf(over: Kernels, kernel: SvmKernel, rows: readonly Float32Array[], vectors: readonly Float32Array[]) {
  const features = rows[0]?.length as number
  const rule = {
    kernel,
    tiles: tilesOf(vectors, features),
    runs: Int32Array.from(vectors.flatMap((_, v) => [v, 1, 0, 0])),
    coefficients: new Float64Array(vectors.length).fill(1),
    intercepts: new Float64Array(vectors.length),
  }
  return over.scope(svmDecisionBytes(over, rule, rows.length), (memory) => {
    const decisions = new SvmDecisions(over, memory, rule, rows.length)
    decisions.x.set(rows.flatMap((row) => Array.from(row)))
    return Float64Array.from(decisions.decide(rows.length))
  })
}

const vectorsOf = (count: number, features: number, seed = 1): Float32Array[] =>
  Array.from({ length: count }, (_, v) => numbers(features, seed + 97 * v))

t.test('kernel values are those of the definitions, symmetric, and equal wherever a vector stands', async (t) => {
  for (const features of [1, 2, 5, 19]) {
    for (const kernel of kinds) {
      const vectors = vectorsOf(35, features)
      const values = matrixOf(kernels, kernel, vectors, vectors)
      t.strictSame(matrixOf(scoringKernels(), kernel, vectors, vectors), values, 'the build for scoring gives the same')
      let worst = 0
      for (const [i, x] of vectors.entries()) {
        for (const [j, y] of vectors.entries()) {
          const got = values[i * 35 + j] as number
          const expected = kernelValue(kernel, x, y)
          worst = Math.max(worst, Math.abs(got - expected) / (1 + Math.abs(expected)))
          if (got !== values[j * 35 + i]) t.fail(`${kernel.kind} of ${i} and ${j} is not symmetric`)
        }
      }
      t.ok(worst < 2e-6 * Math.sqrt(features), `${kernel.kind}: ${worst}`)
      const turned = matrixOf(kernels, kernel, vectors.slice(3, 4), vectors.toReversed())
      t.strictSame(turned.toReversed(), values.subarray(3 * 35, 4 * 35))
    }
  }
})

t.test('exponentials and hyperbolic tangents of f32, near and far', async (t) => {
  const rbf: SvmKernel = { kind: 'rbf', gamma: 1, coef0: 0, degree: 1 }
  const sigmoid: SvmKernel = { kind: 'sigmoid', gamma: 1, coef0: 0, degree: 1 }
  const at = (kernel: SvmKernel, x: number, y: number): number =>
    matrixOf(kernels, kernel, [Float32Array.of(x)], [Float32Array.of(y)])[0] as number
  t.equal(at(rbf, 3, 3), 1)
  t.equal(at(rbf, 0, 10), 0)
  t.equal(at(rbf, -3e38, 3e38), 0)
  t.equal(at(sigmoid, 1, 30), 1)
  t.equal(at(sigmoid, -1, 1e30), -1)
  t.equal(at(sigmoid, 0, 5), 0)
  fc.assert(
    fc.property(fc.float({ min: 0, max: Math.fround(9.3), noNaN: true }), (x) => {
      const inner = Math.fround(x * x)
      const expected = Math.exp(-inner)
      if (expected < 2e-38) return
      t.ok(Math.abs(at(rbf, x, 0) - expected) <= 3 * 2 ** -24 * expected, `exp(-${inner})`)
      t.ok(Math.abs(at(sigmoid, x, 1) - Math.tanh(x)) <= 2 ** -22)
    }),
    { numRuns: 300 },
  )
})

interface Dual {
  readonly kernel: SvmKernel
  readonly vectors: readonly Float32Array[]
  readonly targets: number[]
  readonly floors: number[]
  readonly ceilings: number[]
  readonly epsilon: number
  /** What f32 kernel values allow grows with the coefficients. */
  readonly tolerance: number
}

const turn = (): Promise<void> => Promise.resolve()

/** Solves with all rows active, or with those that `without` names shut out at first. */
function solve(dual: Dual, cacheRows: number, without: readonly number[] = []) {
  const rows = dual.vectors.length
  const features = dual.vectors[0]?.length as number
  return kernels.scope(svmSolverBytes(rows, features, cacheRows), async (memory) => {
    const { epsilon, tolerance } = dual
    const solver = new SvmSolver(kernels, memory, dual.kernel, { rows, features, cacheRows, epsilon, tolerance })
    let order = dual.vectors.map((_, row) => row)
    const fill = (errors: readonly number[], betas: readonly number[]): void => {
      solver.tiles.set(
        tilesOf(
          order.map((row) => dual.vectors[row] as Float32Array),
          features,
        ).values,
      )
      for (const array of [solver.errors, solver.betas, solver.floors, solver.ceilings]) array.fill(0)
      for (const [position, row] of order.entries()) {
        solver.errors[position] = errors[row] as number
        solver.betas[position] = betas[row] as number
        solver.floors[position] = dual.floors[row] as number
        solver.ceilings[position] = dual.ceilings[row] as number
      }
      solver.enter()
    }
    const none = dual.targets.map(() => 0)
    fill(dual.targets, none)
    let steps = 0
    if (without.length > 0) {
      steps += solver.steps(5) // kernel rows are kept already
      const keep = order.filter((row) => !without.includes(row))
      const [errors, betas] = [Array.from(solver.errors), Array.from(solver.betas)]
      const out = new Map(without.map((row) => [row, errors[row] as number]))
      await solver.shrink(Int32Array.from(keep), turn)
      order = keep
      fill(errors, betas)
      steps += solver.steps(1e6)
      const values = Array.from(solver.betas)
      for (const [position, row] of keep.entries()) {
        errors[row] = solver.errors[position] as number
        const change = (values[position] as number) - (betas[row] as number)
        betas[row] = values[position] as number
        const matrix = matrixOf(kernels, dual.kernel, [dual.vectors[row] as Float32Array], dual.vectors)
        for (const other of without) out.set(other, (out.get(other) as number) - change * (matrix[other] as number))
      }
      for (const [row, error] of out) errors[row] = error
      order = [...keep, ...without]
      await solver.extend(order.length, turn)
      fill(errors, betas)
    }
    steps += solver.steps(1e6)
    const betas = new Float64Array(rows)
    for (const [position, row] of order.entries()) betas[row] = solver.betas[position] as number
    return { betas, steps, gap: solver.highest - solver.lowest }
  })
}

/** Largest violation of the conditions of the optimum, by their definition, from kernel values in f64. */
function violation(dual: Dual, betas: Float64Array): number {
  const { kernel, vectors, targets, floors, ceilings, epsilon } = dual
  let highest = Number.NEGATIVE_INFINITY
  let lowest = Number.POSITIVE_INFINITY
  const matrix = matrixOf(kernels, kernel, vectors, vectors)
  for (const [i, beta] of betas.entries()) {
    const error = vectors.reduce(
      (rest, _, j) => rest - (betas[j] as number) * (matrix[i * vectors.length + j] as number),
      targets[i] as number,
    )
    if (beta < (ceilings[i] as number)) highest = Math.max(highest, error + (beta >= 0 ? -epsilon : epsilon))
    if (beta > (floors[i] as number)) lowest = Math.min(lowest, error + (beta > 0 ? -epsilon : epsilon))
  }
  return highest - lowest
}

const duals = fc
  .record({
    rows: fc.integer({ min: 2, max: 45 }),
    features: fc.integer({ min: 1, max: 4 }),
    kind: fc.integer({ min: 0, max: 2 }),
    values: fc.boolean(),
    c: fc.constantFrom(0.1, 1, 20),
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ rows, features, kind, values, c, seed }): Dual => {
    const noise = numbers(2 * rows, seed + 5)
    const targets = Array.from({ length: rows }, (_, i) => {
      const value = noise[i] as number
      return values ? value : i === 0 || (i > 1 && value > 0) ? 1 : -1
    })
    const bounds = targets.map((_, i) => c * (1 + Math.abs(noise[rows + i] as number)))
    return {
      kernel: kinds[kind] as SvmKernel,
      vectors: vectorsOf(rows, features, seed),
      targets,
      floors: bounds.map((bound, i) => (values || (targets[i] as number) < 0 ? -bound : 0)),
      ceilings: bounds.map((bound, i) => (values || (targets[i] as number) > 0 ? bound : 0)),
      epsilon: values ? 0.2 : 0,
      tolerance: 1e-4 * c,
    }
  })

t.test('the solver meets the conditions of the optimum; the memory for kernel rows changes no bit', async (t) => {
  await fc.assert(
    fc.asyncProperty(duals, async (dual) => {
      const { betas, gap, steps } = await solve(dual, 64)
      t.ok(gap < dual.tolerance)
      t.ok(violation(dual, betas) < 1.2 * dual.tolerance)
      t.ok(Math.abs(betas.reduce((a, b) => a + b, 0)) < 1e-9)
      for (const [i, beta] of betas.entries())
        t.ok(beta >= (dual.floors[i] as number) && beta <= (dual.ceilings[i] as number))
      const small = await solve(dual, 2)
      t.strictSame(small.betas, betas)
      t.equal(small.steps, steps)
    }),
    { numRuns: 60 },
  )
})

t.test('rows that were shut out for a while end where they belong', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      duals,
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(2, 7, 64),
      async (dual, out, cacheRows) => {
        const without = dual.vectors.map((_, row) => row).filter((row) => row % 3 === 1 && row < out)
        if (without.length > dual.vectors.length - 2 || without.length === 0) return
        const { betas, gap } = await solve(dual, cacheRows, without)
        t.ok(gap < dual.tolerance)
        t.ok(violation(dual, betas) < 1.2 * dual.tolerance)
      },
    ),
    { numRuns: 60 },
  )
})
