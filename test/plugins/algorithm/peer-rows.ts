/**
 * Rows that any language makes alike, for values that were measured with another library: 60 rows of 5 features, a score that
 * depends on the first three, and weights.
 */
export function peerRows(): { rows: number[][]; score: number[]; weight: number[] } {
  const rows = Array.from({ length: 60 }, (_, i) =>
    Array.from({ length: 5 }, (_, j) => Math.fround(((i * i * 7 + j * 131 + i * (j + 3) * 17) % 101) / 50 - 1)),
  )
  const score = rows.map(([a = 0, b = 0, c = 0], i) => 2 * a - b + 0.5 * c + (((i * 37) % 29) / 14 - 1))
  return { rows, score, weight: rows.map((_, i) => 0.5 + (i % 4)) }
}
