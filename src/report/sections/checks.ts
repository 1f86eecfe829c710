import type { WarningCode } from '../../base/codes/warnings.ts'
import type { Digest } from '../../base/digest.ts'
import type { CheckSummary, Checks, ColumnMeasure, RowProof, RowSet } from '../../store/checks.ts'
import type { RunRecord } from '../../store/record.ts'
import { type Html, html } from '../html.ts'
import { clip, formatMetric, formatNumber, formatShare } from '../numbers.ts'
import { shownTable } from '../table.ts'
import { type CellView, isObject, type ReadObject, type RunView, readJson } from '../view.ts'

/** What each check asks, and how its worst value reads. */
const questions: Readonly<
  Partial<Record<WarningCode, readonly [question: string, unit: 'measure' | 'share' | 'count']>>
> = {
  LEAK_ROWS: ['Does a row stand on both sides?', 'count'],
  LEAK_COLUMN: ['Does a column alone tell the target?', 'measure'],
  LEAK_TARGET: ['Does a column give the target away?', 'count'],
  LEAK_MISSING: ['Do missing values tell the target?', 'measure'],
  LEAK_DUPLICATES: ['Do test rows repeat training rows, beyond chance?', 'share'],
  LEAK_GROUP: ['Do groups stand on both sides?', 'share'],
  LEAK_TIME: ['Are training rows later than test rows?', 'share'],
  ID_COLUMN: ['Does a feature name rows?', 'count'],
  CONSTANT_COLUMN: ['Is a feature constant?', 'count'],
  NEARLY_CONSTANT_COLUMN: ['Is a feature nearly constant?', 'share'],
  RARE_CLASS: ['Has a class few rows?', 'count'],
  FACT_MIN: ['Declared `min`', 'count'],
  FACT_MAX: ['Declared `max`', 'count'],
  FACT_LEVELS: ['Declared `levels`', 'count'],
  FACT_MISSING: ['Declared `missing.atMost`', 'count'],
  FACT_UNIQUE: ['Declared `unique`', 'count'],
}

/** Columns whose measures are listed. */
const mostColumns = 60

/** What the `checks` cell looked at, with its numbers, and the proof of which rows did what. */
export async function checksSection(cell: CellView, view: RunView, read: ReadObject): Promise<Html | undefined> {
  const checks = checksOf(await readJson(cell.output, read))
  if (checks === undefined) return undefined
  const { proof, summary, measured, duplicates } = checks
  const sampled = measured.rows < measured.of
  const told = new Set(cell.warnings.flatMap(({ code, silenced }) => (silenced === undefined ? [code] : [])))
  return html`${proofSentence(proof, view.record)}
<div class="scroll" tabindex="0" role="group" aria-label="What was checked"><table><caption>What was checked${sampled && html`; columns on ${formatNumber(measured.rows)} of ${formatNumber(measured.of)} training rows, drawn by the page’s seed`}</caption>
<thead><tr><th scope="col">Question</th><th scope="col" class="n">Looked at</th><th scope="col" class="n">Worst</th><th scope="col">Where</th><th scope="col" class="n">Told above</th><th scope="col">Outcome</th></tr></thead>
<tbody>${summary.map((one) => summaryRow(one, told))}</tbody></table></div>
${duplicates !== null && duplicates.rows > 0 && html`<p class="small muted">${formatNumber(duplicates.rows)} test rows equal a row that trained in all features; chance explains ${formatNumber(duplicates.rows - duplicates.unlikely)} of them.</p>`}
${columnTable(checks.columns)}
${digestTable(proof)}`
}

function proofSentence(proof: RowProof, record: RunRecord): Html {
  if (!proof.holds)
    return html`<p><span class="mark fail">✗ rows are mixed up</span> ${formatNumber(proof.shared)} rows stand in two sets that must be apart, ${formatNumber(proof.left)} in none: no number of this run can be trusted.</p>`
  const { train, validation, test, folds, rows, key } = proof
  const sets = [
    `${formatNumber(train.rows)} training`,
    ...(validation === null ? [] : [`${formatNumber(validation.rows)} validation`]),
    `${formatNumber(test.rows)} test rows`,
  ]
  const listed = `${sets.slice(0, -1).join(', ')} and ${sets.at(-1)}`
  const inFolds = folds.length === 0 ? '' : `, and none of the ${folds.length} folds scored a row that it was fitted on`
  return html`<p><span class="mark pass">✓ no leak of rows</span> No fitted cell saw a test row: ${listed} share no ${key === null ? 'row' : html`<code>${clip(key, 80)}</code>`} and are together all ${formatNumber(rows)}${inFolds}.${seenByCells(proof, record)}</p>`
}

/** Holds what the fitted cells say that they saw, where the record has it, against the proof. */
function seenByCells(proof: RowProof, { result }: RunRecord): Html | undefined {
  const told = result.cells.flatMap((cell) => {
    const { rows } = cell as { readonly rows?: Digest }
    return rows === undefined ? [] : [{ id: cell.id, rows }]
  })
  if (told.length === 0) return undefined
  const expected = (id: string): string => {
    const fold = /^fold-(\d+)$/.exec(id)?.[1]
    const set = fold === undefined ? proof.train : proof.folds[Number(fold) - 1]?.trained
    return (set ?? proof.train).keys.slice('sha256:'.length)
  }
  const wrong = told.filter(({ id, rows }) => rows !== expected(id))
  if (wrong.length > 0)
    return html` <strong>But ${wrong.map(({ id }, i) => html`${i > 0 && ', '}<code>${id}</code>`)} saw other rows.</strong>`
  return html` The ${formatNumber(told.length)} fitted cells recorded just these rows, by digest.`
}

