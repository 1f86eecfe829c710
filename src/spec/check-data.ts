import { warnings } from '../base/codes/warnings.ts'
import { type DaybookError, fail } from '../base/errors.ts'
import { type Column, countMissing, type Frame, isMissing } from '../frame/index.ts'
import type { AlgorithmPlugin, MetricPlugin, PreprocessPlugin, Registry } from '../plugin/api.ts'
import { checkGates, inWords, metricsFor, otherAlgorithms, taskWords } from './check-model.ts'
import { checkSplitRows } from './check-split.ts'
import { followColumns, nearColumn } from './follow-columns.ts'
import { sortByPlace } from './parse-page.ts'
import type { Pipeline, SpecPath } from './pipeline.ts'
import { distinctTexts, measuredTasks, type Question, taskOf, textAt } from './task.ts'

/**
 * Checks a page against its typed data, before anything runs: columns that are not there, keys, the target and its
 * classes, columns without values, folds, and the way of the columns through the preprocess cells to the algorithm.
 *
 * @param frame All rows of the cell `pipeline.from`, typed by `typeTable` with `factsForReading(pipeline)`.
 * @param registry Where to look for cells to suggest.
 * @returns errors in the order of the page; none where it can run
 */
export async function checkData(pipeline: Pipeline, frame: Frame, registry: Registry): Promise<DaybookError[]> {
  const errors: DaybookError[] = []
  checkNames(pipeline, frame, errors)
  if (frame.rows < 5) {
    errors.push(fail('DATA_TOO_FEW_ROWS', { rows: frame.rows }, { at: pipeline.source.place(['data', 'use']) }))
    return sortByPlace(errors)
  }
  checkKey(pipeline, frame, errors)
  checkFacts(pipeline, frame, errors)
  const question = checkTarget(pipeline, frame, errors)
  if (question !== undefined) {
    await checkTask(pipeline, question, errors, registry)
    checkSplitRows(pipeline, frame, question, errors)
  }
  errors.push(...(await followColumns(pipeline, frame, registry)))
  return sortByPlace(errors)
}

/**
 * Gives errors of reading and typing the data of a cell their place in the page: at the column that it speaks of, else at
 * the cell. What has a place keeps it.
 */
export function placeDataErrors(
  pipeline: Pipeline,
  cell: Pipeline['sources'][number],
  errors: readonly DaybookError[],
): DaybookError[] {
  return errors.map((error) => {
    const { column } = error.values
    const declared = typeof column === 'string' && Object.hasOwn(pipeline.columns, column)
    if (error.at !== undefined) return error
    return error.with({
      at: pipeline.source.place(
        declared ? ['data', 'columns', column] : [...cell.path, 'use'],
        declared ? 'key' : 'value',
      ),
    })
  })
}

/** Every column that `data:` speaks of is there. */
function checkNames(pipeline: Pipeline, frame: Frame, errors: DaybookError[]): void {
  const { target, key, columns, split, ignore, source } = pipeline
  const said: [string, SpecPath, 'key' | 'value'][] = Object.keys(columns)
    .filter((name) => !('on' in split && name === split.on))
    .map((name) => [name, ['data', 'columns', name], 'key'])
  if (target !== undefined) said.push([target.column, ['data', 'target', 'column'], 'value'])
  if (key !== undefined) said.push([key, ['data', 'key'], 'value'])
  if ('on' in split) said.push([split.on, ['data', 'split', 'on'], 'value'])
  // Warnings of plugins may speak of columns that cells made.
  for (const { warning, column, path } of ignore)
    if (column !== undefined && Object.hasOwn(warnings, warning)) said.push([column, [...path, 'column'], 'value'])
  for (const [column, path, part] of said) {
    if (frame.get(column) !== undefined) continue
    errors.push(
      fail('DATA_NO_COLUMN', { column }, { at: source.place(path, part), hint: nearColumn(column, frame.names) }),
    )
  }
}

