import type { Digest } from '../base/digest.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { ShownWarning } from '../plugin/api.ts'
import { uselessEntry } from '../run/warnings.ts'
import { ignoredBy, unusedIgnores } from '../spec/ignore.ts'
import type { IgnoreSpec } from '../spec/pipeline.ts'
import type { CellState, RunRecord, Shown } from '../store/record.ts'
import type { FigureDrawer } from './figure.ts'
import { PageText } from './page.ts'

/** Reads an object of the run's store. */
export type ReadObject = (digest: Digest) => Promise<Uint8Array>

/** A cell as the report shows it: what the record holds of it, what it showed, and its part of the page. */
export interface CellView {
  /** Place in the run, from 1. */
  readonly number: number
  readonly id: string
  readonly anchor: string
  /** True for a target of deployment. */
  readonly isTarget: boolean
  readonly plugin: string
  readonly state: CellState
  readonly ms: number
  readonly key: Digest | null
  readonly output: Digest | null
  readonly code: Digest | null
  readonly madeBy: string | null
  readonly shown: Shown
  readonly warnings: readonly CellWarning[]
  /** False where the object with what it showed is not to be had. */
  readonly complete: boolean
  readonly note: string | undefined
  readonly excerpts: readonly string[]
}

/** A warning of a cell, and the reason that the page gives where it silences it. */
export interface CellWarning extends ShownWarning {
  readonly silenced?: string
}

/** Everything that the report prints, read once. */
export interface RunView {
  readonly record: RunRecord
  readonly page: PageText
  readonly cells: readonly CellView[]
}

/** What the parts of a report are set with. */
export interface Setting {
  readonly read: ReadObject
  readonly drawer: FigureDrawer
  /** Most rows of a table that a cell showed; 0: none of its tables and figures. */
  readonly rows: number
}

const nothing: Shown = { figures: [], tables: [], warnings: [], facts: {} }

/** Collects a run for its report. An object that cannot be read leaves a gap that the report names; it never fails. */
export async function viewRun(record: RunRecord, read: ReadObject): Promise<RunView> {
  const page = new PageText(record.page.text)
  const all = [...record.result.cells, ...(record.deploy ?? [])]
  const isTarget = (i: number): boolean => i >= record.result.cells.length
  const places = placesOf(record, page)
  const observed = new Map(record.observed.cells.map((cell) => [cell.id, cell]))
  const cells: CellView[] = []
  const ignore = ignoreOf(record)
  for (const [i, { id, plugin, output }] of all.entries()) {
    const seen = observed.get(id)
    const shown = seen?.shown ? await readShown(seen.shown, read) : nothing
    const place = places.get(id) ?? []
    cells.push({
      number: i + 1,
      id,
      anchor: `cell-${i + 1}`,
      isTarget: isTarget(i),
      plugin,
      state: seen?.state ?? 'skipped',
      ms: seen?.ms ?? 0,
      key: seen?.key ?? null,
      output,
      code: seen?.code ?? null,
      madeBy: seen?.madeBy ?? null,
      shown: shown ?? nothing,
      warnings: (shown ?? nothing).warnings.map((warning) => judged(ignore, id, warning)),
      complete: shown !== undefined,
      note: place.flatMap(({ path }) => page.text([...path, 'note']) ?? []).join('\n\n') || undefined,
      excerpts: place.flatMap(({ path, without }) => page.excerpt(path, without) ?? []),
    })
  }
  return { record, page, cells: withUseless(cells, ignore, record) }
}

type Ignore = readonly Omit<IgnoreSpec, 'path'>[]

/** What the recorded page silences: a record can be older, or another's. */
function ignoreOf({ result }: RunRecord): Ignore {
  const { ignore } = result.page
  const isEntry = (entry: unknown): boolean => isObject(entry) && typeof entry.warning === 'string'
  return Array.isArray(ignore) ? (ignore.filter(isEntry) as unknown as Ignore) : []
}

function judged(ignore: Ignore, cell: string, warning: ShownWarning): CellWarning {
  const entry = ignoredBy(ignore, { cell, ...warning })
  return entry === undefined ? warning : { ...warning, silenced: String(entry.reason) }
}

