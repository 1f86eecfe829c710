/**
 * How many splits it takes on average to isolate one of n rows, by index 0 … `most`: the mean depth of the leaves of a random
 * binary search tree, 2 H(n-1) - 2 (n-1) / n with the harmonic numbers H. 0 for one row.
 */
export function meanPaths(most: number): Float64Array {
  const paths = new Float64Array(most + 1)
  let harmonic = 0
  for (let n = 2; n <= most; n++) {
    harmonic += 1 / (n - 1)
    paths[n] = 2 * harmonic - (2 * (n - 1)) / n
  }
  return paths
}
