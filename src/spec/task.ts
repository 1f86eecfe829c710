import { byCodeUnit } from '../base/canonical.ts'
import type { Column, Frame } from '../frame/index.ts'
import { isMissing } from '../frame/index.ts'
import type { AlgorithmPlugin, Task } from '../plugin/api.ts'
import type { ColumnFacts, Pipeline, TargetSpec } from './pipeline.ts'

/** What a page asks, of the data at hand. */
export interface Question {
  readonly task: Task
  /** Class texts by code, in code-unit order; in a binary task [other, positive]. Empty in other tasks. */
  readonly classes: readonly string[]
  /** Class texts of the target: `classes`, and on an anomaly page that names a target [other, anomaly]. */
  readonly truth: readonly string[]
}

/** Is the task learned from a target? The others are learned without: what a target says is known in evaluation alone. */
export function learnsTarget(task: Task): boolean {
  return task !== 'clustering' && task !== 'anomaly'
}

/**
 * The task and classes of a page over its typed data. Two values are binary, declared numbers never are; several texts or
 * a declared category are multi-class, other numbers regression. Where there is no target, or an algorithm that learns
 * from none, the algorithm says it.
 */
export function taskOf(pipeline: Pick<Pipeline, 'target' | 'algorithm'>, frame: Frame): Question {
  const { target } = pipeline
  const { tasks } = pipeline.algorithm.plugin.plugin as AlgorithmPlugin
  if (target === undefined)
    return { task: tasks.find((task) => !learnsTarget(task)) ?? (tasks[0] as Task), classes: [], truth: [] }
  const column = frame.get(target.column)
  if (column === undefined) throw new TypeError(`the data was checked to hold ${target.column}`)
  if (!tasks.some(learnsTarget))
    return { task: 'anomaly', classes: [], truth: positiveLast(distinctTexts(column), target) }
  const regression: Question = { task: 'regression', classes: [], truth: [] }
  if (column.type === 'number' && target.type === 'number') return regression
  const values = distinctTexts(
    column,
    column.type === 'number' && target.type !== 'category' ? 3 : Number.POSITIVE_INFINITY,
  )
  if (column.type === 'number' && target.type !== 'category' && values.length > 2) return regression
  if (values.length > 2) return { task: 'multiclass', classes: values, truth: values }
  const classes = positiveLast(values, target)
  return { task: 'binary', classes, truth: classes }
}

/** Classes with the positive one last: the one that the page names, else the last in order. */
function positiveLast(values: readonly string[], target: TargetSpec): string[] {
  const positive = target.positive ?? values.at(-1)
  const others = values.filter((value) => value !== positive)
  return positive === undefined ? others : [...others, positive]
}

/** The tasks that a page can be about, before its data is seen. */
export function possibleTasks(algorithm: AlgorithmPlugin, target: TargetSpec | undefined): readonly Task[] {
  const fits = (task: Task): boolean => {
    if (target === undefined) return !learnsTarget(task)
    if (!algorithm.tasks.some(learnsTarget)) return task === 'anomaly' && target.type !== 'number'
    if (target.type === 'number') return task === 'regression'
    if (target.positive !== undefined) return task === 'binary'
    if (target.type === 'category') return task === 'binary' || task === 'multiclass'
    return task === 'binary' || task === 'multiclass' || task === 'regression'
  }
  return algorithm.tasks.filter(fits)
}

/** The tasks whose metrics measure a page: with a target beside it, anomaly scores rank known anomalies as classes are. */
export function measuredTasks(tasks: readonly Task[], target: TargetSpec | undefined): readonly Task[] {
  return tasks.includes('anomaly') && target !== undefined ? [...tasks, 'binary'] : tasks
}

/** Facts for reading the data: the page's columns, and the type that the target has by what is said of it. */
export function factsForReading(pipeline: Pick<Pipeline, 'target' | 'columns'>): Readonly<Record<string, ColumnFacts>> {
  const { target, columns } = pipeline
  if (target === undefined) return columns
  const type = target.type ?? (target.positive !== undefined ? 'category' : undefined)
  return type === undefined ? columns : { ...columns, [target.column]: { ...columns[target.column], type } }
}

/** Distinct values as texts, in code-unit order, missing ones left out; stops when there are `limit`. */
export function distinctTexts(column: Column, limit = Number.POSITIVE_INFINITY): string[] {
  const seen = new Set<string>()
  if (column.type === 'sparse') return []
  for (let row = 0; row < column.values.length && seen.size < limit; row++) {
    if (!isMissing(column, row)) seen.add(textAt(column, row))
  }
  return [...seen].sort(byCodeUnit)
}

/** A value as text: what `positive` and classes are compared with. */
export function textAt(column: Exclude<Column, { type: 'sparse' }>, row: number): string {
  switch (column.type) {
    case 'category':
      return column.levels[column.values[row] as number] ?? ''
    case 'boolean':
      return column.values[row] === 1 ? 'true' : 'false'
    case 'text':
      return column.values[row] ?? ''
    default:
      return String((column.values[row] as number) + 0)
  }
}
