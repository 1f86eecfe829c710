import { isDigest } from '../../base/digest.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { RunRecord } from '../../store/record.ts'
import { isObject, type RunView } from '../view.ts'

/** The object at a path; an empty one where there is none. Records of other versions hold more or less. */
export function objectAt(value: unknown, path: readonly string[] = []): JsonObject {
  let at = value
  for (const step of path) at = isObject(at) ? at[step] : undefined
  return isObject(at) ? at : {}
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** What was observed around a run, by fields that not every record has. */
export interface Environment {
  readonly v8: string | undefined
  readonly icu: string | undefined
  readonly timeZone: string | undefined
  readonly locale: string | undefined
  /** Digest of the changes that were not committed. */
  readonly patch: string | undefined
  readonly lockfile: { readonly file: string; readonly digest: string } | undefined
}

/** Reads {@link Environment} from a record. */
export function environmentOf(record: RunRecord): Environment {
  const { v8, icu, timeZone, locale } = objectAt(record.observed)
  const { patch } = objectAt(record.observed, ['git'])
  const { file, digest } = objectAt(record.observed, ['lockfile'])
  return {
    v8: textOf(v8),
    icu: textOf(icu),
    timeZone: textOf(timeZone),
    locale: textOf(locale),
    patch: isDigest(patch) ? patch : undefined,
    lockfile: typeof file === 'string' && isDigest(digest) ? { file, digest } : undefined,
  }
}

/** A plugin that took part, once. */
export interface UsedPlugin {
  /** Name and version. */
  readonly plugin: string
  readonly cells: readonly string[]
  /** Came with Daybook: no package, no file of the page's. */
  readonly builtIn: boolean
  readonly package: string | undefined
  readonly code: string | undefined
}

/** Plugins of a run: the record's own list, which names metrics and optimizers too, and those of cells that it leaves out. */
export function pluginsOf({ record, cells }: RunView): readonly UsedPlugin[] {
  const { plugins } = objectAt(record.observed)
  const listed: readonly JsonObject[] = Array.isArray(plugins) ? plugins.filter(isObject) : []
  const named = new Set(listed.map(({ cell }) => cell))
  const others = cells.flatMap(({ id, plugin, code }): JsonObject[] => {
    const known = named.has(id) || (named.has('train') && /^fold-\d+$/.test(id))
    return known || plugin.startsWith('engine:') ? [] : [{ cell: id, plugin, code }]
  })
  const found = new Map<string, UsedPlugin>()
  for (const { cell, plugin, origin, code, package: from } of [...listed, ...others]) {
    const name = textOf(plugin)
    if (name === undefined) continue
    const same = found.get(name)
    found.set(name, {
      plugin: name,
      cells: [...(same?.cells ?? []), textOf(cell) ?? ''],
      builtIn: typeof origin === 'string' ? origin === 'built-in' : !name.includes('/'),
      package: textOf(from),
      code: same?.code ?? textOf(code),
    })
  }
  return [...found.values()]
}

/** A warning of a cell, and whether the page silenced it. */
export interface Warned {
  readonly cell: string
  readonly code: string
  readonly message: string
  /** Why the page silences it; undefined where it does not. */
  readonly silenced: string | undefined
}

/** The record's own list, which knows what was silenced; else what the cells showed. */
export function warningsOf(view: RunView): readonly Warned[] {
  const { warnings } = objectAt(view.record)
  if (!Array.isArray(warnings)) {
    return view.cells.flatMap(({ id, shown }) =>
      shown.warnings.map(({ code, message }) => ({ cell: id, code, message, silenced: undefined })),
    )
  }
  return warnings.filter(isObject).map((warning) => ({
    cell: textOf(warning.cell) ?? '',
    code: textOf(warning.code) ?? '',
    message: textOf(warning.message) ?? '',
    silenced: warning.silenced === true ? (reasonFor(view, warning) ?? 'no reason is given') : undefined,
  }))
}

/** The reason that the page gives for silencing a warning: as the cell's view has it, else by its code. */
function reasonFor({ record, cells }: RunView, { cell, code, message }: JsonObject): string | undefined {
  const { warnings } = objectAt(cells.find(({ id }) => id === cell))
  const own = (Array.isArray(warnings) ? warnings : []).filter(isObject)
  const judged = own.find((one) => one.code === code && one.message === message)
  const { ignore } = record.result.page
  const rules = (Array.isArray(ignore) ? ignore : []).filter(isObject)
  const rule = rules.find((one) => one.warning === code && (one.cell === undefined || one.cell === cell))
  return textOf(judged?.silenced) ?? textOf(rule?.reason)
}

/** Which fitted cells tell the rows that they saw, and which of them saw other rows than those of their training. */
export interface RowsSeen {
  readonly told: readonly string[]
  readonly other: readonly string[]
}

/** Holds the digests of the rows that cells saw against those of the training rows and of each fold. */
export function rowsSeen({ result }: RunRecord): RowsSeen {
  const told: string[] = []
  const other: string[] = []
  for (const cell of result.cells) {
    const { rows } = objectAt(cell)
    if (typeof rows !== 'string') continue
    const fold = /^fold-(\d+)$/.exec(cell.id)
    const expected = fold ? result.folds.find((one) => one.fold === Number(fold[1]))?.trained : result.split.keys.train
    told.push(cell.id)
    if (rows !== expected) other.push(cell.id)
  }
  return { told, other }
}

/** One kind of check: how much was looked at, the worst that was seen, how often it was told. */
export interface CheckKind {
  readonly code: string
  readonly looked: number
  /** Columns, classes, rows or facts. */
  readonly of: string
  readonly worst: { readonly value: number; readonly column: string | undefined } | undefined
  readonly threshold: number | undefined
  readonly found: number
}

/** What the `checks` cell found. */
export interface ChecksSummary {
  readonly kinds: readonly CheckKind[]
  readonly findings: number
  /** Whether training, validation and test rows are apart; undefined where it was not proven. */
  readonly apart: boolean | undefined
}

/** Reads what the `checks` cell wrote; undefined where the run has none. */
export function readChecks(checks: Json | undefined): ChecksSummary | undefined {
  if (!isObject(checks)) return undefined
  const { findings, summary } = checks
  const { holds } = objectAt(checks, ['proof'])
  return {
    kinds: (Array.isArray(summary) ? summary : []).filter(isObject).map(checkKind),
    findings: Array.isArray(findings) ? findings.length : 0,
    apart: typeof holds === 'boolean' ? holds : undefined,
  }
}

function checkKind({ code, looked, of, worst, threshold, found }: JsonObject): CheckKind {
  const { value, column } = objectAt(worst)
  return {
    code: textOf(code) ?? '',
    looked: numberOf(looked) ?? 0,
    of: textOf(of) ?? '',
    worst: typeof value === 'number' ? { value, column: textOf(column) } : undefined,
    threshold: numberOf(threshold),
    found: numberOf(found) ?? 0,
  }
}

/** Control totals by column, as text; empty where the record has none. */
export function controlTotals({ result }: RunRecord, cell: string | undefined): ReadonlyMap<string, number> {
  const { schema } = objectAt(result.inputs.find((one) => one.cell === cell))
  if (!Array.isArray(schema)) return new Map()
  return new Map(
    schema
      .filter(isObject)
      .flatMap(({ name, total }) => (typeof name === 'string' && typeof total === 'number' ? [[name, total]] : [])),
  )
}

/** An approval that the page demands before anything is deployed; `by` is absent while it is waited for. */
export interface Demanded {
  readonly role: string
  readonly by: string | undefined
  readonly at: string | undefined
  readonly note: string | undefined
}

/** What the record says of the approvals that its page demands; of an older record, what the page says. */
export function demandsOf({ record, page }: RunView): readonly Demanded[] {
  const { approvals } = objectAt(record)
  if (Array.isArray(approvals)) {
    return approvals.filter(isObject).map(({ role, by, at, note }) => ({
      role: textOf(role) ?? '',
      by: textOf(by),
      at: textOf(at),
      note: textOf(note),
    }))
  }
  const roleAt = (i: number): string => page.text(['approvals', i, 'role']) ?? page.text(['approvals', i]) ?? ''
  return Array.from({ length: page.length(['approvals']) }, (_, i) => roleAt(i))
    .filter((role) => role !== '')
    .map((role) => ({ role, by: undefined, at: undefined, note: undefined }))
}
