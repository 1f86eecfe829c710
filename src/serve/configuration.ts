import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Batching } from './limits.ts'

/** How a page's target wants the model served: what the target wrote as `serve.json`. */
export interface ServeConfiguration {
  readonly port: number
  readonly host: string
  /** Environment variable that holds the token. */
  readonly tokenVariable: string
  readonly maxRows: number
  readonly timeoutMs: number
  readonly batching: Batching
  /** `signed`: every decision is written down before it is answered. */
  readonly receipts?: 'none' | 'signed'
}

/** The serve configuration among a run's deployed files, or undefined where no target wrote one. */
export async function serveConfiguration(runFolder: string): Promise<ServeConfiguration | undefined> {
  const folder = join(runFolder, 'deploy')
  const files = await readdir(folder, { recursive: true }).catch(() => [] as string[])
  const file = files.find((path) => /(^|[\\/])serve\.json$/.test(path))
  return file === undefined ? undefined : (JSON.parse(await readFile(join(folder, file), 'utf8')) as ServeConfiguration)
}
