import type { Json, JsonObject } from '../base/json.ts'
import type { ModelSummary, RunMetrics, RunRecord } from './record.ts'

/** Bounds of a bootstrap interval. */
export interface Bounds {
  readonly low: number
  readonly high: number
}

/** One thing that differs between two runs; null where a run does not have it. */
export interface Difference {
  readonly group:
    | 'outcome'
    | 'data'
    | 'page'
    | 'code'
    | 'environment'
    | 'cells'
    | 'metrics'
    | 'gates'
    | 'model'
    | 'warnings'
  readonly what: string
  readonly a: Json
  readonly b: Json
  /** Of a metric on the test rows: the bootstrap intervals of both. */
  readonly intervals?: { readonly a: Bounds | null; readonly b: Bounds | null }
  /** Does each run's value lie in the other's interval? Then the difference is no more than chance gives. */
  readonly within?: boolean
}

/**
 * What differs between two runs, by group, and nothing else: times, ids and paths differ always and are left out. Records of
 * earlier builds have fewer parts: what one does not have is compared with nothing.
 */
export function diffRuns(a: RunRecord, b: RunRecord): Difference[] {
  const differ = (group: Difference['group'], of: (record: RunRecord) => Json): Difference[] =>
    leavesThatDiffer(of(a), of(b)).map(([what, before, after]) => ({ group, what, a: before, b: after }))
  const page = differ('page', ({ result }) => pageOf(result.page))
  return [
    ...differ('outcome', ({ status, error }) => ({ status, error: error?.code ?? null })),
    ...differ('data', dataOf),
    ...(page.length > 0 ? page : differ('page', ({ page: { digest } }) => ({ 'notes, targets or layout': digest }))),
    ...differ('code', pluginsOf).filter(({ a, b }) => a !== null && b !== null), // the page says what came and went
    ...codeDifferences(a, b),
    ...differ('environment', environmentOf),
    ...differ('cells', cellsOf),
    ...metricDifferences(a.result.metrics, b.result.metrics),
    ...differ('gates', gatesOf),
    ...modelDifferences(a.result.model, b.result.model),
    ...differ('warnings', warningsOf),
  ]
}

/** Inputs with where they were read from, their columns by name, and which rows did what. */
function dataOf({ result, observed }: RunRecord): Json {
  const inputs = result.inputs.map(({ cell, digest, rows, schema }) => {
    const columns = Object.fromEntries((schema ?? []).map(({ name, count: _, ...column }) => [name, column]))
    const read = observed.inputs.filter((input) => input.cell === cell)
    const locations = Object.fromEntries(read.map(({ param, location }) => [param, location]))
    return [cell, { ...locations, content: digest, rows, columns }]
  })
  const { rows, keys } = result.split
  return { ...Object.fromEntries(inputs), split: { rows, keys } } as unknown as Json
}

/** Plugin and version by where it is used, and the engine's own cells. Folds repeat what others do. */
function pluginsOf({ result, observed }: RunRecord): Json {
  const used = (observed.plugins ?? []).map(({ cell, plugin }) => [cell, plugin])
  const engine = result.cells.filter(({ plugin }) => plugin.startsWith('engine:')).map(({ id, plugin }) => [id, plugin])
  return Object.fromEntries([...used, ...engine])
}

/** Plugins of one name and version whose code is not the same. */
function codeDifferences(a: RunRecord, b: RunRecord): Difference[] {
  const before = new Map((a.observed.plugins ?? []).map((used) => [used.cell, used]))
  return (b.observed.plugins ?? []).flatMap(({ cell, plugin, code }): Difference[] => {
    const was = before.get(cell)
    if (was === undefined || was.plugin !== plugin || was.code === code) return []
    return [{ group: 'code', what: `${cell}, code of ${plugin}`, a: was.code, b: code }]
  })
}

function environmentOf({ observed }: RunRecord): Json {
  const { tool, node, v8, icu, os, arch, cpu, threads, user, timeZone, locale, lockfile, git } = observed
  const seen = { tool, node, v8, icu, os, arch, cpu, threads, user, timeZone, locale, lockfile, git }
  return Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, (value ?? null) as Json]))
}

function cellsOf({ result, deploy = [] }: RunRecord): Json {
  return Object.fromEntries([...result.cells, ...deploy].map(({ id, output }) => [id, output]))
}

