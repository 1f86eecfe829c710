/** Eigenvalues of a symmetric matrix, largest first, ties by place; row i of `vectors` belongs to value i and has length 1. */
export interface Eigen {
  readonly values: Float64Array
  /** f64 [n, n] row-major. */
  readonly vectors: Float64Array
}

/** Multiplications between two pauses. */
const BURST = 1e7

type Pause = (i: number) => Promise<void> | undefined

/** Rounds over n take about 4 n² multiplications each. */
function pauseEvery(n: number, pause: () => Promise<void>): Pause {
  const every = Math.ceil(BURST / (4 * n * n))
  return (i) => (i % every === 0 ? pause() : undefined)
}

/** Steps for one eigenvalue: two or three are usual. */
const STEPS = 60
const EPSILON = 2 ** -52

/**
 * All eigenvalues and eigenvectors of a symmetric matrix f64 [n, n], of which the lower triangle is read. Reflections bring it
 * to three diagonals, then QL steps with implicit shifts to one: J. Wilkinson and C. Reinsch, "Handbook for Automatic
 * Computation II" (1971), tred2 and imtql2. Only + - * / and square roots, so the bits are the same everywhere.
 *
 * @param pause called every now and then, so that a cancel can arrive
 */
export async function eigenOf(matrix: Float64Array, n: number, pause: () => Promise<void>): Promise<Eigen> {
  const basis = Float64Array.from(matrix)
  const diagonal = new Float64Array(n)
  const beside = new Float64Array(n)
  await tridiagonalize(basis, diagonal, beside, n, pauseEvery(n, pause))
  const vectors = transposed(basis, n)
  await diagonalize(vectors, diagonal, beside, n, pauseEvery(n, pause))
  const order = [...diagonal.keys()].sort((a, b) => (diagonal[b] as number) - (diagonal[a] as number) || a - b)
  const sorted = new Float64Array(n * n)
  for (const [to, from] of order.entries()) sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n)
  return { values: Float64Array.from(order, (from) => diagonal[from] as number), vectors: sorted }
}

/** a = Q T transpose(Q): `a` becomes Q, `diagonal` and `beside` (from place 1 on) the diagonals of T. */
async function tridiagonalize(
  a: Float64Array,
  diagonal: Float64Array,
  beside: Float64Array,
  n: number,
  pause: Pause,
): Promise<void> {
  for (let i = n - 1; i > 0; i--) {
    await pause(i)
    const row = i * n
    let scale = 0
    for (let k = 0; k < i; k++) scale += Math.abs(a[row + k] as number)
    if (i === 1 || scale === 0) {
      beside[i] = a[row + i - 1] as number
      diagonal[i] = 0
      continue
    }
    let h = 0
    for (let k = 0; k < i; k++) {
      const x = (a[row + k] as number) / scale
      a[row + k] = x
      h += x * x
    }
    const f = a[row + i - 1] as number
    const g = f >= 0 ? -Math.sqrt(h) : Math.sqrt(h)
    beside[i] = scale * g
    h -= f * g
    a[row + i - 1] = f - g
    reflect(a, beside, i, h, n)
    diagonal[i] = h
  }
  diagonal[0] = 0
  beside[0] = 0
  await collect(a, diagonal, n, pause)
}

/** Applies the reflection whose vector stands in row `i` to the block before it, and keeps vector / h in column `i`. */
function reflect(a: Float64Array, work: Float64Array, i: number, h: number, n: number): void {
  const row = i * n
  for (let j = 0; j < i; j++) work[j] = 0
  for (let j = 0; j < i; j++) {
    const u = a[row + j] as number
    a[j * n + i] = u / h
    let sum = (work[j] as number) + (a[j * n + j] as number) * u
    for (let k = 0; k < j; k++) {
      const below = a[j * n + k] as number
      sum += below * (a[row + k] as number)
      work[k] = (work[k] as number) + below * u
    }
    work[j] = sum
  }
  let along = 0
  for (let j = 0; j < i; j++) {
    work[j] = (work[j] as number) / h
    along += (work[j] as number) * (a[row + j] as number)
  }
  const half = along / (h + h)
  for (let j = 0; j < i; j++) {
    const u = a[row + j] as number
    const w = (work[j] as number) - half * u
    work[j] = w
    for (let k = 0; k <= j; k++)
      a[j * n + k] = (a[j * n + k] as number) - (u * (work[k] as number) + w * (a[row + k] as number))
  }
}

