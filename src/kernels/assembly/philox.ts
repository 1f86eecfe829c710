// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the same numbers as RandomStream
// of src/base/random.ts under the same two key words.

/** Writes numbers `start … start + n - 1` of the stream (k0, k1) as u32. `start` is a multiple of 4, `out` holds n rounded up to 4. */
export function randomBits(out: usize, start: f64, n: i32, k0: u32, k1: u32): void {
  let counter = <u64>start >> 2
  for (let i = 0; i < n; i += 4) {
    let c0 = <u32>counter
    let c1 = <u32>(counter >> 32)
    let c2: u32 = 0
    let c3: u32 = 0
    let key0 = k0
    let key1 = k1
    for (let round = 0; round < 10; round++) {
      const product0 = <u64>0xd2511f53 * <u64>c0
      const product1 = <u64>0xcd9e8d57 * <u64>c2
      c0 = <u32>(product1 >> 32) ^ c1 ^ key0
      c1 = <u32>product1
      c2 = <u32>(product0 >> 32) ^ c3 ^ key1
      c3 = <u32>product0
      key0 += 0x9e3779b9
      key1 += 0xbb67ae85
    }
    const at = out + (<usize>i << 2)
    store<u32>(at, c0)
    store<u32>(at, c1, 4)
    store<u32>(at, c2, 8)
    store<u32>(at, c3, 12)
    counter++
  }
}
