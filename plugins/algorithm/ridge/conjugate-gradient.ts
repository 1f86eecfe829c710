/**
 * Solves A x = b for a symmetric positive semi-definite A, known by its products alone (M. Hestenes and E. Stiefel, 1952).
 * `multiply` writes A p. Ends when the residual is `tolerance` of b, or after `maxIterations`.
 */
export async function solveConjugateGradient(
  multiply: (p: Float64Array, product: Float64Array) => Promise<void>,
  b: Float64Array,
  { tolerance, maxIterations }: { readonly tolerance: number; readonly maxIterations: number },
  progress: (iteration: number) => void,
): Promise<{ x: Float64Array; iterations: number; converged: boolean }> {
  const n = b.length
  const x = new Float64Array(n)
  const rest = Float64Array.from(b)
  const p = Float64Array.from(b)
  const product = new Float64Array(n)
  const goal = tolerance * tolerance * dot(b, b)
  let size = dot(rest, rest)
  let iterations = 0
  while (size > goal && iterations < maxIterations) {
    progress(iterations)
    await multiply(p, product)
    const curvature = dot(p, product)
    if (!(curvature > 0)) break
    const step = size / curvature
    for (let i = 0; i < n; i++) {
      x[i] = (x[i] as number) + step * (p[i] as number)
      rest[i] = (rest[i] as number) - step * (product[i] as number)
    }
    const before = size
    size = dot(rest, rest)
    for (let i = 0; i < n; i++) p[i] = (rest[i] as number) + (size / before) * (p[i] as number)
    iterations += 1
  }
  return { x, iterations, converged: size <= goal }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}
