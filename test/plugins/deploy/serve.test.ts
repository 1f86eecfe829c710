import t from 'tap'
import serve from '../../../plugins/deploy/serve.ts'
import type { DeployContext } from '../../../src/plugin/api.ts'

t.test('writes how the model is served: no secret, and starts nothing', async (t) => {
  const files = new Map<string, string>()
  const ctx = {
    name: 'loans',
    model: { digest: 'a'.repeat(64), task: 'binary', manifest: {} },
    write: async (path: string, content: string) => void files.set(path, content),
  } as unknown as DeployContext
  const params = { port: 8081, host: '0.0.0.0', tokenVariable: 'LOANS_TOKEN', maxRows: 50, timeoutMs: 2000 }
  const batching = { maxBatchSize: 64, maxDelayMs: 2, maxQueue: 100 }
  const told = await serve.deploy({ ...params, ...batching }, ctx as never)
  t.same([...files.keys()], ['serve.json'])
  const configuration = { format: 1, name: 'loans', model: 'a'.repeat(64), ...params, batching }
  t.same(JSON.parse(files.get('serve.json') as string), configuration)
  t.same(
    told,
    { configuration: 'serve.json', port: 8081, maxRows: 50, timeoutMs: 2000 },
    'what is recorded names no host',
  )
})
