import { relative } from 'node:path'
import { exportRun, openStore, storeFolder } from '../../index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

interface ExportCommandOptions extends CommonOptions {
  readonly out?: string
  readonly withData?: boolean
  readonly data?: readonly string[]
}

/** Packs a run into one file for an auditor. */
export async function exportCommand(run: string, options: ExportCommandOptions, terminal: Terminal): Promise<number> {
  const { out, withData = false, data } = options
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const entry = await store.runs.find(run)
  const exported = await exportRun(entry, store, {
    out: out ?? `${entry.run}.tar`,
    withData,
    env: process.env,
    ...(data && { data }),
  })
  const { file, sha256, bytes, files, unchanged, notes } = exported
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    run: entry.run,
    archive: file,
    sha256,
    bytes,
    files,
    withData,
    unchanged,
    notes: [...notes],
  })
  const path = relative('.', file)
  const size = `${files} files, ${(bytes / 2 ** 20).toFixed(1)} MB, ${withData ? 'with its data' : 'without its data'}`
  terminal.result(`${unchanged ? 'unchanged' : 'exported'} run ${entry.run} of ${entry.pipeline}: ${path} (${size})`)
  terminal.result(`sha256   ${sha256}`)
  for (const note of notes) terminal.result(`note     ${note}`)
  terminal.message(`next     npx daybook verify ${path.includes('/') || path.endsWith('.tar') ? path : `./${path}`}`)
  return 0
}
