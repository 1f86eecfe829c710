import { KernelPool, trainingKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import t from 'tap'
import plugin from '../../../plugins/algorithm/svm.ts'
import { dense, sparse } from './fitting.ts'
import { data, type Given, predict, sample, train } from './svm-fitting.ts'

t.test('1, 2, 3 and 8 threads give equal bits', async (t) => {
  const pool = new KernelPool({ stress: 5 })
  const large = sample(20_000, 2)
  const few = Array.from({ length: 3000 }, (_, i) =>
    Array.from({ length: 60 }, (_, f) => Number((i * (f + 7)) % 61 < 2)),
  )
  const thin = {
    ...data(
      few,
      few.map((row) => Number((row[3] as number) + (row[5] as number) > 0)),
      2,
    ),
    X: sparse(dense(few)),
  }
  const works: [TrainingData, Given][] = [
    // Kernel rows, Newton passes and rows left out are long enough to be shared out.
    [data(large.rows, large.y, 2), { gamma: 0.3, maxIterations: 30 }],
    [data(large.rows, large.y, 2), { kernel: 'linear' }],
    [{ ...data(large.rows, large.y, 2), X: sparse(dense(large.rows)) }, { kernel: 'linear' }],
    [thin, { c: 10, maxIterations: 200 }],
    ...[2, 3].map((classes): [TrainingData, Given] => {
      const { rows, y } = sample(400, classes)
      return [data(rows, y, classes), { probability: 'sigmoid', c: 3 }]
    }),
    [data(large.rows.slice(0, 800), sample(800, 0).y, 0), { cacheMb: 1 }],
  ]
  for (const [given, params] of works) {
    const { state } = await train(given, params)
    const expected = predict(state, given.X)
    for (const threads of [1, 2, 3, 8]) {
      const kernels = trainingKernels({ pool, threads })
      const other = await train(given, params, { kernels })
      t.strictSame(other.state, state, `${threads} threads, ${JSON.stringify(params)}`)
      t.strictSame(plugin.predict(state, given.X, { params: {} as never, kernels }), expected)
      kernels.close()
    }
  }
  await pool.close()
})
