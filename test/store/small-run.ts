import { digestBytes, digestJson } from '../../src/base/digest.ts'
import type { Json } from '../../src/base/json.ts'
import { type OnStep, openStore, type RunRecord, type Store } from '../../src/store/index.ts'
import { recordOf } from './record.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Cells of the small run, in order. */
export const cells = ['data', 'split', 'train'] as const

/** What a run of this very content gives, wherever and however often it is run. */
export interface SmallRun {
  readonly record: RunRecord
  /** Cells that were not in the cache. */
  readonly ran: readonly string[]
}

/**
 * A run at the store's own level: a lease, cells that are looked up or made, a target's file, events, report, record, the
 * ledger's entry. Takes milliseconds, so that it can be ended at each of its steps.
 */
export async function smallRun(folder: string, id: string, onStep?: OnStep): Promise<SmallRun> {
  const store = await openStore(folder, onStep === undefined ? {} : { onStep })
  const end = await store.leases.take(id)
  try {
    await store.runs.latestOf('loans')
    const ran: string[] = []
    for (const cell of cells) if (await makeCell(store, id, cell)) ran.push(cell)
    const files = await store.objects.put(bytes(JSON.stringify({ 'serve.json': await store.objects.put(bytes('{}')) })))
    const record = smallRecord(id, files)
    await store.drawings.put(digestBytes('figure'), '<svg />')
    await store.runs.writeFile(id, 'deploy/deploy.serve/serve.json', bytes('{}'))
    await store.runs.write(record, [{ type: 'runStarted', run: id, pipeline: 'loans', cells }], '<p>A report.</p>')
    return { record, ran }
  } finally {
    await end()
  }
}

async function makeCell({ objects, cells }: Store, run: string, cell: string): Promise<boolean> {
  const key = digestBytes(`key of ${cell}`)
  if ((await cells.get(key)) !== undefined) return false
  const outputs = { [cell]: await objects.put(bytes(`output of ${cell}`)) }
  const shown = await objects.put(bytes(`{"cell":"${cell}"}`))
  await cells.put({ format: 1, key, parts: { cell }, outputs, shown, facts: {}, run, ms: 1 })
  return true
}

function smallRecord(id: string, files: string): RunRecord {
  const record = recordOf(id, 'loans')
  const outputs = cells.map((cell) => ({ id: cell, plugin: `${cell}@1`, output: digestBytes(`output of ${cell}`) }))
  const split = { ...record.result.split, assignment: digestBytes('output of split') }
  const result = { ...record.result, split, cells: outputs }
  const observed = cells.map((cell) => ({
    id: cell,
    state: 'ran' as const,
    key: digestBytes(`key of ${cell}`),
    ms: 1,
    madeBy: id,
    shown: digestBytes(`{"cell":"${cell}"}`),
    code: null,
  }))
  return {
    ...record,
    digest: digestJson(result as unknown as Json),
    result,
    deploy: [{ id: 'deploy.serve', plugin: 'serve@1', output: files }],
    observed: { ...record.observed, cells: observed },
  }
}
