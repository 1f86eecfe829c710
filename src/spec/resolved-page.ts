import type { Json, JsonObject } from '../base/json.ts'
import type { ParamsSchema } from '../plugin/api.ts'
import { visitParams } from '../plugin/visit-params.ts'
import { mapOf } from './page.ts'
import type { CellSpec, ColumnFacts, Pipeline, PreprocessCell } from './pipeline.ts'

/**
 * The page with sugar opened and every default printed. Locations and secrets are as the page wrote them, `${env:NAME}`
 * unresolved. Free `x-…` keys are left out: they mean nothing.
 */
export function resolvedPage(pipeline: Omit<Pipeline, 'resolved'>, root: JsonObject): JsonObject {
  const { owner, purpose, limitations, reviewBy, note, notes } = pipeline
  return compact({
    daybook: 1,
    name: pipeline.name,
    owner,
    purpose,
    limitations,
    reviewBy,
    note,
    seed: pipeline.seed,
    cells: sourcesOf(pipeline),
    data: dataOf(pipeline, root),
    preprocess: pipeline.preprocess.map(cellOf),
    algorithm: cellOf(pipeline.algorithm),
    optimizer: pipeline.optimizer && cellOf(pipeline.optimizer),
    compress: pipeline.compress.map(cellOf),
    evaluate: compact({
      metrics: pipeline.evaluate.metrics.map(cellOf),
      folds: pipeline.evaluate.folds,
      resamples: pipeline.evaluate.resamples,
      note: notes.evaluate,
    }),
    gates: pipeline.gates.map(({ metric, on, atLeast, atMost }, i) => {
      const { note: why } = (root.gates as JsonObject[] | undefined)?.[i] ?? {}
      return compact({ metric, on, atLeast, atMost, note: why })
    }),
    approvals:
      pipeline.approvals.length === 0
        ? undefined
        : pipeline.approvals.map(({ role, keys, note: why }) => compact({ role, keys, note: why })),
    ignore: pipeline.ignore.map(({ warning, column, cell, reason }, i) => {
      const { note: why } = (root.ignore as JsonObject[] | undefined)?.[i] ?? {}
      return compact({ warning, column, cell, reason, note: why })
    }),
    deploy: pipeline.deploy.map(cellOf),
  })
}

/**
 * The part of the resolved page that decides what a run gives: without prose, approvals, targets of deployment and locations, as the
 * digest of a run takes it. Equal on every machine for equal pages over equal data.
 */
export function pageForDigest(pipeline: Pipeline): JsonObject {
  const bare = { ...pipeline, preprocess: pipeline.preprocess.map(bareCell), sources: pipeline.sources.map(bareCell) }
  const {
    owner: _o,
    purpose: _p,
    limitations: _l,
    reviewBy: _r,
    approvals: _a,
    deploy: _d,
    ...page
  } = resolvedPage(
    {
      ...bare,
      algorithm: bareCell(pipeline.algorithm),
      ...(pipeline.optimizer && { optimizer: bareCell(pipeline.optimizer) }),
      compress: pipeline.compress.map(bareCell),
      evaluate: { ...pipeline.evaluate, metrics: pipeline.evaluate.metrics.map(bareCell) },
    },
    {},
  )
  return withoutNotes(page) as JsonObject
}

function bareCell<Cell extends CellSpec>(cell: Cell): Cell {
  const hidden: string[] = []
  visitParams(cell.plugin.plugin.params as ParamsSchema, cell.params, (schema, _, path) => {
    if (schema.location === true || schema.secret === true) hidden.push(String(path[0]))
  })
  return { ...cell, params: Object.fromEntries(Object.entries(cell.params).filter(([name]) => !hidden.includes(name))) }
}

function withoutNotes(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withoutNotes(item as Json))
  const entries = Object.entries(value).filter(([key, inner]) => !(key === 'note' && typeof inner === 'string'))
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, key === 'with' ? (inner as Json) : withoutNotes(inner as Json)]),
  )
}

function sourcesOf(pipeline: Pick<Pipeline, 'sources'>): JsonObject | undefined {
  const cells = pipeline.sources.filter(({ id }) => id !== 'data')
  return cells.length === 0 ? undefined : Object.fromEntries(cells.map((cell) => [cell.id, sourceOf(cell)]))
}

function sourceOf(cell: Pipeline['sources'][number]): JsonObject {
  const { plugin, params, from, note } = cell
  return compact({ use: plugin.use, with: params, from: from.length === 0 ? undefined : from, note })
}

function dataOf(pipeline: Omit<Pipeline, 'resolved'>, root: JsonObject): JsonObject {
  const source = pipeline.sources.find(({ id }) => id === 'data')
  const given = mapOf(root.data)
  const facts = Object.entries(pipeline.columns).map(([name, one]): [string, Json] => [
    name,
    compact(one as unknown as FactsJson),
  ])
  return compact({
    ...(source === undefined ? { from: pipeline.from, note: pipeline.notes.data } : sourceOf(source)),
    target: pipeline.target && compact({ ...pipeline.target, note: mapOf(given.target).note }),
    key: pipeline.key,
    columns: facts.length === 0 ? undefined : Object.fromEntries(facts),
    split: compact({ ...pipeline.split, note: pipeline.notes.split }),
  })
}

type FactsJson = { readonly [Key in keyof ColumnFacts]: Json | undefined }

function cellOf(cell: CellSpec): JsonObject {
  const { columns } = cell as PreprocessCell
  const selector = columns && ('names' in columns ? columns.names : compact({ type: columns.type, role: columns.role }))
  const id = ['preprocess', 'metric', 'compress', 'deploy'].includes(cell.kind) ? cell.id : undefined
  return compact({ use: cell.plugin.use, id, columns: selector, with: cell.params, note: cell.note })
}

function compact(entries: { readonly [key: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined))
}
