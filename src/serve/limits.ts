/** What a server takes at most. */
export interface ServeLimits {
  /** Largest body in bytes. */
  readonly bodyBytes: number
  /** Most rows of one request. */
  readonly rows: number
  /** Time for a request to arrive in full. */
  readonly timeoutMs: number
  /** Most connections at a time. */
  readonly connections: number
  /** Time that requests get to end when the server closes. */
  readonly graceMs: number
  /** A request that would wait longer than this for its turn is refused at once. */
  readonly waitMs: number
}

export const defaultLimits: ServeLimits = {
  bodyBytes: 1024 * 1024,
  rows: 1000,
  timeoutMs: 10_000,
  connections: 1024,
  graceMs: 10_000,
  waitMs: 25,
}

/** How rows of concurrent requests are scored together. */
export interface Batching {
  /** Rows that are scored together at most; 1 scores every request alone. */
  readonly maxBatchSize: number
  /** Time that a request waits for others; 0: for those alone that have arrived already. */
  readonly maxDelayMs: number
  /** Requests that wait at most; what comes on top is refused. */
  readonly maxQueue: number
}

export const defaultBatching: Batching = { maxBatchSize: 256, maxDelayMs: 0, maxQueue: 1024 }
