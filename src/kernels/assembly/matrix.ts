// Dense f32 matrices, row-major. Each element of a result has one accumulator, to which the products are added in the order
// of the inner index: the bits depend neither on the number of rows, nor on how rows and columns are shared out over calls
// (threads), nor on which of the blocks below an element falls into.

/**
 * C[m, n] += A[m, k] · B[k, n]. Element (i, p) of A lies at a + i * aRow + p * aColumn (bytes): plain A has
 * (4k, 4), and A stored transposed as [k, m] has (4, 4m). C and B are plain.
 */
export function addProduct(c: usize, a: usize, b: usize, m: i32, n: i32, k: i32, aRow: usize, aColumn: usize): void {
  const stride = <usize>n << 2
  const columns8 = n & ~7
  const rows4 = m & ~3
  let j = 0
  for (; j < columns8; j += 8) {
    const bj = b + (<usize>j << 2)
    const cj = c + (<usize>j << 2)
    for (let i = 0; i < rows4; i += 4) block4x8(cj + <usize>i * stride, a + <usize>i * aRow, bj, stride, k, aRow, aColumn)
    for (let i = rows4; i < m; i++) block1x8(cj + <usize>i * stride, a + <usize>i * aRow, bj, stride, k, aColumn)
  }
  if (j + 4 <= n) {
    const bj = b + (<usize>j << 2)
    const cj = c + (<usize>j << 2)
    for (let i = 0; i < rows4; i += 4) block4x4(cj + <usize>i * stride, a + <usize>i * aRow, bj, stride, k, aRow, aColumn)
    for (let i = rows4; i < m; i++) block1x4(cj + <usize>i * stride, a + <usize>i * aRow, bj, stride, k, aColumn)
    j += 4
  }
  for (; j < n; j++) {
    const bj = b + (<usize>j << 2)
    const cj = c + (<usize>j << 2)
    for (let i = 0; i < rows4; i += 4) block4x1(cj + <usize>i * stride, a + <usize>i * aRow, bj, stride, k, aRow, aColumn)
    for (let i = rows4; i < m; i++) block1x1(cj + <usize>i * stride, a + <usize>i * aRow, bj, stride, k, aColumn)
  }
}

function block4x8(c: usize, a: usize, b: usize, stride: usize, k: i32, aRow: usize, aColumn: usize): void {
  const c1 = c + stride
  const c2 = c1 + stride
  const c3 = c2 + stride
  let s00 = v128.load(c)
  let s01 = v128.load(c, 16)
  let s10 = v128.load(c1)
  let s11 = v128.load(c1, 16)
  let s20 = v128.load(c2)
  let s21 = v128.load(c2, 16)
  let s30 = v128.load(c3)
  let s31 = v128.load(c3, 16)
  let a1 = a + aRow
  let a2 = a1 + aRow
  let a3 = a2 + aRow
  for (let p = 0; p < k; p++) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let x = v128.load32_splat(a)
    s00 = f32x4.add(s00, f32x4.mul(x, b0))
    s01 = f32x4.add(s01, f32x4.mul(x, b1))
    x = v128.load32_splat(a1)
    s10 = f32x4.add(s10, f32x4.mul(x, b0))
    s11 = f32x4.add(s11, f32x4.mul(x, b1))
    x = v128.load32_splat(a2)
    s20 = f32x4.add(s20, f32x4.mul(x, b0))
    s21 = f32x4.add(s21, f32x4.mul(x, b1))
    x = v128.load32_splat(a3)
    s30 = f32x4.add(s30, f32x4.mul(x, b0))
    s31 = f32x4.add(s31, f32x4.mul(x, b1))
    a += aColumn
    a1 += aColumn
    a2 += aColumn
    a3 += aColumn
    b += stride
  }
  v128.store(c, s00)
  v128.store(c, s01, 16)
  v128.store(c1, s10)
  v128.store(c1, s11, 16)
  v128.store(c2, s20)
  v128.store(c2, s21, 16)
  v128.store(c3, s30)
  v128.store(c3, s31, 16)
}

function block1x8(c: usize, a: usize, b: usize, stride: usize, k: i32, aColumn: usize): void {
  let s0 = v128.load(c)
  let s1 = v128.load(c, 16)
  for (let p = 0; p < k; p++) {
    const x = v128.load32_splat(a)
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(b)))
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(b, 16)))
    a += aColumn
    b += stride
  }
  v128.store(c, s0)
  v128.store(c, s1, 16)
}