function summaryRow({ code, looked, of, worst, threshold, found }: CheckSummary, told: ReadonlySet<string>): Html {
  const [question, unit] = questions[code] ?? [code, 'count']
  const mark =
    looked === 0
      ? html`<span class="muted">nothing to look at</span>`
      : found === 0
        ? html`<span class="mark pass">✓ nothing found</span>`
        : html`<span class="tag${told.has(code) ? ' warn' : ''}">${code}</span>${found > 1 && ` × ${formatNumber(found)}`}${!told.has(code) && html` <span class="muted small">silenced</span>`}`
  const asked = unit === 'count' || threshold === 0 ? '' : show(threshold, unit)
  return html`<tr><th scope="row">${question.replaceAll('`', '')}</th><td class="n">${formatNumber(looked)} ${looked === 1 ? of.replace(/(?:s|es)$/, '') : of}</td>
<td class="n">${worst === null ? '' : show(worst.value, unit)}</td><td>${worst?.column !== undefined && worst.value !== 0 && html`<code>${clip(worst.column, 60)}</code>`}</td><td class="n">${asked}</td><td>${mark}</td></tr>`
}

function show(value: number, unit: 'measure' | 'share' | 'count'): string {
  return unit === 'measure' ? formatMetric(value) : unit === 'share' ? formatShare(value) : formatNumber(value)
}

function columnTable(columns: readonly ColumnMeasure[]): Html | undefined {
  if (columns.length === 0) return undefined
  const ranked = [...columns].sort((a, b) => (b.strength?.value ?? -1) - (a.strength?.value ?? -1))
  const measures = { auc: 'AUC', spearman: 'rank correlation', r2: 'R²' } as const
  const learned = columns.some(({ strength, missingAuc }) => strength !== null || missingAuc !== null)
  return html`<details><summary>Each feature by itself</summary>${shownTable(
    {
      title: 'Each feature by itself, on the training rows that were measured',
      columns: [
        'Column',
        'Distinct values',
        'Commonest value',
        'Missing',
        ...(learned ? ['Tells the target', 'By', 'AUC of missing'] : []),
      ],
      rows: ranked
        .slice(0, mostColumns)
        .map(({ column, distinct, commonest, missing, strength, missingAuc }) => [
          column,
          distinct,
          formatShare(commonest),
          missing,
          ...(learned
            ? [
                strength?.value ?? null,
                strength === null
                  ? null
                  : `${measures[strength.measure]}${strength.class === undefined ? '' : `, class ${strength.class} ${formatMetric(strength.classValue)}`}`,
                missingAuc,
              ]
            : []),
        ]),
      ...(columns.length > mostColumns && { note: `The strongest ${mostColumns} of ${columns.length} features.` }),
    },
    mostColumns,
  )}</details>`
}

function digestTable({ train, validation, test, folds }: RowProof): Html {
  const sets: (readonly [string, RowSet])[] = [
    ['train', train],
    ...(validation === null ? [] : [['validation', validation] as const]),
    ['test', test],
    ...folds.flatMap(({ fold, trained, scored }) => [
      [`fold ${fold}, trained`, trained] as const,
      [`fold ${fold}, scored`, scored] as const,
    ]),
  ]
  return html`<details><summary>Digests of the row keys</summary>
<div class="scroll" tabindex="0" role="group" aria-label="Digests of the row keys"><table><caption>SHA-256 over the keys of each set in order: equal for equal sets</caption>
<thead><tr><th scope="col">Set</th><th scope="col" class="n">Rows</th><th scope="col">Digest</th></tr></thead>
<tbody>${sets.map(([name, { rows, keys }]) => html`<tr><th scope="row">${name}</th><td class="n">${formatNumber(rows)}</td><td class="mono">${keys.slice('sha256:'.length)}</td></tr>`)}</tbody></table></div></details>`
}

/** The object as checks, where it has their form: a store can be older, or another's. */
function checksOf(value: unknown): Checks | undefined {
  if (!isObject(value) || value.format !== 1) return undefined
  const { proof, summary, columns, measured, duplicates } = value
  const sound =
    isProof(proof) &&
    isList(
      summary,
      ({ code, looked, of, threshold, found, worst }) =>
        [looked, threshold, found].every(isNumber) && isText(code) && isText(of) && isWorst(worst),
    ) &&
    isList(
      columns,
      ({ column, distinct, commonest, missing, strength }) =>
        isText(column) && [distinct, commonest, missing].every(isNumber) && (strength === null || isObject(strength)),
    ) &&
    isObject(measured) &&
    isNumber(measured.rows) &&
    isNumber(measured.of) &&
    (duplicates === null || (isObject(duplicates) && isNumber(duplicates.rows) && isNumber(duplicates.unlikely)))
  return sound ? (value as unknown as Checks) : undefined
}

function isProof(value: unknown): boolean {
  if (!isObject(value)) return false
  const { train, validation, test, folds, rows, shared, left, key } = value
  return (
    (key === null || isText(key)) &&
    [rows, shared, left].every(isNumber) &&
    [train, test].every(isRowSet) &&
    (validation === null || isRowSet(validation)) &&
    isList(folds, ({ fold, trained, scored }) => isNumber(fold) && isRowSet(trained) && isRowSet(scored))
  )
}

function isRowSet(value: unknown): boolean {
  return isObject(value) && isNumber(value.rows) && isText(value.keys)
}

function isWorst(value: unknown): boolean {
  return (
    value === null ||
    (isObject(value) && isNumber(value.value) && ['string', 'undefined'].includes(typeof value.column))
  )
}

function isList(value: unknown, fits: (item: Readonly<Record<string, unknown>>) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isObject(item) && fits(item))
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}