function gatesOf({ result }: RunRecord): Json {
  return Object.fromEntries(
    result.gates.map(({ metric, on, value: _, passed, ...bounds }) => [
      `${metric} on ${on}`,
      { outcome: passed ? 'passed' : 'failed', ...bounds },
    ]),
  )
}

/** What is said of the models; where one run made none, that alone. */
function modelDifferences(a: ModelSummary | null, b: ModelSummary | null): Difference[] {
  const none = a === null || b === null
  const said = (model: ModelSummary | null): Json => (none ? { digest: model?.digest ?? null } : { ...model })
  return leavesThatDiffer(said(a), said(b)).map(([what, before, after]) => ({
    group: 'model',
    what,
    a: before,
    b: after,
  }))
}

function warningsOf({ warnings }: RunRecord): Json {
  const messages: Record<string, string> = {}
  for (const { cell, code, message, silenced } of warnings ?? []) {
    const name = `${cell} ${code}${silenced ? ' (silenced)' : ''}`
    messages[name] = messages[name] === undefined ? message : `${messages[name]} ${message}`
  }
  return messages
}

/** Every metric on every part of the rows; of folds the mean. On the test rows, with the intervals of both. */
function metricDifferences(a: RunMetrics | null, b: RunMetrics | null): Difference[] {
  return leavesThatDiffer(valuesOf(a), valuesOf(b)).map(([what, before, after]) => {
    const difference = { group: 'metrics', what, a: before, b: after } as const
    const metric = what.endsWith(' on test') ? what.slice(0, -' on test'.length) : undefined
    if (metric === undefined) return difference
    const intervals = { a: boundsOf(a, metric), b: boundsOf(b, metric) }
    if (intervals.a === null && intervals.b === null) return difference
    if (before === null || after === null) return { ...difference, intervals }
    return { ...difference, intervals, within: isIn(after, intervals.a) && isIn(before, intervals.b) }
  })
}

function valuesOf(metrics: RunMetrics | null): Json {
  if (metrics === null) return {}
  const { train, validation = {}, test, folds = {} } = metrics
  const named = (values: RunMetrics['test'], part: string) =>
    Object.entries(values).map(([metric, value]) => [`${metric} on ${part}`, value] as const)
  const means = Object.entries(folds).map(([metric, { mean }]) => [metric, mean])
  return Object.fromEntries([
    ...named(test, 'test'),
    ...named(Object.fromEntries(means), 'folds'),
    ...named(validation, 'validation'),
    ...named(train, 'train'),
  ])
}

function boundsOf(metrics: RunMetrics | null, metric: string): Bounds | null {
  const interval = metrics?.intervals?.[metric]
  return interval === undefined ? null : { low: interval.low, high: interval.high }
}

function isIn(value: Json, bounds: Bounds | null): boolean {
  return typeof value === 'number' && bounds !== null && value >= bounds.low && value <= bounds.high
}

/** The page with its cells and gates by name, so that each is compared with its like, and the order of cells as a value. */
function pageOf(page: JsonObject): Json {
  const evaluate = isObject(page.evaluate) ? page.evaluate : {}
  const metrics = byName(evaluate.metrics, ({ id }) => String(id))
  return {
    ...page,
    preprocess: byName(page.preprocess, ({ id }) => String(id)),
    'order of preprocess': Object.keys(byName(page.preprocess, ({ id }) => String(id))).join(', '),
    compress: byName(page.compress, ({ id }) => String(id)),
    evaluate: { ...evaluate, metrics },
    gates: byName(page.gates, ({ metric, on }) => `${metric} on ${on}`),
  }
}

function byName(list: Json | undefined, nameOf: (item: JsonObject) => string): JsonObject {
  const items = Array.isArray(list) ? (list as readonly JsonObject[]) : []
  return Object.fromEntries(items.map((item) => [nameOf(item), item]))
}

/** Dotted paths of the leaves that differ, with the value on either side. Params of two plugins are not compared. */
function leavesThatDiffer(a: Json | undefined, b: Json | undefined, path = ''): [string, Json, Json][] {
  if (JSON.stringify(a) === JSON.stringify(b)) return []
  if ((a ?? null) === (b ?? null)) return []
  if (isObject(a) && isObject(b)) {
    const used = `${path}.use`
    if (typeof a.use === 'string' && typeof b.use === 'string' && a.use !== b.use) return [[used, a.use, b.use]]
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    return keys.flatMap((key) => leavesThatDiffer(a[key], b[key], path === '' ? key : `${path}.${key}`))
  }
  return [[path, a ?? null, b ?? null]]
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
