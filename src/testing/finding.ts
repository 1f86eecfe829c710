/** What a plugin does against the contract: the check that found it, and what was seen in which case. */
export interface Finding {
  readonly check: string
  readonly message: string
}

/** One clause of the contract. `run` gives a sentence for each case in which it does not hold. */
export interface Check {
  readonly name: string
  run(): AsyncIterable<string> | Iterable<string>
}
