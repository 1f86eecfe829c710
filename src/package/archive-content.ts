import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import type { Digest } from '../base/digest.ts'
import type { Json } from '../base/json.ts'
import { digestOfLocalCode, filesOfLocalCode } from '../plugin/code-digest.ts'
import { parsePage } from '../spec/index.ts'
import {
  filesInList,
  type LedgerEntry,
  objectsNamed,
  type RecordedInput,
  type RunRecord,
  reliedFolder,
  type Store,
} from '../store/index.ts'
import { faultOfName } from './entry-names.ts'

/** What an archive of a run holds beside its manifest, and what of the run cannot be in it. */
export interface ArchiveContent {
  /** Where each file stands, by its name in the archive. */
  readonly files: ReadonlyMap<string, string>
  /** What whoever verifies needs beside it, or should look at. */
  readonly notes: readonly string[]
}

/** Where the parts of a run stand: in its store, or in an archive that was unpacked. */
export interface ContentPlaces {
  readonly store: Store
  /** Folder that the page's paths start from. */
  readonly folder: string
  /** Where each input is, by digest; undefined for an archive without data. */
  readonly inputs: ReadonlyMap<Digest, string> | undefined
}

export const pageName = 'page/page.yaml'

/**
 * The files of a run's archive but for the manifest and the page's text. One who packs and one who checks ask the same: what
 * the one puts in is what the other expects, and nothing else.
 */
export async function archiveContent(
  record: RunRecord,
  entry: LedgerEntry,
  { store, folder, inputs }: ContentPlaces,
): Promise<ArchiveContent> {
  const files = new Map<string, string>()
  const ofStore = (path: string): void => {
    files.set(`store/${relative(store.folder, path).split(sep).join('/')}`, path)
  }
  ofStore(store.ledger.file(entry.number))
  const run = store.runs.folder(record.id)
  for (const name of ['run.json', 'events.ndjson', ...(entry.files.report === null ? [] : ['report.html'])])
    ofStore(join(run, name))
  for (const folder of ['attestations', reliedFolder])
    for (const name of namesIn(join(run, folder))) ofStore(join(run, folder, name))
  for (const { id, output } of record.deploy ?? []) {
    const list = output === null ? undefined : await store.objects.get(output).catch(() => undefined)
    for (const path of list === undefined ? [] : filesInList(list).keys()) ofStore(join(run, 'deploy', id, path))
  }
  for (const digest of await archivedObjects(record, store, inputs !== undefined))
    ofStore(join(store.folder, 'objects', 'sha256', digest.slice(0, 2), digest.slice(2)))
  for (const input of inputs === undefined ? [] : record.observed.inputs) {
    const place = inputs?.get(input.digest)
    if (place !== undefined) files.set(dataName(input), place)
  }
  const local = localPlugins(record, folder)
  for (const [name, path] of local.files) files.set(name, path)
  return { files, notes: [...local.notes, ...packageNotes(record)] }
}

/** Objects with a row each of the data: frames, the split, what folds scored. */
export function rowObjects({ result }: RunRecord): Set<Digest> {
  const sources = new Set(result.inputs.map(({ cell }) => cell))
  const holding = result.cells.filter(({ id }) => sources.has(id) || id === 'split' || /^fold-\d+$/.test(id))
  return new Set(holding.flatMap(({ output }) => output ?? []))
}

/** Name of an input in the archive: its digest, with the ending by which readers know what it is. */
export function dataName({ digest, location }: RecordedInput): string {
  const ending = /(\.[A-Za-z0-9]{1,10}){1,2}$/.exec(basename(location.replaceAll('\\', '/')))?.[0] ?? ''
  return `data/${digest}${ending}`
}

async function archivedObjects(record: RunRecord, store: Store, withRows: boolean): Promise<Set<Digest>> {
  const { result, deploy = [], observed } = record
  const rows = withRows ? new Set<Digest>() : rowObjects(record)
  const first = [
    ...[...result.cells, ...deploy].map(({ output }) => output),
    ...observed.cells.map(({ shown }) => shown),
  ]
  return objectsNamed(
    first.filter((digest) => digest !== null && !rows.has(digest)),
    store.objects,
  )
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : []
}

// ── plugins ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Files of the local plugins that a page names, as far as they stand under its folder and are what the run used. None of them
 * is run.
 */
function localPlugins(record: RunRecord, folder: string): ArchiveContent {
  const files = new Map<string, string>()
  const notes: string[] = []
  const codes = new Set(record.observed.cells.map(({ code }) => code))
  for (const [use, isCell] of pathsOfPlugins(record, folder)) {
    const found = filesOf(resolve(folder, use), folder)
    // The record names the code of cells, not that of metrics and optimizers: theirs is held by keys alone.
    const changed = typeof found !== 'string' && isCell && !codes.has(digestOfLocalCode(resolve(folder, use)))
    if (typeof found === 'string' || changed) {
      const why = typeof found === 'string' ? found : 'its code is not the one that the run used'
      notes.push(`plugin ${use} is not in the archive: ${why}`)
      continue
    }
    for (const [name, path] of found) files.set(name, path)
  }
  return { files, notes }
}

/** Files of a plugin by their names in the archive, or why it cannot be in it. */
function filesOf(file: string, folder: string): ReadonlyMap<string, string> | string {
  const named = new Map<string, string>()
  try {
    const root = realpathSync(folder)
    for (const path of filesOfLocalCode(file).keys()) {
      const name = `page/${relative(root, path).split(sep).join('/')}`
      const fault = faultOfName(name)
      if (fault !== undefined)
        return fault === 'it leads out of its folder' ? 'it is not under the page’s folder' : fault
      named.set(name, path)
    }
    return named
  } catch {
    return 'its file is not there'
  }
}

/** Paths of code in a page and its overrides, which may stand behind a `use`: true where it is that of a cell. */
function pathsOfPlugins({ page, overrides }: RunRecord, folder: string): Map<string, boolean> {
  const found = new Map<string, boolean>()
  const visit = (value: Json | undefined, section: string): void => {
    if (typeof value === 'string' && /^(\.{1,2}[\\/]|\/|[A-Za-z]:).*\.[cm]?[jt]s$/.test(value))
      found.set(value, found.get(value) === true || !['optimizer', 'evaluate'].includes(section))
    else if (typeof value === 'object' && value !== null)
      for (const inner of Object.values(value)) visit(inner, section)
  }
  for (const [section, value] of Object.entries(parsePage(page.text, pageName, folder).root)) visit(value, section)
  for (const { path, value } of overrides) visit(value, path.split('.')[0] as string)
  return new Map([...found].sort(([a], [b]) => byCodeUnit(a, b)))
}

/** Plugins of npm packages: labels of built-ins and local files have no slash. */
export function packagedPlugins({ result, deploy = [] }: RunRecord): string[] {
  const labels = [...result.cells, ...deploy].map(({ plugin }) => plugin)
  return [...new Set(labels.filter((label) => label.includes('/')))].sort(byCodeUnit)
}

function packageNotes(record: RunRecord): string[] {
  return packagedPlugins(record).map((label) => `plugin ${label} is not in the archive: it comes from npm`)
}
