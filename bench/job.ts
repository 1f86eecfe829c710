/** What a contender's process is asked to do, as JSON in its only argument. */
export interface Job {
  /** Path of the data file. */
  readonly data: string
  /** Where to write the outcome: arrays `scores` (one a test row), and what the table asks for beside. */
  readonly out: string
  readonly threads: number
  /** `fit`: from the matrix in memory to a fitted model. `predict`: from the test rows in memory to scores. */
  readonly time: 'fit' | 'predict'
  /** Id of our algorithm, or of the peer's estimator where its script knows several. */
  readonly algorithm?: string
  /** As that side names them. */
  readonly params: Readonly<Record<string, unknown>>
}

/** What it prints, as one line of JSON. */
export interface JobAnswer {
  readonly seconds: number
  /** Of all threads, over the same span. */
  readonly cpuSeconds: number
  /** Of all threads, since the process began. */
  readonly processCpuSeconds: number
  /** Largest resident memory up to the end of what is timed, in bytes. */
  readonly peakMemory: number
  readonly version: string
  /** Of the model, on our side. */
  readonly digest?: string
}
