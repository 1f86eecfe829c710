import type { PageOptions } from '../../index.ts'
import type { CommonOptions } from '../program.ts'

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
