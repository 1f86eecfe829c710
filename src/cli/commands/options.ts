import type { PageOptions } from '../../index.ts'

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean
  readonly store?: string
  readonly threads?: number
  readonly quiet?: boolean
}

/** Options of commands that take a page. */
export interface PageCommandOptions extends CommonOptions {
  readonly set?: readonly string[]
}

/** What the API takes, of what was typed. */
export function pageOptions({ set, store, threads }: PageCommandOptions): PageOptions {
  return {
    overrides: set ?? [],
    ...(store !== undefined && { store }),
    ...(threads !== undefined && { threads }),
    env: process.env,
  }
}