function block4x4(c: usize, a: usize, b: usize, stride: usize, k: i32, aRow: usize, aColumn: usize): void {
  const c1 = c + stride
  const c2 = c1 + stride
  const c3 = c2 + stride
  let s0 = v128.load(c)
  let s1 = v128.load(c1)
  let s2 = v128.load(c2)
  let s3 = v128.load(c3)
  let a1 = a + aRow
  let a2 = a1 + aRow
  let a3 = a2 + aRow
  for (let p = 0; p < k; p++) {
    const y = v128.load(b)
    s0 = f32x4.add(s0, f32x4.mul(v128.load32_splat(a), y))
    s1 = f32x4.add(s1, f32x4.mul(v128.load32_splat(a1), y))
    s2 = f32x4.add(s2, f32x4.mul(v128.load32_splat(a2), y))
    s3 = f32x4.add(s3, f32x4.mul(v128.load32_splat(a3), y))
    a += aColumn
    a1 += aColumn
    a2 += aColumn
    a3 += aColumn
    b += stride
  }
  v128.store(c, s0)
  v128.store(c1, s1)
  v128.store(c2, s2)
  v128.store(c3, s3)
}

function block1x4(c: usize, a: usize, b: usize, stride: usize, k: i32, aColumn: usize): void {
  let s = v128.load(c)
  for (let p = 0; p < k; p++) {
    s = f32x4.add(s, f32x4.mul(v128.load32_splat(a), v128.load(b)))
    a += aColumn
    b += stride
  }
  v128.store(c, s)
}

function block4x1(c: usize, a: usize, b: usize, stride: usize, k: i32, aRow: usize, aColumn: usize): void {
  const c1 = c + stride
  const c2 = c1 + stride
  const c3 = c2 + stride
  let s0 = load<f32>(c)
  let s1 = load<f32>(c1)
  let s2 = load<f32>(c2)
  let s3 = load<f32>(c3)
  let a1 = a + aRow
  let a2 = a1 + aRow
  let a3 = a2 + aRow
  for (let p = 0; p < k; p++) {
    const y = load<f32>(b)
    s0 += load<f32>(a) * y
    s1 += load<f32>(a1) * y
    s2 += load<f32>(a2) * y
    s3 += load<f32>(a3) * y
    a += aColumn
    a1 += aColumn
    a2 += aColumn
    a3 += aColumn
    b += stride
  }
  store<f32>(c, s0)
  store<f32>(c1, s1)
  store<f32>(c2, s2)
  store<f32>(c3, s3)
}

function block1x1(c: usize, a: usize, b: usize, stride: usize, k: i32, aColumn: usize): void {
  let s = load<f32>(c)
  for (let p = 0; p < k; p++) {
    s += load<f32>(a) * load<f32>(b)
    a += aColumn
    b += stride
  }
  store<f32>(c, s)
}

/** out[columns, rows] = in[rows, columns] transposed, in tiles of 8 so that both sides stay in cache. */
export function transpose(out: usize, from: usize, rows: i32, columns: i32): void {
  for (let i0 = 0; i0 < rows; i0 += 8) {
    const i1 = min(i0 + 8, rows)
    for (let j0 = 0; j0 < columns; j0 += 8) {
      const j1 = min(j0 + 8, columns)
      for (let i = i0; i < i1; i++) {
        for (let j = j0; j < j1; j++) {
          const value = load<f32>(from + ((<usize>i * columns + j) << 2))
          store<f32>(out + ((<usize>j * rows + i) << 2), value)
        }
      }
    }
  }
}

/** Every row of out[rows, columns] becomes the vector `row`. */
export function fillRows(out: usize, row: usize, rows: i32, columns: i32): void {
  const bytes = <usize>columns << 2
  for (let i = 0; i < rows; i++) memory.copy(out + <usize>i * bytes, row, bytes)
}

/** out[columns] += the sum of the rows of from[rows, columns], first row first. */
export function addColumnSums(out: usize, from: usize, rows: i32, columns: i32): void {
  const stride = <usize>columns << 2
  let j: usize = 0
  for (; j + 16 <= stride; j += 16) {
    let sum = v128.load(out + j)
    for (let i = 0; i < rows; i++) sum = f32x4.add(sum, v128.load(from + <usize>i * stride + j))
    v128.store(out + j, sum)
  }
  for (; j < stride; j += 4) {
    let sum = load<f32>(out + j)
    for (let i = 0; i < rows; i++) sum += load<f32>(from + <usize>i * stride + j)
    store<f32>(out + j, sum)
  }
}

/** Row i of out[count, columns] becomes row order[i] of from[…, columns]. */
export function gatherRows(out: usize, from: usize, order: usize, count: i32, columns: i32): void {
  const bytes = <usize>columns << 2
  for (let i = 0; i < count; i++) {
    memory.copy(out + <usize>i * bytes, from + <usize>load<u32>(order + (<usize>i << 2)) * bytes, bytes)
  }
}

/** out[n] = factor * from[n]. */
export function scale(out: usize, from: usize, factor: f32, n: i32): void {
  const end = from + (<usize>n << 2)
  const factors = f32x4.splat(factor)
  for (; from + 16 <= end; from += 16, out += 16) v128.store(out, f32x4.mul(v128.load(from), factors))
  for (; from < end; from += 4, out += 4) store<f32>(out, load<f32>(from) * factor)
}
