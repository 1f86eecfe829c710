// Pages made of somebody else's plugins run as any other: each of the seven kinds is used once at least.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { runPipeline } from '../../src/run/index.ts'
import { loadPipeline } from '../../src/spec/index.ts'
import { openStore, type RunRecord } from '../../src/store/index.ts'
import { acme, folderWithAcme } from '../acme.ts'

const data = (target: string): string => `
daybook: 1
name: foreign
seed: 3
data: { use: "${acme}/ramp", with: { rows: 300 }, target: ${target}, split: { by: interval, every: 4 } }`

const regression = `${data('y')}
preprocess: [{ use: "${acme}/target-mean", with: { smoothing: 1 } }]
algorithm: { use: neural-network, with: { layers: [{ dense: 4, activation: relu }], epochs: 5 } }
optimizer: { use: "${acme}/sign-descent" }
compress: ["${acme}/round-weights"]
evaluate: { metrics: ["${acme}/max-error", rmse], folds: 3 }
gates: [{ metric: max-error, atMost: 10 }]
deploy: ["${acme}/note"]
`

const classes = `${data('{ column: side, positive: below }')}
algorithm: "${acme}/nearest-centroid"
evaluate: { metrics: [auc] }
`

async function run(folder: string, store: string, text: string, threads: number): Promise<RunRecord> {
  const file = join(folder, 'page.yaml')
  await writeFile(file, text)
  const pipeline = await loadPipeline(file, { registry: await openRegistry({ folder }), env: {} })
  const events = runPipeline({ pipeline, store: await openStore(join(folder, store)), threads })
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value.record
  }
}

t.test('a regression with a foreign source, preprocess cell, optimizer, compression, metric and target', async (t) => {
  const folder = await folderWithAcme(t)
  const record = await run(folder, 'one', regression, 1)
  t.equal(record.status, 'ok', JSON.stringify(record.error))
  t.equal(record.result.gates[0]?.passed, true)
  t.equal(typeof record.result.metrics?.folds?.['max-error']?.mean, 'number')
  const again = await run(folder, 'two', regression, 3)
  t.equal(again.digest, record.digest, 'another store and 3 threads change nothing')
})

t.test('classes with a foreign algorithm', async (t) => {
  const record = await run(await folderWithAcme(t), 'store', classes, 1)
  t.equal(record.status, 'ok', JSON.stringify(record.error))
  t.ok((record.result.metrics?.test.auc as number) > 0.6)
})
