import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import { awaited, type RunRecord, type Store } from '../store/index.ts'
import { type KeyChange, keyChanges } from './key-changes.ts'
import { sayChanges, whyStale } from './why.ts'

/** Why a cell of a recorded run ran or was cached. */
export interface CellReason {
  readonly run: string
  readonly cell: string
  readonly state: RunRecord['observed']['cells'][number]['state']
  /** In a few words. */
  readonly why: string
  /** The parts of its key that changed, where it was compared with another run. */
  readonly changes: readonly KeyChange[]
  /** The run that it was compared with: the pipeline's run before, or null. */
  readonly before: string | null
  /** Cells above it that ran for reasons of their own: where the change began. */
  readonly causes: readonly { readonly cell: string; readonly why: string }[]
}

/**
 * Says why a cell ran or was cached, from the parts of its key in this run and in the pipeline's run before.
 *
 * @throws DaybookError RUN_NO_CELL
 */
export async function whyRan(record: RunRecord, cell: string, store: Store): Promise<CellReason> {
  const seen = record.observed.cells.find(({ id }) => id === cell)
  if (seen === undefined) {
    const ids = record.observed.cells.map(({ id }) => id)
    const near = nearest(cell, ids)
    const hint = near === undefined ? `It has ${ids.join(', ')}.` : `did you mean \`${near}\`?`
    throw fail('RUN_NO_CELL', { run: record.id, cell }, { hint })
  }
  const { state, madeBy } = seen
  if (state === 'cached')
    return {
      run: record.id,
      cell,
      state,
      why: `its key was known: made by run ${madeBy}`,
      changes: [],
      before: madeBy,
      causes: [],
    }
  if (state === 'skipped') {
    return { run: record.id, cell, state, why: whySkipped(record), changes: [], before: null, causes: [] }
  }
  const before = await runBefore(record, store)
  const parts = await partsOf(record, store)
  const earlier = before === undefined ? new Map<string, JsonObject>() : await partsOf(before, store)
  const changesOf = (id: string): KeyChange[] => {
    const [was, is] = [earlier.get(id), parts.get(id)]
    return was === undefined || is === undefined ? [] : keyChanges(was, is)
  }
  const causes = [...cellsAbove(cell, parts, record)].flatMap((id) => {
    const own = changesOf(id).filter(({ part }) => !part.startsWith('input '))
    return own.length === 0 ? [] : [{ cell: id, why: sayChanges(own) }]
  })
  const passedOver = before?.observed.cells.some((one) => one.id === cell && one.state === 'skipped')
  const failed = state === 'failed' && !parts.has(cell)
  const why = failed
    ? `it failed: ${record.error?.code ?? ''}`
    : passedOver === true
      ? 'the run before did not come to it'
      : whyStale(earlier.get(cell), parts.get(cell) ?? {})
  return { run: record.id, cell, state, why, changes: changesOf(cell), before: before?.id ?? null, causes }
}

function whySkipped({ error, result, approvals = [] }: RunRecord): string {
  if (error !== null) return `the run ended before it: ${error.code}`
  const roles = awaited(approvals)
  const passed = result.gates.every((gate) => gate.passed)
  return passed && roles !== undefined ? `it waits for approval by ${roles}` : 'a gate failed before it'
}

async function runBefore(record: RunRecord, store: Store): Promise<RunRecord | undefined> {
  const runs = (await store.runs.list()).filter(({ pipeline }) => pipeline === record.pipeline)
  const at = runs.findIndex(({ run }) => run === record.id)
  const [before] = at < 0 ? [] : runs.slice(at + 1)
  return before === undefined ? undefined : store.runs.read(before.run).catch(() => undefined)
}

/** Parts of the keys of a run's cells, as far as their cache entries are there. */
async function partsOf({ observed }: RunRecord, store: Store): Promise<Map<string, JsonObject>> {
  const parts = new Map<string, JsonObject>()
  for (const { id, key } of observed.cells) {
    const entry = key === null ? undefined : await store.cells.read(key)
    if (entry !== undefined) parts.set(id, entry.parts)
  }
  return parts
}

/** Cells that a cell takes something of, those that these take something of, and so on, in the order of the run. */
function cellsAbove(cell: string, parts: ReadonlyMap<string, JsonObject>, { observed }: RunRecord): Set<string> {
  const byKey = new Map(observed.cells.flatMap(({ id, key }) => (key === null ? [] : [[key, id] as const])))
  const above = new Set<string>()
  const visit = (id: string): void => {
    for (const input of Object.values((parts.get(id)?.inputs ?? {}) as Readonly<Record<string, string>>)) {
      const from = byKey.get(input.split('/')[0] as string)
      if (from === undefined || above.has(from)) continue
      above.add(from)
      visit(from)
    }
  }
  visit(cell)
  return new Set(observed.cells.map(({ id }) => id).filter((id) => above.has(id)))
}
