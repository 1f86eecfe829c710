/** How a descent goes and when it ends. */
export interface DescentRules {
  /** Ends when no condition of the minimum is broken by more, as a share of the size of the feature's slope. */
  readonly tolerance: number
  /** Rounds over the features at most. */
  readonly maxIterations: number
  readonly progress: (rounds: number) => void
  readonly turn: () => Promise<void>
}

/** Where a descent ended. */
export interface Descent {
  readonly coefficients: Float64Array
  readonly sweeps: number
  readonly converged: boolean
  /** The largest violation of a condition, measured as `tolerance` is. */
  readonly violation: number
}
