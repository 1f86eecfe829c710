// What each preprocess cell gives as nodes of a graph, column by column, beside its `apply`, on made-up rows.
import fc from 'fast-check'
import t from 'tap'
import clip from '../../../plugins/preprocess/clip.ts'
import dateParts from '../../../plugins/preprocess/date-parts.ts'
import impute from '../../../plugins/preprocess/impute.ts'
import interactions from '../../../plugins/preprocess/interactions.ts'
import log from '../../../plugins/preprocess/log.ts'
import minMax from '../../../plugins/preprocess/min-max.ts'
import oneHot from '../../../plugins/preprocess/one-hot.ts'
import ordinal from '../../../plugins/preprocess/ordinal.ts'
import pca from '../../../plugins/preprocess/pca.ts'
import robustScale from '../../../plugins/preprocess/robust-scale.ts'
import standardize from '../../../plugins/preprocess/standardize.ts'
import woe from '../../../plugins/preprocess/woe.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Defined } from '../../../src/plugin/api.ts'
import { cellGraph } from './cell-graph.ts'
import { someLoans } from './loans.ts'

t.setTimeout(120_000)

const sane = fc.oneof(fc.integer({ min: -100_000, max: 100_000 }), fc.double({ noNaN: true, min: -1e12, max: 1e12 }))
const number = fc.oneof(
  fc.constant(null),
  fc.constantFrom(0, -0, 1e-300, 5e-324, 1e30, -1e30, 1e300),
  sane,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const firstDay = -62_135_596_800_000 // 0001-01-01
const date = fc.oneof(
  fc.constant(null),
  fc.constantFrom(firstDay, 0, -1, 253_402_300_799_999, 951_782_400_000, 4_107_542_400_000).map(iso),
  fc.integer({ min: firstDay, max: 253_402_300_799_999 }).map(iso),
)
const values: Readonly<Record<string, fc.Arbitrary<string | number | boolean | null>>> = {
  amount: number,
  age: number,
  debt: number,
  purpose: fc.constantFrom(null, 'boat', 'car', 'home', 'tv', 'voyage', 'horse'),
  region: fc.constantFrom(null, 'east', 'north', 'south', 'west'),
  member: fc.constantFrom(null, true, false),
  opened: date,
}

function iso(moment: number): string {
  return new Date(moment).toISOString()
}

interface CellCase {
  readonly plugin: Defined<'preprocess'>
  readonly params?: JsonObject
  readonly columns: readonly string[]
  /** Largest difference, as a share. 0: equal to the bit, but for the sign of 0. */
  readonly within?: number
  readonly own?: Readonly<Record<string, fc.Arbitrary<string | number | null>>>
}

const numbers = ['amount', 'age', 'debt']
const categories = ['purpose', 'region']
const cases: readonly CellCase[] = [
  { plugin: impute, params: { addIndicator: true }, columns: [...numbers, ...categories, 'member', 'opened'] },
  {
    plugin: impute,
    params: { category: 'constant', number: 'mean', date: 'earliest' },
    columns: [...numbers, ...categories, 'opened'],
  },
  { plugin: oneHot, columns: categories },
  { plugin: oneHot, params: { dropFirst: true, maxLevels: 2 }, columns: categories },
  { plugin: ordinal, columns: categories },
  { plugin: ordinal, params: { unseen: 'first', missing: 'first' }, columns: categories },
  { plugin: standardize, columns: numbers },
  { plugin: standardize, params: { center: false }, columns: ['age'] },
  { plugin: robustScale, columns: numbers },
  { plugin: minMax, params: { min: -2, clip: true }, columns: numbers },
  { plugin: clip, columns: numbers },
  { plugin: log, columns: numbers, within: 1e-15 },
  { plugin: interactions, params: { squares: true }, columns: [...numbers, ...categories, 'member'] },
  { plugin: interactions, params: { maxLevels: 4 }, columns: categories },
  { plugin: woe, columns: [...numbers, ...categories, 'member'] },
  { plugin: woe, params: { unseen: 'worst', bins: 3 }, columns: [...numbers, ...categories] },
  {
    plugin: dateParts,
    params: { parts: ['year', 'quarter', 'month', 'dayOfMonth', 'dayOfYear', 'dayOfWeek', 'hour', 'daysSince'] },
    columns: ['opened'],
  },
  { plugin: pca, columns: ['age', 'debt'], within: 1e-9, own: { age: sane, debt: sane } },
]

for (const { plugin, params = {}, columns, within = 0, own = {} } of cases) {
  t.test(`${plugin.id} ${JSON.stringify(params)}`, async (t) => {
    const cell = await cellGraph(plugin, params, someLoans(200, columns))
    const row = fc.record(
      Object.fromEntries(columns.map((name) => [name, own[name] ?? values[name] ?? fc.constant(null)])),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        for (const [name, [applied, written]] of (await cell.compare(rows)).columns) {
          if (applied.length !== written.length)
            throw new Error(`${name}: ${written.length} values, not ${applied.length}`)
          applied.forEach((value, i) => {
            if (isNear(value, written[i] as number, within)) return
            throw new Error(`${name}, value ${i}: ${written[i]}, not ${value}`)
          })
        }
      }),
      { numRuns: 60 },
    )
    t.pass()
  })
}

function isNear(a: number, b: number, share: number): boolean {
  return (
    a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= share * Math.max(Math.abs(a), Math.abs(b))
  )
}
