import { type DaybookError, fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { ResolvedPlugin } from '../plugin/api.ts'
import type { Page } from './page.ts'
import type { ColumnFacts, SplitSpec, TargetSpec } from './pipeline.ts'

/** What `data:` says of columns, against itself and against the algorithm: no data is needed for it. */
export function checkColumns(
  page: Page,
  said: {
    readonly target: TargetSpec | undefined
    readonly key: string | undefined
    readonly columns: Readonly<Record<string, ColumnFacts>>
    readonly split: SplitSpec
    readonly algorithm: ResolvedPlugin<'algorithm'> | undefined
  },
): DaybookError[] {
  const errors: DaybookError[] = []
  const { target, key, columns, split, algorithm } = said
  checkTarget(page, target, key, columns, errors)
  for (const [name, facts] of Object.entries(columns)) checkFacts(page, name, facts, algorithm, errors)
  const weights = Object.keys(columns).filter((name) => columns[name]?.role === 'weight')
  for (const name of weights.slice(1)) {
    const conflict = `is a weight, and so is \`${weights[0]}\``
    const at = page.place(['data', 'columns', name, 'role'])
    errors.push(fail('SPEC_COLUMN_CONFLICT', { column: name, conflict }, { at, hint: 'One column can be the weight.' }))
  }
  checkSplit(page, split, target, key, errors)
  return errors
}

function checkTarget(
  page: Page,
  target: TargetSpec | undefined,
  key: string | undefined,
  columns: Readonly<Record<string, ColumnFacts>>,
  errors: DaybookError[],
): void {
  if (target === undefined) return
  const { column, type, positive } = target
  const conflicts = (conflict: string, path: readonly string[], hint: string) => {
    errors.push(fail('SPEC_TARGET_CONFLICT', { column, conflict }, { at: page.place(['data', ...path]), hint }))
  }
  if (column === key) conflicts('is the key too', ['key'], 'A key names a row; it cannot be what is learned.')
  const facts = columns[column]
  if (facts?.role !== undefined) {
    const hint = 'Take the role out: a target is never a feature.'
    conflicts(`has the role ${facts.role} too`, ['columns', column, 'role'], hint)
  }
  if (positive !== undefined && type === 'number') {
    conflicts('has a positive class and is declared a number', ['target', 'positive'], 'Take one of the two out.')
  }
  if (facts?.type !== undefined && type !== undefined && facts.type !== type) {
    const hint = 'Say it once, under `target`.'
    conflicts(`is declared ${type} here and ${facts.type} under \`columns\``, ['columns', column, 'type'], hint)
  }
  if (positive !== undefined && facts?.levels !== undefined && !facts.levels.includes(positive)) {
    conflicts(`has no level \`${positive}\``, ['target', 'positive'], `Its levels are ${facts.levels.join(', ')}.`)
  }
}

function checkFacts(
  page: Page,
  name: string,
  facts: ColumnFacts,
  algorithm: ResolvedPlugin<'algorithm'> | undefined,
  errors: DaybookError[],
): void {
  const { type, role, min, max, levels, unseen, monotone } = facts
  const conflicts = (conflict: string, key: string, hint: string) => {
    errors.push(
      fail(
        'SPEC_COLUMN_CONFLICT',
        { column: name, conflict },
        { at: page.place(['data', 'columns', name, key]), hint },
      ),
    )
  }
  if (min !== undefined && max !== undefined && min > max)
    conflicts(`has min ${min} above max ${max}`, 'min', 'Swap the two.')
  const numeric = type === 'number'
  const bound = min !== undefined ? 'min' : max !== undefined ? 'max' : undefined
  if (bound !== undefined && type !== undefined && !numeric)
    conflicts(`is ${type} and has a ${bound}`, bound, 'Only numbers have bounds.')
  const listed = levels !== undefined ? 'levels' : unseen !== undefined ? 'unseen' : undefined
  if (listed !== undefined && type !== undefined && type !== 'category') {
    conflicts(`is ${type} and has \`${listed}\``, listed, 'Only categories have levels.')
  }
  if (monotone === undefined) return
  if (type !== undefined && !numeric) conflicts(`is ${type} and monotone`, 'monotone', 'Only numbers rise and fall.')
  if (role !== undefined && role !== 'feature')
    conflicts(`is ${role} and monotone`, 'monotone', 'Only features are learned from.')
  if (algorithm !== undefined && algorithm.plugin.monotone !== true) {
    const values = { column: name, plugin: algorithm.plugin.id, reason: 'cannot keep such promises' }
    const hint = 'Choose an algorithm that can, or take `monotone` out.'
    errors.push(fail('SPEC_MONOTONE_NOT_KEPT', values, { at: page.place(['data', 'columns', name, 'monotone']), hint }))
  }
}

function checkSplit(
  page: Page,
  split: SplitSpec,
  target: TargetSpec | undefined,
  key: string | undefined,
  errors: DaybookError[],
): void {
  const conflicts = (reason: string, name: string, hint: string) => {
    errors.push(fail('SPEC_SPLIT_CONFLICT', { reason }, { at: page.place(['data', 'split', name]), hint }))
  }
  if ('test' in split && split.test + split.validation >= 1) {
    const reason = `test ${split.test} and validation ${split.validation} leave no rows to train on`
    conflicts(reason, split.validation === 0 ? 'test' : 'validation', 'Together they must be below 1.')
  }
  const given = ((page.root.data as JsonObject | undefined)?.split ?? {}) as JsonObject
  if (split.by === 'random' && given.stratify === true) {
    const hint = 'Take `stratify` out, or `key`.'
    if (key !== undefined)
      conflicts('with a key, each row is taken by its hash: `stratify` cannot be kept', 'stratify', hint)
    else if (target === undefined || target.type === 'number') {
      conflicts('`stratify` keeps the shares of classes, and there are none', 'stratify', 'Take `stratify` out.')
    }
  }
  if ('on' in split && split.on === target?.column) {
    conflicts(`the rows cannot be split by the target \`${split.on}\``, 'on', 'Name another column.')
  }
}
