// libsvm-js as a contender: one job, one line of JSON.
import { createRequire } from 'node:module'
import { type FileArray, readData, writeArrays } from '../array-file.ts'
import type { DenseRows } from '../data.ts'
import type { Job } from '../job.ts'
import { rowsOf, timedJob } from './timed-job.ts'

interface Libsvm {
  train(rows: readonly (readonly number[])[], y: readonly number[]): void
  predictOne(row: readonly number[]): number
}
const require = createRequire(import.meta.url)
const Model = require('libsvm-js/asm') as (new (
  options: object,
) => Libsvm) & {
  readonly SVM_TYPES: Readonly<Record<string, number>>
  readonly KERNEL_TYPES: Readonly<Record<string, number>>
}
const { version } = require('libsvm-js/package.json') as { readonly version: string }

const job = JSON.parse(process.argv[2] ?? '{}') as Job
const { train, test, features } = readData(job.data)
const { c, gamma, tolerance, cacheMb } = job.params
const model = new Model({
  type: Model.SVM_TYPES.C_SVC,
  kernel: Model.KERNEL_TYPES.RBF,
  cost: c,
  gamma,
  tolerance,
  cacheSize: cacheMb,
  quiet: true,
})
// It takes lists of numbers; turning the matrix into them is part of its way to a model.
const answer = timedJob(version, () => model.train(rowsOf(train as DenseRows, features), [...train.y]))
const scores: FileArray = Float64Array.from(rowsOf(test as DenseRows, features), (row) => model.predictOne(row))
writeArrays(job.out, { header: {}, arrays: { scores } })
process.stdout.write(`${JSON.stringify(answer)}\n`)
