/** A pivot below this share of its diagonal element means that the column depends on those before it. */
const DEPENDENT = 1e-10

/**
 * Solves A x = b for a symmetric positive semi-definite A by Cholesky decomposition, A = transpose(U) U. `a` f64 [n, n]:
 * its upper triangle is read and becomes U. Columns that depend on those before them are left out: their x is 0, and they
 * are listed.
 */
export function solveCholesky(a: Float64Array, b: Float64Array): { x: Float64Array; dependent: number[] } {
  const n = b.length
  const dependent: number[] = []
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i] as number)
  for (let i = 0; i < n; i++) {
    const pivot = a[i * n + i] as number
    if (!(pivot > DEPENDENT * (diagonal[i] as number))) {
      dependent.push(i)
      a.fill(0, i * n + i, (i + 1) * n)
      continue
    }
    const root = Math.sqrt(pivot)
    for (let j = i; j < n; j++) a[i * n + j] = (a[i * n + j] as number) / root
    for (let k = i + 1; k < n; k++) {
      const factor = a[i * n + k] as number
      if (factor === 0) continue
      for (let j = k; j < n; j++) a[k * n + j] = (a[k * n + j] as number) - factor * (a[i * n + j] as number)
    }
  }
  const left = new Set(dependent)
  const x = Float64Array.from(b)
  for (let i = 0; i < n; i++) {
    if (left.has(i)) {
      x[i] = 0
      continue
    }
    const z = (x[i] as number) / (a[i * n + i] as number)
    x[i] = z
    for (let j = i + 1; j < n; j++) x[j] = (x[j] as number) - z * (a[i * n + j] as number)
  }
  for (let i = n - 1; i >= 0; i--) {
    if (left.has(i)) continue
    let sum = x[i] as number
    for (let j = i + 1; j < n; j++) sum -= (a[i * n + j] as number) * (x[j] as number)
    x[i] = sum / (a[i * n + i] as number)
  }
  return { x, dependent }
}