/** A key is there in every row and names one row alone. */
function checkKey({ key, source }: Pipeline, frame: Frame, errors: DaybookError[]): void {
  const column = key === undefined ? undefined : frame.get(key)
  if (key === undefined || column === undefined || column.type === 'sparse') return
  const at = source.place(['data', 'key'])
  const first = new Map<string, number>()
  for (let row = 0; row < frame.rows; row++) {
    if (isMissing(column, row)) {
      errors.push(fail('DATA_KEY_MISSING', { column: key, row: row + 1 }, { at }))
      return
    }
    const value = textAt(column, row)
    const earlier = first.get(value)
    if (earlier !== undefined) {
      errors.push(fail('DATA_KEY_REPEATED', { column: key, value, first: earlier + 1, second: row + 1 }, { at }))
      return
    }
    first.set(value, row)
  }
}

/** What the page says of columns, against their values: roles, promises, columns that hold nothing. */
function checkFacts(pipeline: Pipeline, frame: Frame, errors: DaybookError[]): void {
  const { columns, key, target, split, source } = pipeline
  for (const column of frame.columns) {
    const { name, type } = column
    const facts = columns[name]
    const role = facts?.role ?? 'feature'
    if (name === key || name === target?.column || role === 'ignore') continue
    const missing = countMissing(column)
    const declared =
      facts === undefined || ('on' in split && split.on === name && facts.type === undefined) ? undefined : facts
    if (missing === frame.rows && role === 'feature') {
      const at = source.place(declared === undefined ? ['data', 'columns'] : ['data', 'columns', name], 'key')
      errors.push(fail('DATA_EMPTY_COLUMN', { column: name }, { at }))
      continue
    }
    if (role === 'weight' && type !== 'number') {
      errors.push(roleType(column, '`role: weight`', 'numbers', source.place(['data', 'columns', name, 'role'])))
    }
    if (role === 'time' && type !== 'date' && type !== 'number') {
      const place = 'on' in split && split.on === name ? ['data', 'split', 'on'] : ['data', 'columns', name, 'role']
      errors.push(roleType(column, 'an order in time', 'dates or numbers', source.place(place)))
    }
    for (const bound of ['min', 'max'] as const)
      if (facts?.[bound] !== undefined && type !== 'number')
        errors.push(roleType(column, `\`${bound}\``, 'numbers', source.place(['data', 'columns', name, bound])))
    if (facts?.monotone !== undefined && type !== 'number') {
      errors.push(roleType(column, '`monotone`', 'numbers', source.place(['data', 'columns', name, 'monotone'])))
    }
  }
}

function roleType({ name, type }: Column, use: string, expected: string, at: DaybookError['at']): DaybookError {
  return fail('DATA_ROLE_TYPE', { column: name, type, use, expected }, { at })
}

/** The target's values, and with them the task; undefined where the target is wrong. */
function checkTarget(pipeline: Pipeline, frame: Frame, errors: DaybookError[]): Question | undefined {
  const { target, source } = pipeline
  if (target === undefined) return taskOf(pipeline, frame)
  const column = frame.get(target.column)
  if (column === undefined || column.type === 'sparse') return undefined
  const at = source.place(['data', 'target', 'column'])
  const name = target.column
  const before = errors.length
  const missing = countMissing(column)
  if (missing === frame.rows) {
    errors.push(fail('DATA_EMPTY_COLUMN', { column: name }, { at, hint: 'A target needs values.' }))
    return undefined
  }
  if (missing > 0) {
    const row = Array.from({ length: frame.rows }, (_, i) => i).findIndex((i) => isMissing(column, i)) + 1
    errors.push(fail('DATA_TARGET_MISSING', { column: name, count: missing, rows: frame.rows, row }, { at }))
  }
  if (column.type === 'date' || (column.type === 'text' && target.type !== 'category')) {
    const expected = 'numbers or a few categories'
    const hint = 'Name another target, or make categories of it before.'
    errors.push(fail('DATA_TARGET_TYPE', { column: name, type: column.type, expected }, { at, hint }))
    return undefined
  }
  const question = taskOf(pipeline, frame)
  checkClasses(pipeline, column, question, errors)
  return errors.length === before || missing > 0 ? question : undefined
}