/** Multiplies the reflections into one orthogonal matrix, in place, and takes the diagonal out. */
async function collect(a: Float64Array, diagonal: Float64Array, n: number, pause: Pause): Promise<void> {
  const sums = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    await pause(i)
    const row = i * n
    if (diagonal[i] !== 0) {
      sums.fill(0, 0, i)
      for (let k = 0; k < i; k++) {
        const u = a[row + k] as number
        for (let j = 0; j < i; j++) sums[j] = (sums[j] as number) + u * (a[k * n + j] as number)
      }
      for (let k = 0; k < i; k++) {
        const w = a[k * n + i] as number
        for (let j = 0; j < i; j++) a[k * n + j] = (a[k * n + j] as number) - (sums[j] as number) * w
      }
    }
    diagonal[i] = a[row + i] as number
    a[row + i] = 1
    for (let j = 0; j < i; j++) {
      a[j * n + i] = 0
      a[row + j] = 0
    }
  }
}

/** QL steps: `diagonal` becomes the eigenvalues, row i of `vectors` (at first row i of transpose(Q)) the eigenvector of value i. */
async function diagonalize(
  vectors: Float64Array,
  diagonal: Float64Array,
  beside: Float64Array,
  n: number,
  pause: Pause,
): Promise<void> {
  beside.copyWithin(0, 1)
  beside[n - 1] = 0
  for (let first = 0; first < n; first++) {
    await pause(first)
    for (let step = 0; step < STEPS; step++) {
      const last = endOfBlock(diagonal, beside, first, n)
      if (last === first) break
      stepOf(vectors, diagonal, beside, first, last, n)
    }
  }
}

/** Last place of the block that begins at `first`: there the entry beside the diagonal is nothing. */
function endOfBlock(diagonal: Float64Array, beside: Float64Array, first: number, n: number): number {
  for (let m = first; m < n - 1; m++) {
    const size = Math.abs(diagonal[m] as number) + Math.abs(diagonal[m + 1] as number)
    if (Math.abs(beside[m] as number) <= EPSILON * size) return m
  }
  return n - 1
}

function stepOf(
  vectors: Float64Array,
  diagonal: Float64Array,
  beside: Float64Array,
  first: number,
  last: number,
  n: number,
): void {
  const lead = diagonal[first] as number
  const towards = ((diagonal[first + 1] as number) - lead) / (2 * (beside[first] as number))
  const root = lengthOf(towards, 1)
  let g = (diagonal[last] as number) - lead + (beside[first] as number) / (towards + (towards >= 0 ? root : -root))
  let [sine, cosine, shift] = [1, 1, 0]
  for (let i = last - 1; i >= first; i--) {
    const f = sine * (beside[i] as number)
    const b = cosine * (beside[i] as number)
    const r = lengthOf(f, g)
    beside[i + 1] = r
    if (r === 0) {
      diagonal[i + 1] = (diagonal[i + 1] as number) - shift
      beside[last] = 0
      return
    }
    sine = f / r
    cosine = g / r
    g = (diagonal[i + 1] as number) - shift
    const turned = ((diagonal[i] as number) - g) * sine + 2 * cosine * b
    shift = sine * turned
    diagonal[i + 1] = g + shift
    g = cosine * turned - b
    for (let k = 0; k < n; k++) {
      const upper = vectors[(i + 1) * n + k] as number
      const lower = vectors[i * n + k] as number
      vectors[(i + 1) * n + k] = sine * lower + cosine * upper
      vectors[i * n + k] = cosine * lower - sine * upper
    }
  }
  diagonal[first] = (diagonal[first] as number) - shift
  beside[first] = g
  beside[last] = 0
}

/** sqrt(a² + b²) without overflow; `Math.hypot` differs between engines. */
function lengthOf(a: number, b: number): number {
  const large = Math.max(Math.abs(a), Math.abs(b))
  if (large === 0) return 0
  const ratio = Math.min(Math.abs(a), Math.abs(b)) / large
  return large * Math.sqrt(1 + ratio * ratio)
}

function transposed(matrix: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j * n + i] = matrix[i * n + j] as number
  return out
}
