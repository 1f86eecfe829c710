// ml-random-forest as a contender: one job, one line of JSON.
import { createRequire } from 'node:module'
import { RandomForestClassifier } from 'ml-random-forest'
import { readData, writeArrays } from '../array-file.ts'
import type { DenseRows } from '../data.ts'
import type { Job } from '../job.ts'
import { rowsOf, timedJob } from './timed-job.ts'

const require = createRequire(import.meta.url)
const { version } = require('ml-random-forest/package.json') as { readonly version: string }

const job = JSON.parse(process.argv[2] ?? '{}') as Job
const { train, test, features } = readData(job.data)
const model = new RandomForestClassifier({
  nEstimators: job.params.trees as number,
  // It draws features once a tree, not once a node: a part of them would be a handicap.
  maxFeatures: features,
  replacement: false,
  useSampleBagging: true,
  noOOB: true,
  seed: 1,
})
const answer = timedJob(version, () => model.train(rowsOf(train as DenseRows, features), [...train.y]))
const scores = Float64Array.from(model.predict(rowsOf(test as DenseRows, features)))
writeArrays(job.out, { header: {}, arrays: { scores } })
process.stdout.write(`${JSON.stringify(answer)}\n`)