function checkClasses(pipeline: Pipeline, column: Column, { task, truth }: Question, errors: DaybookError[]): void {
  const { target, source } = pipeline
  if (target === undefined) return
  const at = source.place(['data', 'target', 'column'])
  const values = distinctTexts(column, 1000)
  const [only] = values
  const { positive } = target
  const counted = task !== 'anomaly' && (column.type === 'number' || target.type === 'number')
  if (values.length === 1 && counted) {
    errors.push(fail('DATA_CONSTANT_TARGET', { column: column.name, value: only as string }, { at }))
  } else if (values.length === 1) {
    errors.push(fail('DATA_ONE_CLASS', { column: column.name, value: only as string }, { at }))
  }
  if (task === 'anomaly' && truth.length > 2 && positive === undefined)
    errors.push(fail('DATA_TRUTH_VALUES', { column: column.name, count: truth.length }, { at }))
  if (positive === undefined) return
  const where = source.place(['data', 'target', 'positive'])
  if (!values.includes(positive)) {
    errors.push(
      fail(
        'DATA_NO_POSITIVE',
        { column: column.name, positive },
        { at: where, hint: `Its values are ${values.slice(0, 10).join(', ')}.` },
      ),
    )
  } else if (truth.length > 2) {
    errors.push(fail('DATA_MANY_CLASSES', { column: column.name, count: values.length }, { at: where }))
  }
}

/** The task against the algorithm, metrics and gates. */
async function checkTask(
  pipeline: Pipeline,
  { task, classes }: Question,
  errors: DaybookError[],
  registry: Registry,
): Promise<void> {
  const { source, evaluate } = pipeline
  const algorithm = pipeline.algorithm.plugin.plugin as AlgorithmPlugin
  const about =
    classes.length > 0
      ? `${taskWords[task]} (${classes.slice(0, 5).join(', ')}${classes.length > 5 ? ', …' : ''})`
      : taskWords[task]
  if (!algorithm.tasks.includes(task)) {
    const hint = await otherAlgorithms(registry, task)
    errors.push(
      fail(
        'SPEC_TASK',
        { algorithm: algorithm.id, learned: inWords(algorithm.tasks), task: about },
        { at: source.place(['algorithm', 'use']), hint },
      ),
    )
    return
  }
  for (const cell of pipeline.preprocess) {
    const plugin = cell.plugin.plugin as PreprocessPlugin
    if (plugin.tasks === undefined || plugin.tasks.includes(task)) continue
    const values = { plugin: plugin.id, taken: inWords(plugin.tasks), task: about }
    const at = source.place([...cell.path, 'use'])
    errors.push(fail('SPEC_CELL_TASK', values, { at, cell: cell.id, hint: 'Take the cell out.' }))
  }
  const chosen = evaluate.metrics.filter(({ path }) => placed(pipeline, path))
  for (const { plugin, path } of chosen) {
    const metric = plugin.plugin as MetricPlugin
    if (metric.tasks.some((one) => measuredTasks([task], pipeline.target).includes(one))) continue
    errors.push(
      fail(
        'SPEC_METRIC_TASK',
        { metric: metric.id, measured: inWords(metric.tasks), task: about },
        { at: source.place([...path, 'use']), hint: 'Take it out.' },
      ),
    )
  }
  const named = evaluate.metrics.map(({ id }) => id)
  const computed = metricsFor(pipeline, task).map(({ id }) => id)
  const doubtful = pipeline.gates.filter(({ metric }) => named.includes(metric) && chosen.length === 0)
  errors.push(...checkGates(source, doubtful, computed, evaluate.folds, { registry }))
}

/** Did the page name its metrics? Those that were chosen for it stand nowhere. */
function placed({ source }: Pipeline, path: SpecPath): boolean {
  const own = source.place(path)
  const list = source.place(path.slice(0, -2), 'key')
  return own.line !== list.line || own.col !== list.col
}
