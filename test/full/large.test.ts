import { join } from 'node:path'
import t from 'tap'
import { notFull, runPageBy } from './full.ts'

t.test('300,000 rows run, and 1 and 3 threads give equal digests', { skip: notFull, timeout: 900_000 }, async (t) => {
  const folder = t.testdir()
  const options = [
    '--set',
    'data.with.rows=300000',
    '--set',
    'evaluate.resamples=20',
    '--set',
    'algorithm.with.trees=60',
  ]
  const page = 'pipelines/loan-approval.yaml'
  const one = await runPageBy(process.execPath, page, join(folder, 'one'), ...options, '--threads', '1')
  const three = await runPageBy(process.execPath, page, join(folder, 'three'), ...options, '--threads', '3')
  t.equal(one.run.digest, three.run.digest)
  t.equal(one.model?.digest, three.model?.digest)
})
