import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../root.ts'

/** Why the tests of this folder are skipped: `npm run test:full` runs them, before an issue is called done. */
export const notFull: string | false = process.env.DAYBOOK_FULL ? false : 'takes minutes: npm run test:full'

/** What a run of the command line said under `--json`. */
export interface RunAnswer {
  readonly ok: boolean
  readonly run: { readonly id: string; readonly digest: string; readonly status: string }
  readonly model: { readonly digest: string } | null
  readonly cells: readonly { readonly id: string; readonly state: string }[]
}

const run = promisify(execFile)

/** Runs a page (its path counts from the checkout) by a given Node into a store. @throws where the run does not end well */
export async function runPageBy(node: string, page: string, store: string, ...options: string[]): Promise<RunAnswer> {
  const main = join(root, 'dist', 'src', 'cli', 'main.js')
  const { stdout } = await run(node, [main, 'run', resolve(root, page), '--store', store, '--json', ...options], {
    maxBuffer: 1 << 26,
  })
  return JSON.parse(stdout) as RunAnswer
}
