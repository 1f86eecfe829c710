// Bins: every feature value becomes a byte. Value bins count from 0; the bin behind the last one holds missing values.

/**
 * Bins of one numeric feature. `values` f32 [n]; `cuts` f32 [cutCount] ascending: bin b holds values in (cuts[b-1], cuts[b]].
 * Writes to `bins + i * stride`; NaN gets bin cutCount + 1.
 */
export function treeBinNumbers(values: usize, n: i32, cuts: usize, cutCount: i32, bins: usize, stride: i32): void {
  for (let i = 0; i < n; i++) {
    const x = load<f32>(values + (<usize>i << 2))
    let bin = cutCount + 1
    if (x == x) {
      let low = 0
      let high = cutCount
      while (low < high) {
        const middle = (low + high) >> 1
        if (x <= load<f32>(cuts + (<usize>middle << 2))) high = middle
        else low = middle + 1
      }
      bin = low
    }
    store<u8>(bins + <usize>i * <usize>stride, <u8>bin)
  }
}

/** Bins of one category feature. `values` f32 codes [n], NaN missing; `binOf` u8 [levels]. */
export function treeBinCategories(
  values: usize,
  n: i32,
  binOf: usize,
  levels: i32,
  missingBin: i32,
  bins: usize,
  stride: i32,
): void {
  for (let i = 0; i < n; i++) {
    const x = load<f32>(values + (<usize>i << 2))
    const known = x >= 0 && x < <f32>levels
    const bin = known ? load<u8>(binOf + <usize>x) : <u8>missingBin
    store<u8>(bins + <usize>i * <usize>stride, bin)
  }
}
