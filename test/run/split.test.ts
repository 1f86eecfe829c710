import fc from 'fast-check'
import t from 'tap'
import { byCodeUnit } from '../../src/base/canonical.ts'
import { digestJson } from '../../src/base/digest.ts'
import { RandomStream } from '../../src/base/random.ts'
import { type Column, Frame } from '../../src/frame/index.ts'
import { assignFolds, assignInnerFolds } from '../../src/run/split/assign-folds.ts'
import { assignParts } from '../../src/run/split/assign-parts.ts'
import { digestOfRows, rowDigester, rowKeys } from '../../src/run/split/row-keys.ts'
import {
  rowsOf,
  rowsOfFold,
  type Split,
  splitFromState,
  splitToState,
  TEST,
  TRAIN,
  VALIDATION,
} from '../../src/run/split/split.ts'
import type { SplitSpec } from '../../src/spec/pipeline.ts'

const random = (purpose: string) => new RandomStream({ seed: 1, cell: 'split', purpose })
const empty = (rows: number) => new Frame(rows, [])
const parts = (
  spec: SplitSpec,
  frame: Frame,
  more: { keys?: readonly string[]; classes?: Int32Array } = {},
): Uint8Array => assignParts(spec, { frame, seed: 1, keys: more.keys, classes: more.classes, random })
const count = (values: Uint8Array, part: number): number => values.filter((one) => one === part).length
const number = (name: string, values: readonly number[]): Column => ({
  type: 'number',
  name,
  values: Float64Array.from(values),
})
const category = (name: string, texts: readonly string[]): Column => {
  const levels = [...new Set(texts)].sort()
  return { type: 'category', name, levels, values: Int32Array.from(texts, (text) => levels.indexOf(text)) }
}

t.test('random shares are exact, and validation comes out of the training rows', async (t) => {
  const split = parts({ by: 'random', test: 0.2, validation: 0.1, stratify: false }, empty(1000))
  t.same([count(split, TRAIN), count(split, VALIDATION), count(split, TEST)], [720, 80, 200])
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 300 }), fc.integer({ min: 1, max: 9 }), (rows, tenths) => {
      const made = parts({ by: 'random', test: tenths / 10, validation: 0, stratify: false }, empty(rows))
      return count(made, TEST) === Math.round((rows * tenths) / 10)
    }),
  )
})

t.test('stratified shares hold for every class and in all', async (t) => {
  const classes = Int32Array.from({ length: 997 }, (_, row) => (row % 10 === 0 ? 1 : row % 3 === 0 ? 2 : 0))
  const split = parts({ by: 'random', test: 0.25, validation: 0, stratify: true }, empty(997), { classes })
  t.equal(count(split, TEST), Math.round(997 * 0.25))
  for (const code of [0, 1, 2]) {
    const all = classes.filter((one) => one === code).length
    const test = classes.filter((one, row) => one === code && split[row] === TEST).length
    t.ok(Math.abs(test - all * 0.25) <= 1, `${test} of ${all}`)
  }
})

t.test('by key, a row goes where it goes, whatever other rows there are', async (t) => {
  const spec: SplitSpec = { by: 'random', test: 0.2, validation: 0.1, stratify: false }
  const keys = Array.from({ length: 5000 }, (_, i) => `customer ${i}`)
  const whole = parts(spec, empty(5000), { keys })
  const some = keys.filter((_, i) => i % 7 !== 0).reverse()
  const fewer = parts(spec, empty(some.length), { keys: some })
  t.ok(some.every((key, i) => fewer[i] === whole[keys.indexOf(key)]))
  t.ok(Math.abs(count(whole, TEST) / 5000 - 0.2) < 0.02)
  t.ok(Math.abs(count(whole, VALIDATION) / 5000 - 0.08) < 0.02)
})

t.test('by interval, time, group and column', async (t) => {
  t.same([...parts({ by: 'interval', every: 5, validation: 0 }, empty(11))], [TEST, 0, 0, 0, 0, TEST, 0, 0, 0, 0, TEST])
  const time = new Frame(10, [number('at', [5, 1, 9, 3, 9, 2, 7, 8, 4, 6])])
  const late = parts({ by: 'time', on: 'at', test: 0.2, validation: 0.25 }, time)
  t.same([...rowsOf({ parts: late } as Split, TEST)], [2, 4], 'the latest rows')
  t.same([...rowsOf({ parts: late } as Split, VALIDATION)], [6, 7], 'then the latest of the rest')
  const ties = new Frame(6, [number('at', [1, 2, 2, 2, 2, 2])])
  t.equal(count(parts({ by: 'time', on: 'at', test: 0.2, validation: 0 }, ties), TEST), 5, 'one moment is never parted')
  const texts = Array.from({ length: 200 }, (_, i) => `g${i % 20}`)
  const grouped = new Frame(200, [category('g', texts)])
  const byGroup = parts({ by: 'group', on: 'g', test: 0.3, validation: 0.2 }, grouped)
  t.equal(count(byGroup, TEST), 60)
  t.ok(
    texts.every((text, row) => byGroup[row] === byGroup[texts.indexOf(text)]),
    'a group stays together',
  )
  const named = new Frame(3, [category('part', ['train', 'test', 'validation'])])
  t.same([...parts({ by: 'column', on: 'part', validation: 0 }, named)], [TRAIN, TEST, VALIDATION])
  const wrong = new Frame(1, [category('part', ['tset'])])
  t.throws(() => parts({ by: 'column', on: 'part', validation: 0 }, wrong), { code: 'RUN_BAD_SPLIT_VALUE' })
})

