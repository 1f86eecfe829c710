import { planPage } from '../../index.ts'
import { alignColumns, type Terminal } from '../output.ts'
import { type PageCommandOptions, pageOptions } from './options.ts'

/** Prints what `run` would do, cell by cell, and why. */
export async function plan(page: string, options: PageCommandOptions, terminal: Terminal): Promise<number> {
  const { cells } = await planPage(page, pageOptions(options))
  const rows = cells.map(({ id, plugin, cached, why }) => ({ id, plugin, state: cached ? 'cached' : 'run', why }))
  terminal.envelope({ formatVersion: '1.0', cells: rows })
  const lines = alignColumns([
    ['cell', 'plugin', 'state', 'why'],
    ...rows.map(({ id, plugin, state, why }) => [id, plugin, state, why]),
  ])
  for (const line of lines) terminal.result(line)
  const stale = rows.filter(({ state }) => state === 'run').length
  terminal.message(stale === 0 ? 'Nothing is stale.' : `${stale} of ${rows.length} cells would run.`)
  return 0
}
