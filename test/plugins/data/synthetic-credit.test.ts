import type { Column } from 'daybook/frame'
import { scoringKernels } from 'daybook/kernels'
import t from 'tap'
import { normalQuantile } from '../../../plugins/data/synthetic-credit/draws.ts'
import plugin from '../../../plugins/data/synthetic-credit.ts'
import { typeTable } from '../../../src/frame/type-table.ts'
import { testContext } from '../../../src/testing/context.ts'

const kernels = scoringKernels()
const read = async (rows: number, seed = 7) => {
  const params = { rows, missingShare: 0.04 }
  return typeTable(
    await plugin.read(params, { ...testContext({ params, seed, kernels }), inputs: new Map() }),
    {},
    'data',
  ).frame
}

t.test('normal quantiles', async (t) => {
  // Known values of the standard normal distribution: Abramowitz and Stegun, table 26.1
  for (const [p, z] of [
    [0.5, 0],
    [0.975, 1.959963985],
    [0.99, 2.326347874],
    [0.001, -3.090232306],
    [0.84134474607, 1],
  ] as const) {
    t.ok(Math.abs(normalQuantile(p, kernels.math) - z) < 1e-8, `${p}`)
  }
})

t.test('a loan book', async (t) => {
  const frame = await read(20_000)
  t.strictSame([frame.rows, frame.columns.length], [20_000, 21])
  t.strictSame(
    new Set(frame.columns.map((column) => column.type)),
    new Set(['text', 'date', 'number', 'category', 'boolean']),
  )
  t.equal(new Set(frame.get('loanId')?.values as string[]).size, 20_000, 'the key is unique')
  const target = frame.get('defaulted')
  t.strictSame(target?.type === 'category' && target.levels, ['no', 'yes'])
  const rate = [...((target as Column).values as Int32Array)].reduce((sum, code) => sum + code, 0) / 20_000
  t.ok(rate > 0.15 && rate < 0.2, `default rate ${rate}`)
  const missing = frame
    .info()
    .filter((column) => column.missing)
    .map((column) => column.name)
  t.strictSame(missing, ['income', 'employmentYears', 'utilisation', 'savings'])
})

t.test('seeded, and a row is the same whatever their number is', async (t) => {
  const [first, again, fewer, other] = [await read(400), await read(400), await read(100), await read(400, 8)]
  t.strictSame(first.columns, again.columns)
  t.strictSame(first.take(Uint32Array.from({ length: 100 }, (_, i) => i)).get('amount'), fewer.get('amount'))
  t.notSame(first.get('amount'), other.get('amount'))
  t.equal((await read(1)).rows, 1)
})
