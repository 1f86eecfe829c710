// Constructed leaks: what each check finds, and with which number.
import t from 'tap'
import type { Checks } from '../../../src/store/checks.ts'
import { categories, check, dates, draws, found, numbers, texts } from './rows.ts'

const rows = 2000
const noise = draws('noise')
const labels = draws('labels')
const y = Int32Array.from({ length: rows }, (_, row) => (labels.uniform(row) < 0.3 ? 1 : 0))
const value = (row: number, shift = 0): number => noise.uniform(row + shift * rows)
const sound = numbers('sound', rows, (row) => value(row, 7) + 0.2 * (y[row] as number))

function measure(checks: Checks, column: string) {
  return checks.columns.find((one) => one.column === column)
}

/** AUC of a column by its definition: pairs of rows in the right order, ties count half. */
function pairs(x: (row: number) => number, among: (row: number) => boolean): number {
  let [right, all] = [0, 0]
  for (let i = 0; i < rows; i++) {
    if (y[i] !== 1 || !among(i)) continue
    for (let j = 0; j < rows; j++) {
      if (y[j] !== 0 || !among(j)) continue
      all++
      right += x(i) > x(j) ? 1 : x(i) === x(j) ? 0.5 : 0
    }
  }
  return right / all
}

t.test('a number that ranks the target', async (t) => {
  const leak = (row: number) => Math.round(100 * (value(row) + 0.9 * (y[row] as number))) / 100
  const checks = check({ columns: [sound, numbers('leak', rows, leak)], y })
  t.same(found(checks), ['LEAK_COLUMN leak'])
  const auc = pairs(leak, (row) => row % 4 !== 3)
  t.ok(Math.abs((measure(checks, 'leak')?.strength?.value ?? 0) - auc) < 1e-6, `the AUC of all pairs, ${auc}`)
  t.match(checks.findings[0], { threshold: 0.95, values: { measure: 'AUC', value: Math.round(auc * 1000) / 1000 } })
  const falling = check({ columns: [numbers('leak', rows, (row) => -leak(row))], y })
  t.same(found(falling), ['LEAK_COLUMN leak'], 'a column that falls with the target tells it as well')
  t.equal(measure(falling, 'leak')?.strength?.value, measure(checks, 'leak')?.strength?.value)
})

t.test('a number whose middle tells the target', async (t) => {
  const u = (row: number) =>
    y[row] === 1
      ? 0.4 + 0.2 * value(row)
      : value(row) < 0.5
        ? 0.38 * value(row)
        : 0.5 + 0.5 * value(row, 2) * 0.9 + 0.12
  t.same(found(check({ columns: [numbers('u', rows, u)], y })), ['LEAK_COLUMN u'], 'bins see what order does not')
})

t.test('categories by rates out of fold: levels that tell, and levels that are many', async (t) => {
  const telling = (row: number) =>
    (value(row) < 0.97 ? (y[row] as number) * 5 : 5 - (y[row] as number) * 5) + Math.floor(value(row, 1) * 5)
  const many = (row: number) => Math.floor(value(row, 3) * 600)
  const levels = Array.from({ length: 600 }, (_, i) => `l${i}`)
  const checks = check({
    columns: [
      categories('telling', rows, levels, telling),
      categories('many', rows, levels, many),
      texts('words', rows, (row) => `w${many(row)}`),
    ],
    y,
  })
  t.same(found(checks), ['LEAK_COLUMN telling'])
  for (const name of ['many', 'words']) {
    const auc = measure(checks, name)?.strength?.value ?? 1
    t.ok(auc < 0.56, `600 levels of no worth have an AUC of ${auc}`)
  }
})

t.test('columns that give the target away', async (t) => {
  const copies = check({
    columns: [
      categories('letter', rows, ['none', 'draft', 'sent'], (row) => ((y[row] as number) === 1 ? 2 : row % 2)),
      numbers('flag', rows, (row) => 7 - 2 * (y[row] as number)),
      { type: 'boolean', name: 'bool', values: Int8Array.from(y) },
      sound,
    ],
    y,
  })
  t.same(found(copies), ['LEAK_TARGET letter', 'LEAK_TARGET flag', 'LEAK_TARGET bool'])
  t.match(copies.findings[0]?.message, /each of its 3 values has one outcome, in 1500 training rows/)
  const once = check({ columns: [texts('name', rows, (row) => `${Math.floor(row / 2)} of many`), sound], y })
  t.same(found(once), [], 'a value that stands on two rows has one outcome by itself')
})

t.test('regression: straight lines, ranks, categories', async (t) => {
  const wage = Float32Array.from({ length: rows }, (_, row) => 10 + 50 * value(row, 4))
  const level = (row: number) => Math.floor(((wage[row] as number) - 10) / 5)
  const checks = check({
    columns: [
      numbers('cents', rows, (row) => (wage[row] as number) * 100 - 3),
      numbers('cube', rows, (row) => (wage[row] as number) ** 3),
      categories(
        'band',
        rows,
        Array.from({ length: 10 }, (_, i) => `b${i}`),
        level,
      ),
      numbers('noisy', rows, (row) => (wage[row] as number) + 60 * value(row, 5)),
    ],
    y: wage,
  })
  t.same(found(checks), ['LEAK_COLUMN cube', 'LEAK_COLUMN band', 'LEAK_TARGET cents'])
  t.equal(measure(checks, 'cube')?.strength?.value, 1, 'the rank correlation of a rising function is 1')
  t.equal(measure(checks, 'cube')?.strength?.measure, 'spearman')
  t.equal(measure(checks, 'band')?.strength?.measure, 'r2')
  t.ok((measure(checks, 'noisy')?.strength?.value ?? 1) < 0.8)
})

