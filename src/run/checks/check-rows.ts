import type { RandomStream } from '../../base/random.ts'
import type { Frame } from '../../frame/index.ts'
import type { PageFacts } from '../../plan/index.ts'
import { learnsTarget, type Question } from '../../spec/task.ts'
import type { CheckSummary, Checks, Finding } from '../../store/checks.ts'
import { gather } from '../fit/training-rows.ts'
import { rowKeys } from '../split/row-keys.ts'
import { rowsOf, type Split, TEST, TRAIN } from '../split/split.ts'
import { type Checked, checkColumns } from './check-columns.ts'
import { type Duplicates, findDuplicates } from './duplicates.ts'
import { holdFacts } from './facts.ts'
import { Findings, perCent, rounded } from './findings.ts'
import { classOutcome, type Outcome, valueOutcome } from './outcome.ts'
import { proveRows } from './row-proof.ts'
import { laterRows, rises, sharedGroups } from './sides.ts'
import { foldCount } from './strength.ts'

/** Training rows that columns are measured on, at most: more would say the same, slower. */
export const mostMeasured = 10_000
/** Share of the test rows from which duplicates are told, and rows that it takes at least. */
const duplicateShare = 0.01
const fewestDuplicates = 5
/** Rows of a class below which it is told. */
const rareTraining = 20
const rareTest = 10

export interface CheckedData {
  readonly frame: Frame
  readonly split: Split
  readonly page: Pick<PageFacts, 'columns' | 'key' | 'target' | 'split'>
  readonly question: Question
  /** The target of all rows as it is learned; empty in tasks that are learned without. */
  readonly y: Int32Array | Float32Array
  random(purpose: string): RandomStream
}

interface Sides {
  /** Rows that a fit may see: training and validation. */
  readonly seen: Uint32Array
  readonly test: Uint32Array
}

/**
 * Checks a page's rows and columns for leaks and faults, and proves which rows did what. Columns are measured on training
 * rows; test rows are looked at to compare the two sides, and no fitted cell sees what comes of it.
 */
export function checkRows(data: CheckedData): Checks {
  const { frame, split, page, question, y } = data
  const train = rowsOf(split, TRAIN)
  const test = rowsOf(split, TEST)
  const sides: Sides = { seen: withoutTest(split.parts, test.length), test }
  const features = frame.select(frame.names.filter((name) => isFeature(page, name)))
  const measured = sampleOf(train, data.random('measured rows'))
  const outcome = learnsTarget(question.task) ? outcomeOf(question, gather(y, measured)) : undefined
  const proof = proveRows(split, rowKeys(frame, page.key), page.key)
  const byColumn = checkColumns(features, train, measured, outcome, foldsOf(measured.length, data.random('folds')))
  const duplicates =
    outcome && findDuplicates(features, sides, y, Math.max(fewestDuplicates, Math.floor(duplicateShare * test.length)))
  const checked = [
    leakOf(proof),
    byColumn,
    duplicates && checkDuplicates(duplicates),
    checkGroups(data, sides),
    checkTime(data, features, sides),
    outcome?.type === 'classes' ? checkClasses(question, y, { train, test }) : undefined,
    checkFacts(data),
  ].filter((one) => one !== undefined)
  return {
    format: 1,
    task: question.task,
    proof,
    summary: checked.flatMap(({ summary }): readonly CheckSummary[] => summary),
    columns: byColumn.columns,
    measured: { rows: measured.length, of: train.length },
    duplicates: duplicates ? withoutLooked(duplicates) : null,
    findings: checked.flatMap(({ findings }): readonly Finding[] => findings),
  }
}

function isFeature({ columns, key, target }: CheckedData['page'], name: string): boolean {
  return name !== key && name !== target?.column && (columns[name]?.role ?? 'feature') === 'feature'
}

function withoutTest(parts: Uint8Array, testRows: number): Uint32Array {
  const seen = new Uint32Array(parts.length - testRows)
  let found = 0
  for (let row = 0; row < parts.length; row++) if (parts[row] !== TEST) seen[found++] = row
  return seen
}

function sampleOf(rows: Uint32Array, random: RandomStream): Uint32Array {
  if (rows.length <= mostMeasured) return rows
  const share = mostMeasured / rows.length
  return rows.filter((_, i) => random.uniform(i) < share)
}

function foldsOf(rows: number, random: RandomStream): Uint8Array {
  return Uint8Array.from({ length: rows }, (_, i) => random.bits(i) % foldCount)
}

function outcomeOf({ classes }: Question, y: Int32Array | Float32Array): Outcome {
  return y instanceof Int32Array ? classOutcome(y, classes) : valueOutcome(y)
}

