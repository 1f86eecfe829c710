import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { type Sent, send } from './client.ts'
import { start } from './start.ts'

const row = { income: 2, purpose: 'car' }
const tensors = [
  { name: 'income', shape: [1], datatype: 'FP64', data: [2] },
  { name: 'purpose', shape: [1], datatype: 'BYTES', data: ['car'] },
]

t.test('every answer is as the server’s own description says', async (t) => {
  const { url } = await start(t)
  const described = (await send(`${url}/openapi.json`)).json
  const ajv = new Ajv2020({ strict: false })
  ajv.addFormat('date', true)
  ajv.addSchema(described, 'openapi')
  const reached = new Set<string>()
  const ask = async (template: string, status: number, sent: Sent = {}): Promise<void> => {
    const method = sent.body === undefined ? 'get' : 'post'
    const path = template.replace('{model}', 'loans').replace('{version}', '7')
    const reply = await send(`${url}${path}`, sent)
    t.equal(reply.status, status, `${method} ${template}`)
    const told = described.paths[template]?.[method]?.responses[status]
    t.ok(told, `${method} ${template} tells of ${status}`)
    reached.add(`${method} ${template}`)
    if (told?.content === undefined) return
    const steps = ['paths', template, method, 'responses', String(status), 'content', 'application/json', 'schema']
    const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
    const validate = ajv.getSchema(`openapi#/${pointer}`)
    t.ok(validate?.(reply.json), `${method} ${template} ${status}: ${JSON.stringify(validate?.errors)}`)
  }
  for (const model of ['', '/models/{model}', '/models/{model}/versions/{version}']) {
    await ask(`${model}/predict`, 200, { body: { rows: [row] } })
    await ask(`${model}/predict`, 400, { body: { rows: [{}] } })
    await ask(`${model}/invocations`, 200, { body: { dataframe_records: [row] } })
    await ask(`${model}/invocations`, 400, { body: {} })
    if (model === '') continue
    await ask(`/v2${model}/infer`, 200, { body: { id: 'a', parameters: { b: 1 }, inputs: tensors } })
    await ask(`/v2${model}/infer`, 400, { body: { inputs: [] } })
    await ask(`/v2${model}`, 200)
    await ask(`/v2${model}/ready`, 200)
  }
  for (const path of [
    '/v2',
    '/v2/health/live',
    '/v2/health/ready',
    '/health/live',
    '/health/ready',
    '/ping',
    '/health',
  ])
    await ask(path, 200)
  await ask('/version', 200)
  await ask('/openapi.json', 200)
  const all = Object.entries<object>(described.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  )
  t.same(
    all.filter((operation) => !reached.has(operation)),
    [],
    'and all that it describes was asked',
  )
})
