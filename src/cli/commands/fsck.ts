import { formatError } from '../../base/format-error.ts'
import { checkStore, collect, isTombstone, openStore, storeFolder } from '../../index.ts'
import { alignColumns, type Terminal } from '../output.ts'
import { errorJson } from '../problems.ts'
import type { CommonOptions } from './options.ts'

/** Reads every file of the store again and holds it against its digest. Exits 1 on damage. */
export async function fsck(options: CommonOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const { damages, forgotten, checked } = await checkStore(store)
  terminal.envelope({
    formatVersion: '1.0',
    ok: damages.length === 0,
    store: store.folder,
    checked,
    forgotten: forgotten.map((one) => ({ ...one })),
    damages: damages.map(({ error, path, runs, quarantined }) => ({
      ...(errorJson(error) as { readonly [key: string]: never }),
      path,
      runs: [...runs],
      quarantined,
    })),
  })
  for (const { error, path, runs, quarantined } of damages) {
    terminal.problem(formatError(error))
    if (runs.length > 0) terminal.problem(`  hurts ${runs.length === 1 ? 'run' : 'runs'} ${runs.join(', ')}`)
    if (quarantined) terminal.problem(`  ${path} was set aside in quarantine/`)
  }
  for (const { run, at, reason } of forgotten)
    terminal.result(`run ${run}: its rows were forgotten on ${at} (${reason})`)
  const { objects, cells, runs, drawings } = checked
  const read = `${objects} objects, ${cells} cache entries, ${runs} runs, ${drawings} drawings`
  terminal.result(damages.length === 0 ? `clean: ${read}` : `${damages.length} damaged, of ${read}`)
  return damages.length === 0 ? 0 : 1
}

interface GcCommandOptions extends CommonOptions {
  readonly keep?: number
  readonly dryRun?: boolean
}

/** Removes what no kept run needs. */
export async function gc({ keep, dryRun, ...options }: GcCommandOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const collected = await collect(store, { ...(keep !== undefined && { keep }), ...(dryRun && { dryRun }) })
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    dryRun: dryRun === true,
    ...collected,
    withoutObjects: [...collected.withoutObjects],
  })
  const { objects, cells, runs, bytes, withoutObjects } = collected
  const rows = [
    ['objects', String(objects)],
    ['cache entries', String(cells)],
    ['folders of killed runs', String(runs)],
  ]
  terminal.result(`${dryRun ? 'would free' : 'freed'} ${(bytes / 2 ** 20).toFixed(1)} MB`)
  for (const line of alignColumns(rows)) terminal.result(`  ${line}`)
  if (withoutObjects.length > 0)
    terminal.message(
      `${withoutObjects.length} older runs keep their records without their objects; \`daybook verify\` replays them.`,
    )
  return 0
}

/** The ledger's last entry: its digest, published elsewhere, keeps all that came before from being rewritten unseen. */
export async function ledgerHead(options: CommonOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const head = await store.ledger.head()
  const run = head === undefined || isTombstone(head) ? null : head.run
  terminal.envelope({
    formatVersion: '1.0',
    number: head?.number ?? 0,
    entry: head?.entry ?? null,
    run,
  })
  if (head === undefined) terminal.message(`There is no run in ${store.folder}. Run a page: npx daybook run PAGE`)
  else terminal.result(`${head.number} ${head.entry} ${run ?? 'data forgotten'}`)
  return 0
}