/** Entries of `ignore:` that silence nothing stand with the checks, as the run told them. */
function withUseless(cells: readonly CellView[], ignore: Ignore, { error }: RunRecord): readonly CellView[] {
  if (error !== null) return cells
  const given = cells.flatMap(({ id, shown }) => shown.warnings.map((warning) => ({ cell: id, ...warning })))
  const ended = new Set(cells.filter(({ state }) => state === 'ran' || state === 'cached').map(({ id }) => id))
  const useless = unusedIgnores(ignore, given).filter(({ cell }) => cell === undefined || ended.has(cell))
  return cells.map((cell) =>
    cell.id === 'checks' ? { ...cell, warnings: [...cell.warnings, ...useless.map(uselessEntry)] } : cell,
  )
}

interface ExcerptPlace {
  readonly path: readonly (string | number)[]
  readonly without: readonly string[]
}

/** Which lines of the page each cell was made of. */
function placesOf({ result, deploy = [] }: RunRecord, page: PageText): Map<string, readonly ExcerptPlace[]> {
  const ids = result.cells.map(({ id }) => id)
  const places = new Map<string, readonly ExcerptPlace[]>()
  const split = ids.indexOf('split')
  const train = ids.indexOf('train')
  const ownOf = (part: readonly string[]): string[] =>
    part.filter((id) => !/^(?:fold-\d+|checks|evaluate|gates)$/.test(id))
  const preprocess = train < 0 ? [] : ownOf(ids.slice(split + 1, train))
  const compress = train < 0 ? [] : ownOf(ids.slice(train + 1))
  const at = (id: string, ...paths: (readonly (string | number)[])[]): void => {
    const without = id === 'data' ? ['note', 'split'] : ['note']
    places.set(
      id,
      paths.map((path) => ({ path, without })),
    )
  }
  for (const id of ids.slice(0, Math.max(split, 0))) at(id, ['cells', id])
  at('data', ['data'])
  at('split', ids.includes('data') ? ['data', 'split'] : ['data']) // where `data` takes up a cell it is none itself
  for (const [i, id] of preprocess.entries()) at(id, ['preprocess', i])
  at('train', ['algorithm'], ['optimizer'])
  const sections: [string, readonly string[]][] = [
    ['compress', compress],
    ['deploy', deploy.map(({ id }) => id)],
  ]
  for (const [section, own] of sections) {
    const list = page.length([section]) > 0
    for (const [i, id] of own.entries()) at(id, list ? [section, i] : [section])
  }
  at('evaluate', ['evaluate'])
  at('gates', ['gates'])
  return places
}

async function readShown(digest: Digest, read: ReadObject): Promise<Shown | undefined> {
  const shown = await readJson(digest, read)
  return isObject(shown) ? shownOf(shown) : undefined
}

/** Takes what has the form of something shown and leaves the rest: a store can be older, or another's. */
function shownOf(given: Partial<Record<keyof Shown, unknown>>): Shown {
  const list = <T>(value: unknown, fits: (item: Record<string, unknown>) => boolean): readonly T[] =>
    (Array.isArray(value) ? value : []).filter((item) => typeof item === 'object' && item !== null && fits(item)) as T[]
  return {
    figures: list(given.figures, (figure) => typeof figure.title === 'string' && isObject(figure.spec)),
    tables: list(
      given.tables,
      ({ title, columns, rows }) => typeof title === 'string' && Array.isArray(columns) && isRows(rows),
    ),
    warnings: list(
      given.warnings,
      (warning) => typeof warning.code === 'string' && typeof warning.message === 'string',
    ),
    facts: isObject(given.facts) ? given.facts : {},
  }
}

function isRows(value: unknown): boolean {
  return Array.isArray(value) && value.every(Array.isArray)
}

/** JSON that an object of the store holds; undefined where it is not to be had. */
export async function readJson(digest: Digest | null, read: ReadObject): Promise<Json | undefined> {
  if (digest === null) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(await read(digest))) as Json
  } catch {
    return undefined
  }
}

/** True for a JSON object: not null, not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
