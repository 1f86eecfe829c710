import { KernelPool, trainingKernels } from 'daybook/kernels'
import type { JsonObject } from 'daybook/plugin'
import t from 'tap'
import { everySubject, fit, rowsToLearn } from '../plugins/algorithm/every.ts'
import { notFull } from './full.ts'

/** Little work on many rows: what counts is that memory comes back. */
const brief: Readonly<Record<string, JsonObject>> = {
  'gradient-boosting': { trees: 3 },
  'isolation-forest': { trees: 10 },
  'k-means': { starts: 1, maxIterations: 5 },
  logistic: { maxIterations: 5 },
  'neural-network': { epochs: 1, layers: [{ dense: 8 }] },
  'random-forest': { trees: 3, maxDepth: 8 },
}

/** What the collector lets pile up, and the data of one task beside that of the next. */
const SLACK = 256 * 2 ** 20

t.test(
  '20 trainings of every algorithm, in one process, leave no memory behind',
  { skip: notFull, timeout: 900_000 },
  async (t) => {
    const pool = new KernelPool()
    t.teardown(() => pool.close())
    let first: number | undefined
    for (const subject of await everySubject()) {
      const data = rowsToLearn(subject.task, subject.id === 'svm' ? 3000 : 30_000, 20)
      const resident: number[] = []
      for (let training = 0; training < 20; training++) {
        const kernels = trainingKernels({ pool, threads: 2 })
        await fit(subject, data, brief[subject.id], { kernels, threads: 2 })
        kernels.close()
        resident.push(process.memoryUsage.rss())
      }
      first ??= Math.max(...resident)
      const shown = resident.map((bytes) => Math.round(bytes / 2 ** 20)).join(' ')
      t.ok(Math.max(...resident) < first + SLACK, `${subject.name}: ${shown} MiB`)
    }
  },
)
