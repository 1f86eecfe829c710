import type { ClusteredRows } from 'daybook/kernels'

/** Takes a pass of the kernels to its end, with turns for the event loop on the way. */
export type Drive = <T>(pass: Generator<void, T>) => Promise<T>

/** A driver that calls `turn` between batches. */
export function driver(turn: () => Promise<void>): Drive {
  return async (pass) => {
    for (;;) {
      const step = pass.next()
      if (step.done === true) return step.value
      await turn()
    }
  }
}

/** One row, f64 [features]. */
export function rowOf({ values, features }: ClusteredRows, row: number): Float64Array {
  return Float64Array.from(values.subarray(row * features, (row + 1) * features))
}
