import { join } from 'node:path'
import type { Digest } from '../base/digest.ts'
import type { JsonObject } from '../base/json.ts'
import type { CellEntry } from './cells.ts'
import { namesIn } from './durable.ts'
import type { Store } from './open-store.ts'
import type { RunRecord } from './record.ts'

/** Outputs of cells that hold rows, or a value a row. */
const rowOutputs: ReadonlySet<string> = new Set(['frame', 'split', 'scored'])

/** Outputs that are fitted to rows. */
const fittedOutputs: ReadonlySet<string> = new Set(['state', 'model'])

/** Digests of a run's inputs: of the files that it read, and of what its record holds of each source. */
export function inputsOf({ result, observed }: RunRecord): readonly Digest[] {
  return [...new Set([...result.inputs, ...observed.inputs].map(({ digest }) => digest))]
}

/** What holds rows: objects, and keys of the cache entries that lead there. */
export interface Rows {
  readonly objects: ReadonlySet<Digest>
  readonly cells: ReadonlySet<Digest>
}

/** Everything that holds rows of some inputs: by the keys of cells, which name what they were made of, and by the records. */
export async function findRows(
  store: Store,
  inputs: readonly Digest[],
  readers: readonly RunRecord[],
  models: boolean,
): Promise<Rows> {
  const holds = (output: string): boolean => rowOutputs.has(output) || (models && fittedOutputs.has(output))
  const objects = new Set<Digest>()
  const cells = new Set<Digest>()
  const recorded = new Set(readers.flatMap(({ observed }) => observed.cells.map(({ key }) => key)))
  for (const { key, outputs } of await entriesFrom(store, inputs, recorded)) {
    const rows = Object.entries(outputs).filter(([name]) => holds(name))
    if (rows.length > 0) cells.add(key)
    for (const [, digest] of rows) objects.add(digest)
  }
  // Where a cache entry is gone, the record still names what the cell gave.
  for (const { result } of readers) {
    const sources = new Set(result.inputs.map(({ cell }) => cell))
    objects.add(result.split.assignment)
    for (const { id, plugin, output } of result.cells) {
      const isEngine = plugin.startsWith('engine:')
      const isRows = sources.has(id) || plugin.startsWith('engine:split@') || /^fold-\d+$/.test(id)
      if (output !== null && (isRows || (models && !isEngine))) objects.add(output)
    }
    if (models && result.model !== null) objects.add(result.model.digest)
  }
  objects.delete('')
  return { objects, cells }
}

/** Cache entries that were made of some inputs, or are `recorded` as such, or take what one of those gave. */
async function entriesFrom(
  store: Store,
  inputs: readonly Digest[],
  recorded: ReadonlySet<Digest | null>,
): Promise<readonly CellEntry[]> {
  const waiting = new Map<Digest, CellEntry>()
  for (const key of await namesIn(join(store.folder, 'cells'), store.onStep)) {
    const entry = await store.cells.inspect(key)
    if (entry !== undefined) waiting.set(key, entry)
  }
  const found = new Map<Digest, CellEntry>()
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const [key, entry] of waiting) {
      const files = Object.values((entry.parts.files ?? {}) as JsonObject)
      const above = Object.values((entry.parts.inputs ?? {}) as JsonObject).map((need) => String(need).split('/')[0])
      const isMadeOf = [...files, entry.outputs.frame].some((digest) => inputs.includes(digest as Digest))
      if (!isMadeOf && !recorded.has(key) && !above.some((need) => found.has(need as Digest))) continue
      found.set(key, entry)
      waiting.delete(key)
    }
  }
  return [...found.values()]
}
