/** One row of the code table. */
export interface CodeEntry {
  /** What is wrong; `{name}` is filled in from the values given. */
  readonly message: string
  /** What to do, where one sentence serves every case. */
  readonly hint?: string
  /** 1: a run failed. 2: bad usage or an invalid page. 3: a gate. 4: verification differs. 130: interrupted. */
  readonly exit: 1 | 2 | 3 | 4 | 130
  /** HTTP status where a server meets it. Default 500. */
  readonly http?: number
}

/** Keeps the literal types of a table, so that message placeholders are checked at every use. */
export function table<const T extends Readonly<Record<string, CodeEntry>>>(
  entries: T,
): { readonly [K in keyof T]: T[K] & CodeEntry } {
  return entries
}