/** The proof as a check: nothing to find, unless the engine is at fault. */
function leakOf({ rows, shared, left, holds }: Checks['proof']): Checked {
  const found = new Findings('LEAK_ROWS', 'rows', 0)
  found.lookAt(rows, shared + left)
  if (!holds) found.add({ rows: shared + left, where: `${shared} in two sets that must be apart, ${left} in none` })
  return { findings: found.list, summary: [found.summary] }
}

function withoutLooked({ looked: _, ...found }: Duplicates): Checks['duplicates'] {
  return found
}

function checkDuplicates({ looked, unlikely, same, other }: Duplicates): Checked {
  const found = new Findings('LEAK_DUPLICATES', 'rows', duplicateShare)
  const share = looked === 0 ? 0 : unlikely / looked
  found.lookAt(looked, share)
  if (share > duplicateShare && unlikely >= fewestDuplicates)
    found.add({ rows: unlikely, share: perCent(share), same, other })
  return { findings: found.list, summary: [found.summary] }
}

/** Columns with the role of a group: that of a split by group has it too. */
function checkGroups({ frame, page }: CheckedData, sides: Sides): Checked | undefined {
  const found = new Findings('LEAK_GROUP', 'columns', 0)
  for (const column of frame.columns) {
    if (page.columns[column.name]?.role !== 'group' || column.type === 'sparse') continue
    const { groups, rows, share } = sharedGroups(column, sides)
    found.look(share, column.name)
    if (groups > 0) found.add({ groups, rows, share: perCent(share) }, column.name)
  }
  return found.summary.looked === 0 ? undefined : { findings: found.list, summary: [found.summary] }
}

/**
 * Columns that say when a row came: the one that a split goes by; else those of the role `time`, and dates that are learned
 * from and rise row by row, since then they are the order that rows came in and no birthdays.
 */
function checkTime({ frame, page }: CheckedData, features: Frame, sides: Sides): Checked | undefined {
  const found = new Findings('LEAK_TIME', 'columns', 0)
  for (const column of frame.columns) {
    if (column.type !== 'date' && column.type !== 'number') continue
    const { name, values } = column
    const isTime =
      page.split.by === 'time'
        ? name === page.split.on
        : page.columns[name]?.role === 'time' ||
          (column.type === 'date' && features.get(name) !== undefined && rises(values))
    if (!isTime) continue
    const { rows, share } = laterRows(values, sides)
    found.look(share, name)
    if (rows > 0) found.add({ rows, share: perCent(share) }, name)
  }
  return found.summary.looked === 0 ? undefined : { findings: found.list, summary: [found.summary] }
}

function checkClasses(
  { classes }: Question,
  y: Int32Array | Float32Array,
  { train, test }: { readonly train: Uint32Array; readonly test: Uint32Array },
): Checked {
  const found = new Findings('RARE_CLASS', 'classes', rareTraining)
  const count = (rows: Uint32Array): Float64Array => {
    const counts = new Float64Array(classes.length)
    for (const row of rows) counts[y[row] as number] = (counts[y[row] as number] as number) + 1
    return counts
  }
  const [training, tested] = [count(train), count(test)]
  for (const [code, name] of classes.entries()) {
    found.look()
    const rows = training[code] as number
    const testRows = tested[code] as number
    if (rows < rareTraining) found.add({ class: name, rows, part: 'training' })
    else if (testRows < rareTest) found.add({ class: name, rows: testRows, part: 'test' }, undefined, rareTest)
  }
  return { findings: found.list, summary: [found.summary] }
}

function checkFacts({ frame, page }: CheckedData): Checked | undefined {
  const codes = ['FACT_MIN', 'FACT_MAX', 'FACT_LEVELS', 'FACT_MISSING', 'FACT_UNIQUE'] as const
  const byCode = new Map(codes.map((code) => [code, new Findings(code, 'facts', 0)]))
  for (const column of frame.columns) {
    const facts = page.columns[column.name]
    if (facts === undefined || column.type === 'sparse') continue
    for (const { code, threshold, value, rows, row } of holdFacts(column, facts)) {
      const found = byCode.get(code) as Findings
      found.look(rows, column.name)
      const told =
        code === 'FACT_MISSING'
          ? { share: perCent(value), threshold: perCent(threshold) }
          : { value: rounded(value), threshold }
      if (rows > 0) found.add({ rows, row, ...told }, column.name, threshold)
    }
  }
  const held = [...byCode.values()].filter(({ summary }) => summary.looked > 0)
  if (held.length === 0) return undefined
  return { findings: held.flatMap(({ list }) => list), summary: held.map(({ summary }) => summary) }
}
