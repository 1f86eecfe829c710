import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { guarded } from '../../src/testing/guard.ts'

t.test('what a hook reaches for is refused and told of, and only there', async (t) => {
  const hook = guarded(async () => {
    await sleep(5)
    return Date.now()
  })
  t.ok(Date.now() > 0, 'others may read the clock meanwhile')
  t.ok(Math.log(2) > 0)
  const { result, thrown, reached } = await hook
  t.equal(result, undefined)
  t.match(thrown, { message: 'a hook may not use the clock (Date.now)' })
  t.strictSame(reached, ['the clock (Date.now)'])
})

t.test('files of the folder that was declared may be read, others not', async (t) => {
  const folder = t.testdir({ data: { 'a.csv': 'a\n1\n' }, 'b.csv': 'b\n' })
  const allowed = await guarded(() => readFileSync(join(folder, 'data', 'a.csv'), 'utf8'), join(folder, 'data'))
  t.equal(allowed.result, 'a\n1\n')
  t.strictSame(allowed.reached, [])
  const refused = await guarded(() => readFileSync(join(folder, 'data', '..', 'b.csv'), 'utf8'), join(folder, 'data'))
  t.strictSame(refused.reached, ['a file that no param declares'])
})

t.test('arithmetic that is exact everywhere is free', async (t) => {
  const { result, reached } = await guarded(() => [
    Math.sqrt(4),
    Math.floor(1.5),
    2 ** 3,
    new Date(0).getUTCFullYear(),
    Date.UTC(1970, 0),
  ])
  t.strictSame(result, [2, 1, 8, 1970, 0])
  t.strictSame(reached, [])
})

t.test('everything is as before afterwards', async (t) => {
  const before = [Math.random, Date, Date.now, performance.now, process.hrtime, fetch, crypto.randomUUID]
  await guarded(() => 1)
  const after = [Math.random, Date, Date.now, performance.now, process.hrtime, fetch, crypto.randomUUID]
  t.ok(before.every((one, i) => one === after[i]))
  t.notOk(Object.hasOwn(crypto, 'randomUUID'))
})