t.test('folds partition the training rows', async (t) => {
  const rows = 103
  const frame = new Frame(rows, [
    number(
      'at',
      Array.from({ length: rows }, (_, i) => (i * 37) % 50),
    ),
    category(
      'g',
      Array.from({ length: rows }, (_, i) => `g${i % 11}`),
    ),
  ])
  const made = Uint8Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? TEST : TRAIN))
  const training = rowsOf({ parts: made } as Split, TRAIN)
  const classes = Int32Array.from({ length: rows }, (_, row) => (row % 4 === 0 ? 1 : 0))
  const fold = (split: SplitSpec, columns = {}): Split => ({
    parts: made,
    ...assignFolds({ frame, rows: training, count: 4, classes, split, columns, random }),
  })
  const plain = fold({ by: 'interval', every: 5, validation: 0 })
  const scored = [1, 2, 3, 4].map((one) => rowsOfFold(plain, one))
  t.same(
    scored.flatMap((one) => [...one.scored]).sort((a, b) => a - b),
    [...training],
  )
  for (const one of scored) {
    t.equal(one.scored.length + one.trained.length, training.length)
    t.equal([...one.scored].filter((row) => one.trained.includes(row)).length, 0)
    const positives = [...one.scored].filter((row) => classes[row] === 1).length
    t.ok(Math.abs(positives - [...training].filter((row) => classes[row] === 1).length / 4) <= 1, 'stratified')
  }
  const grouped = fold({ by: 'random', test: 0.2, validation: 0, stratify: false }, { g: { role: 'group' } })
  for (const one of [1, 2, 3, 4].map((i) => rowsOfFold(grouped, i))) {
    t.equal(
      [...one.scored].filter((row) => [...one.trained].some((other) => other % 11 === row % 11)).length,
      0,
      'no group on both sides',
    )
  }
  const forward = fold({ by: 'time', on: 'at', test: 0.2, validation: 0 })
  for (const one of [1, 2, 3, 4].map((i) => rowsOfFold(forward, i))) {
    const at = (row: number) => (row * 37) % 50
    t.ok(Math.max(...[...one.trained].map(at)) < Math.min(...[...one.scored].map(at)), 'trained on the past alone')
  }
  t.same(splitFromState(splitToState(plain)), plain)
  t.throws(() => fold({ by: 'group', on: 'few', test: 0.2, validation: 0 }), { code: 'DATA_NO_COLUMN' })
})

t.test('inner folds keep groups whole and classes in proportion', async (t) => {
  const rows = Uint32Array.from({ length: 60 }, (_, i) => 2 * i + 1)
  const groups = (count: number) =>
    category(
      'g',
      Array.from({ length: 120 }, (_, i) => `g${i % count}`),
    )
  const classes = Int32Array.from({ length: 120 }, (_, row) => (row % 8 === 1 ? 1 : 0))
  const inner = (count: number, given = rows, columns = {}): Uint8Array =>
    assignInnerFolds({
      frame: new Frame(120, [groups(count)]),
      rows: given,
      count: 5,
      classes,
      split: { by: 'time', on: 'at', test: 0.2, validation: 0 },
      columns,
      random,
    })
  const plain = inner(7)
  for (const fold of plain.keys()) {
    if (fold > 4) break
    t.equal(plain.filter((one) => one === fold).length, 12)
    t.equal(plain.filter((one, i) => one === fold && classes[rows[i] as number] === 1).length, 3, 'stratified')
  }
  const grouped = inner(7, rows, { g: { role: 'group' } })
  const foldsOfGroup = (group: number) => new Set(grouped.filter((_, i) => (rows[i] as number) % 7 === group))
  t.ok([0, 1, 2, 3, 4, 5, 6].every((group) => foldsOfGroup(group).size === 1))
  t.same([...new Set(grouped)].sort(), [0, 1, 2, 3, 4])
  t.same([...new Set(inner(3, rows, { g: { role: 'group' } }))].sort(), [0, 1, 2], 'as many as there are groups')
  t.equal(
    new Set(inner(1, rows, { g: { role: 'group' } })).size,
    5,
    'one group alone is no reason to learn from nobody',
  )
  t.same([...inner(7, Uint32Array.of(5))], [0], 'one row')
})

t.test('row keys', async (t) => {
  t.same(rowKeys(empty(3), undefined), ['0', '1', '2'])
  t.throws(() => rowKeys(new Frame(3, [category('id', ['a', 'b', 'a'])]), 'id'), {
    code: 'RUN_BAD_KEY',
    message: /row 2.*as that of row 0/,
  })
  t.throws(() => rowKeys(new Frame(1, [number('id', [Number.NaN])]), 'id'), { code: 'RUN_BAD_KEY', message: /missing/ })
  t.equal(
    digestOfRows(['a', 'b', 'c'], Uint32Array.of(2, 0)),
    digestOfRows(['c', 'a'], Uint32Array.of(0, 1)),
    'a set has no order',
  )
})

t.test('digests of row sets are those of canonical JSON of the sorted keys', async () => {
  const keys = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 6 }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(keys, fc.infiniteStream(fc.boolean()), (keys, takes) => {
      const rows = Uint32Array.from(keys.keys()).filter(() => takes.next().value)
      const sorted = Array.from(rows, (row) => keys[row] as string).sort(byCodeUnit)
      return rowDigester(keys)(rows.reverse()) === digestJson(sorted)
    }),
  )
  const many = Array.from({ length: 20_000 }, (_, i) => `key ${i}`)
  t.equal(rowDigester(many)(Uint32Array.from(many.keys())), digestJson([...many].sort(byCodeUnit)), 'in pieces')
})
