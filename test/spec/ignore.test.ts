import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { warnings, warningText } from '../../src/base/codes/warnings.ts'
import { misspelt } from '../../src/spec/check-ignore.ts'
import { ignoredBy, ignoreWords, isIgnored, unusedIgnores } from '../../src/spec/index.ts'
import { root } from '../root.ts'

const reason = 'It is so.'
const warning = { cell: 'checks', code: 'LEAK_COLUMN', column: 'balance' }

t.test('an entry silences what it names: its code, and its column and cell where it names one', async (t) => {
  t.equal(isIgnored([], warning), false)
  t.equal(isIgnored([{ warning: 'LEAK_COLUMN', reason }], warning), true)
  t.equal(isIgnored([{ warning: 'LEAK_MISSING', reason }], warning), false)
  t.equal(isIgnored([{ warning: 'LEAK_COLUMN', column: 'balance', cell: 'checks', reason }], warning), true)
  t.equal(isIgnored([{ warning: 'LEAK_COLUMN', column: 'income', reason }], warning), false)
  t.equal(isIgnored([{ warning: 'LEAK_COLUMN', cell: 'train', reason }], warning), false)
  t.equal(
    isIgnored([{ warning: 'LEAK_COLUMN', column: 'balance', reason }], { cell: 'checks', code: 'LEAK_COLUMN' }),
    false,
  )
})

t.test('a column may stand in the evidence', async (t) => {
  const entry = { warning: 'UNSEEN_LEVELS', column: 'purpose', reason }
  const told = { cell: 'evaluate', code: 'UNSEEN_LEVELS' }
  t.equal(isIgnored([entry], { ...told, evidence: { column: 'purpose', rows: 3 } }), true)
  t.equal(isIgnored([entry], { ...told, evidence: { column: 3 } }), false)
  t.equal(isIgnored([entry], { ...told, evidence: ['purpose'] }), false)
  t.equal(isIgnored([entry], { ...told, evidence: null }), false)
})

t.test('the first entry that fits gives the reason; those that fit nothing are of no use', async (t) => {
  const entries = [
    { warning: 'LEAK_COLUMN', column: 'balance', reason: 'first' },
    { warning: 'LEAK_COLUMN', reason: 'second' },
    { warning: 'LEAK_TIME', cell: 'checks', reason: 'third' },
  ]
  t.equal(ignoredBy(entries, warning)?.reason, 'first')
  t.equal(ignoredBy(entries, { ...warning, column: 'income' })?.reason, 'second')
  t.same(
    unusedIgnores(entries, [warning]).map(({ reason }) => reason),
    ['third'],
  )
  t.equal(ignoreWords(entries[2] as (typeof entries)[number]), '`LEAK_TIME` in cell `checks`')
})

t.test('every warning says what to do, and its message is filled in', async (t) => {
  for (const [code, { message, hint }] of Object.entries(warnings)) {
    t.match(code, /^[A-Z]+(_[A-Z]+)+$/)
    t.match(hint, /[.?]$/, code)
    t.match(message, /\{\w+\}/, code)
  }
  t.equal(warningText('CONSTANT_COLUMN', { column: 'x' }), '`x` holds one value in all training rows')
  t.equal(warningText('CONSTANT_COLUMN', { more: 3 }), '3 more columns hold one value in all training rows')
  t.match(warningText('RARE_CLASS', {}), /\{class\}/, 'what is not given is seen')
})

t.test('no code of a plugin that comes with Daybook is taken for a misspelt one of the engine', async (t) => {
  const folder = join(root, 'plugins')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const codes = sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/code: '([A-Z_]+)'/g)].map(([, code]) => code as string),
  )
  t.ok(codes.length > 10)
  for (const code of new Set(codes)) t.equal(misspelt(code), undefined, code)
})
