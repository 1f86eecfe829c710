import type { Digest } from '../base/digest.ts'
import { DaybookError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Pipeline } from '../spec/pipeline.ts'
import type { CellEntry, Store } from '../store/index.ts'
import { cellsOf, type GraphCell } from './graph.ts'
import { hashFile, keyOf } from './key.ts'
import { factsOf, type PageFacts } from './page-facts.ts'
import { whyStale } from './why.ts'

/** A cell with its key, and whether the store already holds what it would give. */
export interface PlannedCell extends GraphCell {
  readonly key: Digest
  /** All that the key is the digest of. */
  readonly keyParts: JsonObject
  /** Entry of the cache, where it is whole. */
  readonly cached: CellEntry | undefined
  readonly why: string
}

/** What would happen, in order. `run` executes exactly this. */
export interface Plan {
  readonly page: PageFacts
  readonly cells: readonly PlannedCell[]
}

/**
 * Plans a page: every key is known before anything runs, so plan and run cannot disagree.
 * @param store where cached cells are looked up; without one, every cell would run
 * @throws DaybookError PLAN_FILE_UNREADABLE, at the cell's place in the page
 */
export async function planPipeline(pipeline: Pipeline, store: Store | undefined): Promise<Plan> {
  const page = factsOf(pipeline)
  const before = store ? await keysBefore(pipeline.name, store) : new Map<string, Digest>()
  const keys = new Map<string, Digest>()
  const cells: PlannedCell[] = []
  for (const cell of cellsOf(page)) {
    const files = await fileDigests(cell, pipeline)
    const inputs = Object.fromEntries(cell.needs.map((need) => [need.name, `${keys.get(need.cell)}/${need.output}`]))
    const keyParts = { ...cell.parts, ...(Object.keys(files).length > 0 && { files }), inputs }
    const key = keyOf(keyParts)
    keys.set(cell.id, key)
    const cached = await store?.cells.get(key)
    const why = cached
      ? `made by run ${cached.run}`
      : whyStale(await partsBefore(cell.id, key, before, store), keyParts)
    cells.push({ ...cell, key, keyParts, cached, why })
  }
  return { page, cells }
}

async function fileDigests(cell: GraphCell, pipeline: Pipeline): Promise<Record<string, Digest>> {
  const digests: Record<string, Digest> = {}
  for (const [param, path] of Object.entries(cell.locations)) {
    try {
      digests[param] = await hashFile(path, writtenLocation(pipeline, cell.id, param))
    } catch (thrown) {
      const source = pipeline.sources.find(({ id }) => id === cell.id)
      if (!(thrown instanceof DaybookError) || !source) throw thrown
      const place = pipeline.source.place([...source.path, 'with', ...param.split('.')], 'value')
      throw thrown.with({ at: place, cell: cell.id })
    }
  }
  return digests
}

/** A location as the page wrote it: what `${env:NAME}` stands for is nobody's business. Its param where it has no text. */
export function writtenLocation(pipeline: Pipeline, cell: string, param: string): string {
  const params = pipeline.sources.find(({ id }) => id === cell)?.params ?? {}
  let value: unknown = params
  for (const key of param.split('.')) value = (value as JsonObject | undefined)?.[key]
  return typeof value === 'string' ? value : param
}

/** Keys of the pipeline's last run by cell: what `why` compares with. */
async function keysBefore(pipeline: string, store: Store): Promise<Map<string, Digest>> {
  const record = await store.runs.latestOf(pipeline)
  return new Map(record?.observed.cells.flatMap(({ id, key }) => (key ? [[id, key] as const] : [])))
}

async function partsBefore(
  cell: string,
  key: Digest,
  before: ReadonlyMap<string, Digest>,
  store: Store | undefined,
): Promise<JsonObject | undefined> {
  const damaged = await store?.cells.read(key)
  if (damaged) return damaged.parts
  const earlier = before.get(cell)
  return earlier === undefined ? undefined : (await store?.cells.read(earlier))?.parts
}
