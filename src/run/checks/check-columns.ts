import type { Column, Frame } from '../../frame/index.ts'
import type { CheckSummary, ColumnMeasure, Finding } from '../../store/checks.ts'
import { codeColumn } from './coded-column.ts'
import { commonestShare, isConstant, mostCommon } from './constant.ts'
import { Findings, perCent, rounded, short } from './findings.ts'
import { givesAway } from './given-away.ts'
import { identifies, mostDistinct } from './identifier.ts'
import { missingTells } from './missing.ts'
import type { Outcome } from './outcome.ts'
import { type Strength, strengthOf } from './strength.ts'

/** AUC, rank correlation or R² of a column alone above which it is told. */
const strongest = 0.95
/** AUC of one of several classes against the rest above which it is told. */
const strongestOfClass = 0.99
/** AUC of is-missing above which it is told. */
const mostTelling = 0.65

/** What came of a group of checks. */
export interface Checked {
  readonly findings: readonly Finding[]
  readonly summary: readonly CheckSummary[]
}

const measures = { auc: 'AUC', spearman: 'rank correlation', r2: 'R²' } as const

/**
 * Measures each feature by itself: how well it tells the target, whether it gives it away, whether missing values do, whether
 * it is constant or names rows.
 *
 * @param train training rows
 * @param rows those of them that are measured
 * @param outcome the target on those rows; undefined in tasks that are learned without
 * @param folds fold of each of those rows, for rates out of fold
 */
export function checkColumns(
  features: Frame,
  train: Uint32Array,
  rows: Uint32Array,
  outcome: Outcome | undefined,
  folds: Uint8Array,
): Checked & { readonly columns: readonly ColumnMeasure[] } {
  const strong = new Findings('LEAK_COLUMN', 'columns', strongest)
  const given = new Findings('LEAK_TARGET', 'columns', 0)
  const missing = new Findings('LEAK_MISSING', 'columns', mostTelling)
  const ids = new Findings('ID_COLUMN', 'columns', mostDistinct)
  const constant = new Findings('CONSTANT_COLUMN', 'columns', 1)
  const nearly = new Findings('NEARLY_CONSTANT_COLUMN', 'columns', mostCommon)
  const columns: ColumnMeasure[] = []

  for (const column of features.columns) {
    if (column.type === 'sparse') continue
    const { name } = column
    const coded = codeColumn(column, rows)
    const strength = outcome && strengthOf(coded, outcome, folds)
    const absent = outcome && missingTells(coded, outcome)
    const commonest = commonestShare(coded)
    const away = outcome && givesAway(coded, outcome)
    if (outcome !== undefined) given.look()
    if (strength !== undefined) strong.look(strength.value, name)
    if (away !== undefined) given.add(away as unknown as Finding['values'], name)
    else if (strength !== undefined) addStrength(strong, strength, name)
    if (absent !== undefined) {
      missing.look(absent.value, name)
      const share = perCent(coded.missing / rows.length)
      if (absent.certain && absent.value > mostTelling)
        missing.add({ what: tells(absent.class), value: short(absent.value), share }, name)
    }
    const named = identifies(column, coded)
    ids.look()
    if (named !== undefined) ids.add({ ...named }, name)
    constant.look()
    const kind = isConstant(coded)
    nearly.look(kind === 'constant' ? undefined : commonest, name)
    if (kind === 'constant' && holdsOneValue(column, train)) constant.add({}, name)
    else if (kind !== undefined) nearly.add({ share: Math.floor(commonest * 1e5) / 1e3 }, name)
    columns.push({
      column: name,
      distinct: coded.counts.length,
      commonest: rounded(commonest),
      strength: strength ? measureOf(strength) : null,
      missing: coded.missing,
      missingAuc: absent ? rounded(absent.value) : null,
    })
  }
  const all = outcome === undefined ? [ids, constant, nearly] : [strong, given, missing, ids, constant, nearly]
  return { columns, findings: all.flatMap(({ list }) => list), summary: all.map(({ summary }) => summary) }
}

/** A column that tells all classes, or one of several nearly without fault: a single class is often told honestly. */
function addStrength(strong: Findings, { measure, value, certain, best }: Strength, column: string): void {
  if (certain && value > strongest)
    strong.add({ what: 'the target', measure: measures[measure], value: short(value) }, column)
  else if (best?.certain && best.value > strongestOfClass)
    strong.add({ what: tells(best.class), measure: 'AUC', value: short(best.value) }, column, strongestOfClass)
}

function measureOf({ measure, value, best }: Strength): ColumnMeasure['strength'] {
  if (best === undefined) return { measure, value: rounded(value) }
  return { measure, value: rounded(value), class: best.class, classValue: rounded(best.value) }
}

function tells(name: string | undefined): string {
  return name === undefined ? 'the target' : `class \`${name}\` from the rest`
}

/** A sample can hold one value where the training rows do not: then the column is nearly constant. */
function holdsOneValue({ values }: Exclude<Column, { type: 'sparse' }>, train: Uint32Array): boolean {
  const first = values[train[0] as number]
  for (let i = 1; i < train.length; i++) if (!Object.is(values[train[i] as number], first)) return false
  return true
}
