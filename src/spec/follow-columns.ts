import { asDaybookError, DaybookError, fail } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { type ColumnInfo, type Frame, hasMissing } from '../frame/index.ts'
import { replaceColumns } from '../frame/replace-columns.ts'
import { selectColumns } from '../frame/select.ts'
import type { AlgorithmPlugin, PreprocessPlugin, Registry } from '../plugin/api.ts'
import type { Pipeline, PreprocessCell } from './pipeline.ts'
import { remedies } from './remedies.ts'

/** The features of a page's raw data, as they start on their way to the algorithm. */
export function rawFeatures(pipeline: Pipeline, frame: Frame): ColumnInfo[] {
  return frame.columns.flatMap((column) => {
    const { name, type } = column
    const facts = pipeline.columns[name]
    if (name === pipeline.key || name === pipeline.target?.column || (facts?.role ?? 'feature') !== 'feature') return []
    const expected = facts?.optional === true || (facts?.missing !== undefined && facts.missing.atMost !== 0)
    return [{ name, type, missing: expected || hasMissing(column) }]
  })
}

/**
 * Follows the columns through the preprocess cells to the algorithm, by what plugins say comes out: nothing is fitted.
 * Finds columns that are not there, types and missing values that somebody cannot take, promises that are lost.
 */
export async function followColumns(pipeline: Pipeline, frame: Frame, registry: Registry): Promise<DaybookError[]> {
  const errors: DaybookError[] = []
  let columns = rawFeatures(pipeline, frame)
  const gone = new Map<string, string>()
  for (const cell of pipeline.preprocess) {
    const next = await followCell(pipeline, frame, registry, cell, columns, gone, errors)
    if (next === undefined) return errors
    columns = next
  }
  errors.push(...(await checkArrival(pipeline, columns, registry)))
  return errors
}

/** Columns behind a cell; undefined where the cell is so wrong that nothing can be said of what follows. */
async function followCell(
  pipeline: Pipeline,
  frame: Frame,
  registry: Registry,
  cell: PreprocessCell,
  columns: readonly ColumnInfo[],
  gone: Map<string, string>,
  errors: DaybookError[],
): Promise<ColumnInfo[] | undefined> {
  const plugin = cell.plugin.plugin as PreprocessPlugin
  const { place } = pipeline.source
  const before = errors.length
  const { names, unknown, refused } = selectColumns(
    columns,
    cell.columns,
    plugin,
    (name) => pipeline.columns[name]?.role,
  )
  for (const name of unknown) errors.push(unknownColumn(pipeline, frame, cell, columns, gone, name))
  for (const { name, type } of refused) {
    const values = { plugin: plugin.id, taken: plugin.takes.join(', '), column: name, type }
    errors.push(
      fail('SPEC_COLUMNS_NOT_TAKEN', values, {
        at: placeOfName(pipeline, cell, name),
        hint: `Take \`${name}\` out of \`columns\`.`,
      }),
    )
  }
  if (errors.length > before) return undefined
  if (cell.columns !== undefined && names.length === 0) {
    const selector = JSON.stringify('names' in cell.columns ? cell.columns.names : cell.columns)
    errors.push(fail('SPEC_NO_COLUMNS', { selector }, { at: place([...cell.path, 'columns']) }))
    return undefined
  }
  const taken = columns.filter(({ name }) => names.includes(name))
  const holed = plugin.missing === 'allow' ? [] : taken.filter(({ missing }) => missing)
  if (holed.length > 0) {
    const hint = await remedies(
      registry,
      holed[0] as ColumnInfo,
      (after) => after.type === holed[0]?.type && !after.missing,
    )
    errors.push(
      fail(
        'SPEC_MISSING_NOT_TAKEN',
        { plugin: plugin.id, columns: listNames(holed) },
        { at: place([...cell.path, 'use']), cell: cell.id, hint },
      ),
    )
  }
  if (plugin.keepsOrder !== true && plugin.monotone === undefined) checkPromises(pipeline, cell, names, errors)
  const given = outputOf(pipeline, cell, taken, errors)
  if (given === undefined) return undefined
  const twice = given.find(({ name }) => !names.includes(name) && columns.some((column) => column.name === name))
  if (twice !== undefined) {
    const hint = 'Choose another name where the cell has a parameter for it, or `drop` the column in a cell before.'
    const at = place([...cell.path, 'use'])
    errors.push(fail('SPEC_COLUMN_TWICE', { plugin: plugin.id, column: twice.name }, { at, cell: cell.id, hint }))
    return undefined
  }
  for (const name of names) if (!given.some((one) => one.name === name)) gone.set(name, cell.id)
  const out = holed.length > 0 ? given.map((one) => ({ ...one, missing: false })) : given // said once
  return replaceColumns(columns, new Set(names), out)
}

