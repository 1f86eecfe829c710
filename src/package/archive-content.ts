import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
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
  /** Local plugins that are in it, as the page names them. */
  readonly plugins: readonly string[]
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
  return { files, plugins: local.plugins, notes: [...local.notes, ...packageNotes(record)] }
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

interface LocalPlugins {
  readonly files: ReadonlyMap<string, string>
  readonly plugins: readonly string[]
  readonly notes: readonly string[]
}

/** Files of the local plugins that a page names, as far as they stand under its folder. None of them is run. */
function localPlugins(record: RunRecord, folder: string): LocalPlugins {
  const files = new Map<string, string>()
  const plugins: string[] = []
  const notes: string[] = []
  const codes = new Set(record.observed.cells.map(({ code }) => code))
  for (const use of pathsOfPlugins(record, folder)) {
    const found = filesOf(resolve(folder, use), folder)
    if (typeof found === 'string') {
      notes.push(`plugin ${use} is not in the archive: ${found}`)
      continue
    }
    for (const [name, path] of found) files.set(name, path)
    plugins.push(use)
    if (!codes.has(digestOfLocalCode(resolve(folder, use))))
      notes.push(`the code of plugin ${use} is none that the record names: it was changed since, or is no cell's own`)
  }
  return { files, plugins, notes }
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

/** Paths of code in a page and its overrides: what may stand behind a `use`. */
function pathsOfPlugins({ page, overrides }: RunRecord, folder: string): string[] {
  const found = new Set<string>()
  const visit = (value: Json | undefined): void => {
    if (typeof value === 'string' && /^(\.{1,2}[\\/]|\/|[A-Za-z]:).*\.[cm]?[jt]s$/.test(value)) found.add(value)
    else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) visit(inner)
  }
  visit(parsePage(page.text, pageName, folder).root)
  for (const { value } of overrides) visit(value)
  return [...found].sort()
}

/** Plugins of npm packages: labels of built-ins and local files have no slash. */
export function packagedPlugins({ result, deploy = [] }: RunRecord): string[] {
  const labels = [...result.cells, ...deploy].map(({ plugin }) => plugin)
  return [...new Set(labels.filter((label) => label.includes('/')))].sort()
}

function packageNotes(record: RunRecord): string[] {
  return packagedPlugins(record).map((label) => `plugin ${label} is not in the archive: it comes from npm`)
}