t.test('several classes: the mean of each against the rest, and one that is told without fault', async (t) => {
  const three = Int32Array.from({ length: rows }, (_, row) => Math.floor(value(row, 6) * 3))
  const classes = ['a', 'b', 'c']
  const checks = check({
    columns: [
      numbers('all', rows, (row) => (three[row] as number) * 2 + value(row)),
      numbers('one', rows, (row) => (three[row] === 0 ? -1 : value(row, 1))),
      numbers('half', rows, (row) => (three[row] === 0 ? -0.25 : 0) + value(row, 2)),
    ],
    y: three,
    classes,
  })
  t.same(found(checks), ['LEAK_COLUMN all', 'LEAK_COLUMN one'])
  t.match(checks.findings[1], { threshold: 0.99, message: /class `a` from the rest/ })
})

t.test('missing values that tell the target', async (t) => {
  const given = (share: readonly [number, number]) => (row: number) =>
    value(row) < (share[y[row] as number] as number) ? Number.NaN : value(row, 1)
  const checks = check({
    columns: [numbers('closed', rows, given([0.9, 0.4])), numbers('honest', rows, given([0.3, 0.4]))],
    y,
  })
  t.same(found(checks), ['LEAK_MISSING closed'])
  const train = Array.from({ length: rows }, (_, row) => row).filter((row) => row % 4 !== 3)
  const absent = (label: number) => {
    const own = train.filter((row) => y[row] === label)
    return own.filter((row) => Number.isNaN(given([0.9, 0.4])(row))).length / own.length
  }
  const auc = 0.5 + (absent(0) - absent(1)) / 2
  t.ok(Math.abs((measure(checks, 'closed')?.missingAuc ?? 0) - auc) < 1e-6, `the AUC of is-missing, ${auc}`)
  const few = check({ columns: [numbers('few', rows, (row) => (row % 400 === 0 ? Number.NaN : value(row))), sound], y })
  t.equal(measure(few, 'few')?.missingAuc, null, 'too few to tell')
  const wage = Float32Array.from({ length: rows }, (_, row) => value(row, 4))
  const high = check({
    columns: [numbers('gap', rows, (row) => ((wage[row] as number) > 0.6 ? Number.NaN : value(row)))],
    y: wage,
  })
  t.same(found(high), ['LEAK_MISSING gap'])
})

t.test('identifiers, and numbers that are none', async (t) => {
  const order = draws('order').permutation(rows)
  const checks = check({
    columns: [
      numbers('shuffled', rows, (row) => 50_000 + (order[row] as number)),
      numbers('rising', rows, (row) => row * 977 + Math.floor(900 * value(row))),
      numbers('account', rows, (row) => 1e9 + Math.floor(8e9 * value(row, 1))),
      texts('mail', rows, (row) => `u${row}@example.org`),
      texts('prose', rows, (row) => `the applicant said ${row} things`),
      numbers('amount', rows, (row) => Math.floor(1e6 * value(row, 2))),
      numbers('cents', rows, (row) => row + 0.25),
      numbers('age', rows, (row) => 18 + (row % 60)),
      dates('born', rows, (row) => 1e9 * row),
    ],
    facts: { born: { role: 'protected' } },
    y,
  })
  t.same(found(checks), ['ID_COLUMN shuffled', 'ID_COLUMN rising', 'ID_COLUMN account', 'ID_COLUMN mail'])
  t.match(checks.findings[0]?.values, { distinct: rows, rows })
})

t.test('constant and nearly constant columns; many are told together', async (t) => {
  const checks = check({
    columns: [numbers('one', rows, () => 4), numbers('nearly', rows, (row) => (row === 8 ? 1 : 0)), sound],
    y,
  })
  t.same(found(checks), ['CONSTANT_COLUMN one', 'NEARLY_CONSTANT_COLUMN nearly'])
  const edges = check({ columns: [...Array.from({ length: 40 }, (_, i) => numbers(`p${i}`, rows, () => 0)), sound], y })
  t.equal(edges.findings.length, 6)
  t.match(edges.findings.at(-1)?.message, /^35 more columns hold one value/)
  t.equal(edges.summary.find(({ code }) => code === 'CONSTANT_COLUMN')?.found, 40)
})

t.test('classes of few rows', async (t) => {
  const rare = Int32Array.from({ length: rows }, (_, row) => (row < 24 ? 1 : 0))
  t.match(check({ columns: [sound], y: rare }).findings, [
    { code: 'RARE_CLASS', values: { class: 'yes', rows: 18, part: 'training' } },
  ])
})

t.test('without a target only what needs none is checked', async (t) => {
  const checks = check({ columns: [numbers('one', rows, () => 4), sound] })
  t.same(found(checks), ['CONSTANT_COLUMN one'])
  t.notOk(
    checks.summary.some(({ code }) =>
      ['LEAK_COLUMN', 'LEAK_TARGET', 'LEAK_MISSING', 'RARE_CLASS', 'LEAK_DUPLICATES'].includes(code),
    ),
  )
  t.equal(checks.duplicates, null)
})

t.test('many rows are measured on a sample, the same each time', async (t) => {
  const many = 40_000
  const column = numbers('x', many, (row) => (row * 7919) % 1009)
  const target = Int32Array.from({ length: many }, (_, row) => (row % 3 === 0 ? 1 : 0))
  const [one, two] = [check({ columns: [column], y: target }), check({ columns: [column], y: target })]
  t.same(one, two)
  t.equal(one.measured.of, 30_000)
  t.ok(Math.abs(one.measured.rows - 10_000) < 400, `${one.measured.rows} rows`)
})