function outputOf(
  pipeline: Pipeline,
  cell: PreprocessCell,
  taken: readonly ColumnInfo[],
  errors: DaybookError[],
): readonly ColumnInfo[] | undefined {
  const at = pipeline.source.place([...cell.path, 'use'])
  try {
    return (cell.plugin.plugin as PreprocessPlugin).output(taken, cell.params as never)
  } catch (thrown) {
    const known = thrown instanceof DaybookError ? thrown : undefined
    const { id } = cell.plugin.plugin
    const reason = `its hook \`output\` failed: ${asDaybookError(thrown).message}`
    errors.push(
      known?.with({ at, cell: cell.id }) ?? fail('PLUGIN_INVALID', { plugin: id, reason }, { at, cause: thrown }),
    )
    return undefined
  }
}

function unknownColumn(
  pipeline: Pipeline,
  frame: Frame,
  cell: PreprocessCell,
  columns: readonly ColumnInfo[],
  gone: ReadonlyMap<string, string>,
  name: string,
): DaybookError {
  const at = placeOfName(pipeline, cell, name)
  const by = gone.get(name)
  const names = columns.map((column) => column.name)
  if (by !== undefined) {
    return fail(
      'DATA_NO_COLUMN',
      { column: name },
      { at, cell: cell.id, hint: `The cell \`${by}\` before it made other columns of it.` },
    )
  }
  if (frame.get(name) !== undefined) {
    const facts = pipeline.columns[name]
    const role =
      name === pipeline.key ? 'the key' : name === pipeline.target?.column ? 'the target' : `declared ${facts?.role}`
    return fail('SPEC_NOT_A_FEATURE', { column: name, role }, { at, hint: `Take \`${name}\` out of \`columns\`.` })
  }
  if (name.includes('*'))
    return fail('SPEC_NO_COLUMNS', { selector: name }, { at, hint: `There are ${names.slice(0, 12).join(', ')}.` })
  return fail('DATA_NO_COLUMN', { column: name }, { at, hint: nearColumn(name, names) })
}

/** What to do about a column that is not there. */
export function nearColumn(name: string, names: readonly string[]): string {
  const near = nearest(name, names)
  if (near !== undefined) return `did you mean \`${near}\`?`
  return `There are ${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}.`
}

function placeOfName(pipeline: Pipeline, cell: PreprocessCell, name: string) {
  const path = [...cell.path, 'columns']
  const index = cell.columns !== undefined && 'names' in cell.columns ? cell.columns.names.indexOf(name) : -1
  return pipeline.source.place(index < 0 ? path : [...path, index])
}

/** `monotone` is a promise about a raw column: a cell that does not keep order breaks it. */
function checkPromises(
  pipeline: Pipeline,
  cell: PreprocessCell,
  names: readonly string[],
  errors: DaybookError[],
): void {
  for (const name of names) {
    if (pipeline.columns[name]?.monotone === undefined) continue
    const values = { column: name, plugin: `the cell \`${cell.id}\``, reason: 'does not keep the order of values' }
    const hint = `Leave \`${name}\` out of the cell with \`columns:\`, or take \`monotone\` out.`
    errors.push(
      fail('SPEC_MONOTONE_NOT_KEPT', values, {
        at: pipeline.source.place(['data', 'columns', name, 'monotone']),
        hint,
      }),
    )
  }
}

/** What reaches the algorithm, against what it can take. */
async function checkArrival(
  pipeline: Pipeline,
  columns: readonly ColumnInfo[],
  registry: Registry,
): Promise<DaybookError[]> {
  const algorithm = pipeline.algorithm.plugin.plugin as AlgorithmPlugin
  const at = pipeline.source.place(['algorithm', 'use'])
  if (columns.length === 0) return [fail('SPEC_NO_FEATURES', { algorithm: algorithm.id }, { at })]
  const takes = (info: ColumnInfo) =>
    info.type === 'number' ||
    info.type === 'boolean' ||
    info.type === 'sparse' ||
    (info.type === 'category' && algorithm.accepts.includes('codes'))
  const errors: DaybookError[] = []
  for (const type of ['category', 'text', 'date'] as const) {
    const refused = columns.filter((info) => info.type === type && !takes(info))
    if (refused.length === 0) continue
    const hint = await remedies(registry, { name: 'column', type, missing: false }, takes)
    errors.push(fail('SPEC_TYPE_NOT_TAKEN', { plugin: algorithm.id, type, columns: listNames(refused) }, { at, hint }))
  }
  const holed = algorithm.missing === 'allow' ? [] : columns.filter((info) => info.missing && takes(info))
  if (holed.length > 0) {
    const first = holed[0] as ColumnInfo
    const hint = await remedies(registry, first, (after) => takes(after) && !after.missing)
    errors.push(fail('SPEC_MISSING_NOT_TAKEN', { plugin: algorithm.id, columns: listNames(holed) }, { at, hint }))
  }
  return errors
}

function listNames(columns: readonly ColumnInfo[]): string {
  const shown = columns.slice(0, 5).map(({ name }) => `\`${name}\``)
  return columns.length > 5 ? `${shown.join(', ')} and ${columns.length - 5} more` : shown.join(', ')
}
