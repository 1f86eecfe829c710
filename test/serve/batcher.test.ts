import fc from 'fast-check'
import t from 'tap'
import { DaybookError, fail } from '../../src/base/errors.ts'
import type { Frame, NumberColumn } from '../../src/frame/index.ts'
import { conformRows, type Model, type Scored } from '../../src/model/index.ts'
import { Batcher } from '../../src/serve/batcher.ts'
import { type Batching, defaultBatching } from '../../src/serve/limits.ts'
import { keepAlive, send } from './client.ts'
import { signature, tinyModel } from './model.ts'
import { start } from './start.ts'

const row = (income: unknown) => ({ income, purpose: 'car' }) as { income: number; purpose: string }

function batcherOf(model: Model, batching: Partial<Batching> = {}) {
  const batches: number[] = []
  const batcher = new Batcher(model, { ...defaultBatching, ...batching }, (rows) => void batches.push(rows))
  const score = (...incomes: readonly unknown[]): Promise<number[]> =>
    new Promise((done, failed) => {
      batcher.score({ form: 'rows', rows: incomes.map(row) }, (error, scored) => {
        if (scored === undefined) failed(error)
        else done([...scored.values].filter((_, i) => i % 2 === 1))
      })
    })
  return { batcher, batches, score }
}

t.test('requests of a turn are scored together, each gets its own', async (t) => {
  const { batches, score } = batcherOf(tinyModel())
  const answers = await Promise.all([score(0), score(2, null), score(6)])
  t.same(answers, [[0.5], [0.25, 0.75], [0.125]])
  t.same(batches, [4])
  t.same(await score(8), [0.1])
  t.same(batches, [4, 1])
})

t.test('32: a bad row harms no neighbour', async (t) => {
  const { batches, score, batcher } = batcherOf(tinyModel())
  const first = score(0)
  t.throws(() => batcher.score({ form: 'rows', rows: [row(1), row('bad')] }, () => t.fail('nobody is called')), {
    code: 'ROW_BAD_VALUE',
    values: { row: 1, column: 'income' },
  })
  const second = score(2)
  t.same(await Promise.all([first, second]), [[0.5], [0.25]])
  t.same(batches, [2], 'the refused rows left nothing behind')
})

t.test('32: a row that scoring itself refuses harms no neighbour', async (t) => {
  const picky = tinyModel()
  const model: Model = {
    ...picky,
    scoreConformed(frame: Frame): Scored {
      const at = (frame.get('income') as NumberColumn).values.indexOf(13)
      if (at >= 0) throw fail('ROW_MISSING_VALUE', { row: at, column: 'income', taker: 'svm' })
      return picky.scoreConformed(frame)
    },
  }
  const { score } = batcherOf(model)
  const [a, bad, b] = await Promise.allSettled([score(0), score(2, 13), score(6)])
  t.match(a, { value: [0.5] })
  t.match(b, { value: [0.125] })
  const { reason } = bad as PromiseRejectedResult
  t.ok(reason instanceof DaybookError)
  t.match(reason, { code: 'ROW_MISSING_VALUE', values: { row: 1 } }, 'rows are counted in the request')
})

t.test('batches hold no more rows than they may; larger requests go alone', async (t) => {
  const { batches, score } = batcherOf(tinyModel(), { maxBatchSize: 3 })
  const answers = await Promise.all([score(0, 0), score(2, 2), score(6), score(0, 0, 0, 0, 0)])
  t.same(answers, [[0.5, 0.5], [0.25, 0.25], [0.125], [0.5, 0.5, 0.5, 0.5, 0.5]])
  t.same(batches, [2, 3, 5])
})

t.test('a full queue refuses, and takes again what comes later', async (t) => {
  const { score, batcher } = batcherOf(tinyModel(), { maxQueue: 2, maxDelayMs: 20 })
  const waiting = [score(0), score(2)]
  t.equal(batcher.waiting, 2)
  t.throws(() => batcher.score({ form: 'rows', rows: [row(1)] }, () => {}), { code: 'SERVE_BUSY' })
  t.same(await Promise.all(waiting), [[0.5], [0.25]])
  t.same(await score(6), [0.125])
})

t.test('a request waits for others as long as it may', async (t) => {
  const { batches, score } = batcherOf(tinyModel(), { maxDelayMs: 50, maxBatchSize: 2 })
  const first = score(0)
  await new Promise((done) => setImmediate(() => setImmediate(done)))
  t.same(await Promise.all([first, score(2)]), [[0.5], [0.25]])
  t.same(batches, [2])
})

t.test('however requests fall together, each is answered as if it were alone', async (t) => {
  const incomes = fc.array(fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(null)), { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(fc.array(incomes, { minLength: 1, maxLength: 20 }), fc.nat(12), async (requests, size) => {
      const { score } = batcherOf(tinyModel(), { maxBatchSize: size + 1 })
      const together = await Promise.all(requests.map((one) => score(...one)))
      const alone = requests.map((one) => {
        const { values } = tinyModel().scoreConformed(conformRows(one.map(row), signature))
        return [...values].filter((_, i) => i % 2 === 1)
      })
      t.same(together, alone)
    }),
    { numRuns: 50 },
  )
})

t.test('33: ids and parameters are not crossed between clients', async (t) => {
  const { url } = await start(t, { batching: { maxDelayMs: 2 } })
  const asked = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      send(
        `${url}/v2/models/loans/infer`,
        {
          body: {
            id: `id ${i}`,
            parameters: { client: i },
            inputs: [
              { name: 'income', shape: [1], datatype: 'FP64', data: [i] },
              { name: 'purpose', shape: [1], datatype: 'BYTES', data: [i % 10 === 9 ? 'boat' : 'car'] },
            ],
            outputs: [{ name: i % 2 ? 'probabilities' : 'prediction' }],
          },
        },
        keepAlive,
      ),
    ),
  )
  const wrong = asked.filter(({ status, json }, i) => {
    if (i % 10 === 9) return status !== 400
    const [output, ...more] = json.outputs
    const expected = i % 2 ? [1 - 1 / (2 + i), 1 / (2 + i)] : ['no']
    const same = JSON.stringify(output.data) === JSON.stringify(expected)
    return !(status === 200 && json.id === `id ${i}` && json.parameters.client === i && more.length === 0 && same)
  })
  t.same(wrong, [])
  keepAlive.destroy()
})
