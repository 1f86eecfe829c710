// A process of its own that writes runs until it is done or killed: see store.test.ts.
import { digestJson } from '../../src/base/digest.ts'
import type { Json } from '../../src/base/json.ts'
import { newRunId, openStore, type RunRecord } from '../../src/store/index.ts'

const [folder = '', pipeline = '', count = '0'] = process.argv.slice(2)
const { runs } = await openStore(folder)
for (let i = 0; i < Number(count); i++) {
  const result = { page: { i }, inputs: [], cells: [], folds: [], gates: [], metrics: null, model: null }
  const record = {
    format: 1,
    id: newRunId(),
    pipeline,
    status: 'ok',
    digest: digestJson(result as unknown as Json),
    result,
    observed: { finishedAt: '' },
  }
  await runs.write(record as unknown as RunRecord, [], undefined)
}
