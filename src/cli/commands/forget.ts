import { fail } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { forget as forgetInputs, inputsOf, openStore, storeFolder, userName } from '../../index.ts'
import { alignColumns, type Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

interface ForgetCommandOptions extends CommonOptions {
  readonly input?: readonly string[]
  readonly reason?: string
  readonly models?: boolean
  readonly dryRun?: boolean
}

/** Removes the rows of inputs from the store, and leaves a tombstone in the ledger. */
export async function forget(
  run: string | undefined,
  { input = [], reason, models = false, dryRun = false, ...options }: ForgetCommandOptions,
  terminal: Terminal,
): Promise<number> {
  if ((run === undefined) === (input.length === 0))
    throw fail('CLI_USAGE', { reason: 'name a run, or inputs by `--input`' })
  if (reason === undefined && !dryRun)
    throw fail('CLI_USAGE', { reason: '`--reason` is missing' }, { hint: needsReason })
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const inputs = run === undefined ? input : inputsOf(await store.runs.resolve(run))
  const forgotten = await forgetInputs(store, { inputs, reason: reason ?? '', by: userName(), models, dryRun })
  const { runs, objects, cells, bytes, shared, tombstone } = forgotten
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    dryRun,
    ...(forgotten as unknown as { readonly [key: string]: Json }),
  })
  terminal.result(`${dryRun ? 'would remove' : 'removed'} ${(bytes / 2 ** 20).toFixed(1)} MB`)
  const rows = [
    ['objects', String(objects)],
    ['cache entries', String(cells)],
    ['runs whose rows they were', runs.join(', ') || 'none that was recorded'],
  ]
  for (const line of alignColumns(rows)) terminal.result(`  ${line}`)
  if (tombstone !== null) terminal.result(`entry ${tombstone.number} of the ledger says so: ${tombstone.entry}`)
  if (shared > 0) terminal.message(`${shared} objects stay: runs over other inputs gave the very same.`)
  terminal.message(
    'The input files themselves are yours to remove; so are copies, archives and packages made of these runs.',
  )
  if (!models)
    terminal.message('Models stay; those of neighbours and kernel machines hold rows: `--models` removes them.')
  return 0
}

const needsReason = 'Say why, as in `--reason "request of the customer, 12 May"`: it stays in the ledger.'
