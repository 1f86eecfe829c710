/** One row of the table of warnings. */
export interface WarningEntry {
  /** What was found; `{name}` is filled in from the values given. */
  readonly message: string
  /** For the columns beyond those that are told one by one. */
  readonly many?: string
  /** What to do about it. */
  readonly hint: string
}

function table<const T extends Readonly<Record<string, WarningEntry>>>(entries: T): T {
  return entries
}

/**
 * The closed table of the engine's own warnings: a page can silence each under `ignore:`. Plugins warn with codes of their
 * own, which stand with them.
 */
export const warnings = table({
  LEAK_ROWS: {
    message: '{rows} rows stand where they must not: {where}',
    hint: 'This is a fault of Daybook: no number of this run can be trusted. Please report it with the page.',
  },
  LEAK_COLUMN: {
    message: '`{column}` alone tells {what}: {measure} {value}, and more than {threshold} is seldom honest',
    hint: 'Find out when the column is filled in. What is known only after the outcome needs `role: ignore`.',
  },
  LEAK_TARGET: {
    message: '`{column}` gives the target away: {how}, in {rows} training rows',
    hint: 'Give it `role: ignore`, unless it is truly known before the outcome.',
  },
  LEAK_MISSING: {
    message: 'Whether `{column}` is missing tells {what}: AUC {value}, {share} % are missing',
    hint: 'Find out why it is missing. A value that is filled in after the outcome gives it away by being there.',
  },
  LEAK_DUPLICATES: {
    message:
      '{rows} test rows ({share} %) equal a row that trained in all features, and chance does not explain it: {same} with its target, {other} with another',
    hint: 'Take repeated rows out, or split by the group that repeats them.',
  },
  LEAK_GROUP: {
    message: '{groups} groups of `{column}` stand on both sides of the split: {rows} test rows ({share} %) are of them',
    hint: 'Split `by: group` if the model is to score groups that it has not seen.',
  },
  LEAK_TIME: {
    message: '{rows} training rows ({share} %) are later, by `{column}`, than the earliest test row',
    hint: 'Split `by: time` if the model is to score what comes after it was trained.',
  },
  ID_COLUMN: {
    message: '`{column}` looks like an identifier: {distinct} distinct values in {rows} rows',
    hint: 'Name it as `key`, or give it `role: ignore`: what names a row says nothing of the next one.',
  },
  CONSTANT_COLUMN: {
    message: '`{column}` holds one value in all training rows',
    many: '{more} more columns hold one value in all training rows',
    hint: 'Nothing can be learned from it. Was it filled in, or filtered by?',
  },
  NEARLY_CONSTANT_COLUMN: {
    message: '`{column}` holds one value in {share} % of the training rows',
    many: '{more} more columns hold one value in nearly all training rows',
    hint: 'What is learned from the few others rests on very few rows.',
  },
  RARE_CLASS: {
    message: 'Class `{class}` has {rows} {part} rows',
    hint: 'Numbers that rest on so few rows say little. Get more of them, or split another way.',
  },
  DRIFT_COLUMN: {
    message: '`{column}` lies otherwise in the test rows than in the training rows: PSI {value}',
    hint: 'Ask what changed between the two, and whether it goes on.',
  },
  UNSEEN_LEVELS: {
    message: '{rows} test rows hold a level of `{column}` that training did not see',
    hint: 'Under `unseen: error` served rows like these are refused: declare `unseen: other` or `missing` if they should be scored.',
  },
  FACT_MIN: {
    message:
      '`{column}` is declared to be at least {threshold}: {rows} rows are below, down to {value}; the first is row {row}',
    hint: 'Mend the data, or the declared `min`.',
  },
  FACT_MAX: {
    message:
      '`{column}` is declared to be at most {threshold}: {rows} rows are above, up to {value}; the first is row {row}',
    hint: 'Mend the data, or the declared `max`.',
  },
  FACT_LEVELS: {
    message: '`{column}` holds {value} levels that are not declared, in {rows} rows; the first is row {row}',
    hint: 'Mend the data, or the declared `levels`.',
  },
  FACT_MISSING: {
    message:
      '`{column}` is missing in {share} % of the rows, declared is {threshold} % at most; the first is row {row}',
    hint: 'Mend the data, or the declared `missing.atMost`.',
  },
  FACT_UNIQUE: {
    message: '`{column}` is declared unique: {rows} rows repeat an earlier value; the first is row {row}',
    hint: 'Mend the data, or take `unique` out. One row may stand for two, or one case for several rows.',
  },
  IGNORED_NOTHING: {
    message: '`ignore` names {what}, and no cell warned of it',
    hint: 'Take the entry out: a later warning of this kind would be silenced unseen.',
  },
})

/** A code of the engine's own warnings. */
export type WarningCode = keyof typeof warnings

/** The message of a warning, filled in. A value that is not given stays as its placeholder. */
export function warningText(code: WarningCode, values: Readonly<Record<string, unknown>>): string {
  const { message, many }: WarningEntry = warnings[code]
  const template = many !== undefined && values.more !== undefined ? many : message
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? `{${name}}`))
}
