import t from 'tap'
import { DaybookError, fail, failAll } from '../../src/base/errors.ts'
import { EventQueue } from '../../src/run/event-queue.ts'
import { guardRegistry } from '../../src/run/guard-plugin.ts'
import { Memo } from '../../src/run/memo.ts'
import { stopSignal } from '../../src/run/stop-signal.ts'
import { errorFromPlain, errorToPlain } from '../../src/run/worker-messages.ts'

t.test('the memo makes a value once, keeps the latest used, and forgets failures', async (t) => {
  const memo = new Memo(2)
  const made: string[] = []
  const get = (key: string) =>
    memo.get(key, async () => {
      made.push(key)
      return key
    })
  await Promise.all([get('a'), get('a')])
  await get('b')
  await get('a')
  await get('c')
  await get('a')
  await get('b')
  t.same(made, ['a', 'b', 'c', 'b'])
  await t.rejects(memo.get('x', () => Promise.reject(new Error('no'))))
  t.equal(await memo.get('x', async () => 'now'), 'now')
})

t.test('the queue gives events in order, also those pushed before and after it waits', async (t) => {
  const queue = new EventQueue<number>()
  queue.push(1)
  setTimeout(() => {
    queue.push(2)
    queue.push(3)
    queue.close()
  }, 5)
  const seen: number[] = []
  for await (const value of queue) seen.push(value)
  t.same(seen, [1, 2, 3])
})

t.test('a stop flag is seen without any message', async (t) => {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const signal = stopSignal(stop, new AbortController())
  let heard = false
  signal.addEventListener('abort', () => {
    heard = true
  })
  t.equal(signal.aborted, false)
  signal.throwIfAborted()
  Atomics.store(stop, 0, 1)
  t.throws(() => signal.throwIfAborted(), { name: 'AbortError' })
  t.equal(signal.aborted, true)
  t.ok(heard)
})

t.test('an error crosses threads whole', async (t) => {
  const one = fail('DATA_NO_COLUMN', { column: 'a' }, { cell: 'data', hint: 'Look again.' })
  const both = failAll([one, fail('DATA_NO_COLUMN', { column: 'b' })])
  const back = errorFromPlain(structuredClone(errorToPlain(both)))
  t.type(back, DaybookError)
  t.match(back, { code: both.code, message: both.message, hint: 'Look again.', cell: 'data', values: { column: 'a' } })
  t.same(
    back.all.map(({ message }) => message),
    both.all.map(({ message }) => message),
  )
})

t.test('a guarded plugin answers for what it throws', async (t) => {
  const plugin = {
    kind: 'algorithm',
    id: 'bad',
    fit: async () => Promise.reject(new Error('later')),
    predict: () => {
      throw new TypeError('now')
    },
    importance: () => {
      throw fail('PLUGIN_BAD_STATE', { plugin: 'bad', reason: 'own' })
    },
    onnx(this: { id: string }) {
      return this.id
    },
  }
  const registry = guardRegistry({ ids: () => [], find: async () => ({ plugin }) as never })
  const guarded = (await registry.find('algorithm', './bad.js')).plugin as unknown as typeof plugin
  await t.rejects(guarded.fit(), { code: 'RUN_PLUGIN_FAILED', message: /bad\.js failed: later/, plugin: './bad.js' })
  t.throws(() => guarded.predict(), { code: 'RUN_PLUGIN_FAILED', message: /now/ })
  t.throws(() => guarded.importance(), { code: 'PLUGIN_BAD_STATE' })
  t.equal(guarded.onnx(), 'bad', 'a hook may use its plugin')
  t.equal((await registry.find('algorithm', './bad.js')).plugin, guarded as never, 'guarded once')
})
