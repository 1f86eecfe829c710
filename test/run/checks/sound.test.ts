// Sound rows raise nothing: whatever the columns, as long as the target has nothing to do with them.
import fc from 'fast-check'
import t from 'tap'
import { RandomStream } from '../../../src/base/random.ts'
import type { Column } from '../../../src/frame/index.ts'
import { categories, check, found, numbers, texts } from './rows.ts'

const kinds = ['real', 'skewed', 'small', 'money', 'rare', 'category', 'many', 'words', 'gaps', 'flag'] as const

function column(kind: (typeof kinds)[number], name: string, rows: number, random: RandomStream): Column {
  const u = (row: number) => random.uniform(row)
  switch (kind) {
    case 'real':
      return numbers(name, rows, u)
    case 'skewed':
      return numbers(name, rows, (row) => 1 / (0.001 + u(row)))
    case 'small':
      return numbers(name, rows, (row) => Math.floor(u(row) * 6))
    case 'money':
      return numbers(name, rows, (row) => 100 * Math.floor(u(row) * 20_000))
    case 'rare':
      return numbers(name, rows, (row) => (u(row) < 0.02 ? 1 : 0))
    case 'category':
      return categories(name, rows, ['a', 'b', 'c'], (row) => Math.floor(u(row) * 3))
    case 'many':
      return categories(
        name,
        rows,
        Array.from({ length: 200 }, (_, i) => `c${i}`),
        (row) => Math.floor(u(row) * 200),
      )
    case 'words':
      return texts(name, rows, (row) => `a word or ${Math.floor(u(row) * 1e6)}`)
    case 'gaps':
      return numbers(name, rows, (row) => (u(row) < 0.3 ? Number.NaN : u(row)))
    case 'flag':
      return { type: 'boolean', name, values: Int8Array.from({ length: rows }, (_, row) => (u(row) < 0.4 ? 1 : 0)) }
  }
}

const cases = fc.record({
  rows: fc.integer({ min: 200, max: 900 }),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  kinds: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 }),
  task: fc.constantFrom('binary', 'multiclass', 'regression', 'none'),
})

t.test('no finding where the target has nothing to do with the columns', async (t) => {
  fc.assert(
    fc.property(cases, ({ rows, seed, kinds: chosen, task }) => {
      const stream = (purpose: string) => new RandomStream({ seed, cell: 'sound', purpose })
      const columns = chosen.map((kind, i) => column(kind, `${kind}${i}`, rows, stream(`column ${i}`)))
      const label = stream('target')
      const classes = task === 'multiclass' ? ['a', 'b', 'c'] : ['no', 'yes']
      const y =
        task === 'none'
          ? undefined
          : task === 'regression'
            ? Float32Array.from({ length: rows }, (_, row) => label.uniform(row))
            : Int32Array.from({ length: rows }, (_, row) => Math.floor(label.uniform(row) * classes.length))
      const checks = check({ columns, ...(y && { y, classes: y instanceof Int32Array ? classes : [] }) })
      // Of few rows, a rare value can be in none of them, and a class in few.
      const others = found(checks).filter((finding) => !/^CONSTANT_COLUMN rare|^RARE_CLASS/.test(finding))
      return others.length === 0 && checks.proof.holds
    }),
    { numRuns: 60, seed: 7 },
  )
  t.pass('60 tables')
})

t.test('a target that is shuffled takes every leak away', async (t) => {
  const rows = 1200
  const random = new RandomStream({ seed: 5, cell: 'shuffle', purpose: 'rows' })
  const y = Int32Array.from({ length: rows }, (_, row) => (random.uniform(row) < 0.3 ? 1 : 0))
  const columns = [
    numbers('leak', rows, (row) => (y[row] as number) + 0.3 * random.uniform(row + rows)),
    categories('copy', rows, ['n', 'y'], (row) => y[row] as number),
    numbers('gone', rows, (row) => (y[row] === 1 ? Number.NaN : random.uniform(row + 2 * rows))),
  ]
  t.same(found(check({ columns, y })), ['LEAK_COLUMN leak', 'LEAK_TARGET copy', 'LEAK_MISSING gone'])
  const order = random.derive('order').permutation(rows)
  t.same(found(check({ columns, y: Int32Array.from(order, (row) => y[row] as number) })), [])
})
