import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import t, { type Test } from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import type { Model } from '../../src/model/index.ts'
import { root } from '../root.ts'
import { leaks, type Reply, type Sent, send } from './client.ts'
import { tinyModel } from './model.ts'
import { start } from './start.ts'

const file = join(root, '..', 'shared', 'specs', 'mlserver', 'dataplane.json')

interface Described {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, { readonly content?: object }> }>>
}

/** Judges answers by the protocol's own description, where that is at hand. */
function judge(): ((t: Test, path: string, method: string, reply: Reply) => void) | undefined {
  if (!existsSync(file)) return undefined
  // Its only oddity: bytes are no type of JSON Schema.
  const text = readFileSync(file, 'utf8').replaceAll('"type": "bytes"', '"type": "string"')
  const described = JSON.parse(text) as Described
  const ajv = new Ajv({ strict: false, allErrors: true })
  ajv.addSchema(described, 'dataplane')
  const pointer = (piece: string) => encodeURIComponent(piece.replaceAll('~', '~0').replaceAll('/', '~1'))
  return (t, path, method, { status, json }) => {
    const way = path
      .replace(/\/$/, '')
      .replace(/\/models\/[^/]+/, '/models/{model_name}')
      .replace(/\/versions\/[^/]+/, '/versions/{model_version}')
    const operation = described.paths[way]?.[method]
    t.ok(operation, `${method} ${way} is described`)
    // 503 is told as 500 is, 4xx as 400 is: the description names these alone.
    const responses = operation?.responses ?? {}
    const named = [String(status), status < 500 ? '400' : '500'].find((code) => responses[code])
    if (named === undefined || responses[named]?.content === undefined) return
    const steps = ['paths', way, method, 'responses', named, 'content', 'application/json', 'schema']
    const validate = ajv.getSchema(`dataplane#/${steps.map(pointer).join('/')}`)
    t.ok(validate?.(json), `${method} ${way} ${status}: ${JSON.stringify(validate?.errors)}`)
  }
}

const judged = judge()
if (judged === undefined) t.comment(`skipped: answers are not judged by ${file}, which is not here`)

/** Asks, and holds the answer against the protocol. */
async function ask(t: Test, url: string, path: string, sent: Sent = {}): Promise<Reply> {
  const reply = await send(`${url}${path}`, sent)
  judged?.(t, path, (sent.method ?? ((sent.body ?? sent.text) ? 'POST' : 'GET')).toLowerCase(), reply)
  t.notMatch(reply.text, leaks)
  return reply
}

const income = { name: 'income', shape: [2], datatype: 'FP64', data: [2, 0] }
const purpose = { name: 'purpose', shape: [2], datatype: 'BYTES', data: ['car', 'home'] }
const infer = '/v2/models/loans/infer'

t.test('the server and the model say what they are', async (t) => {
  const { url } = await start(t)
  for (const path of ['/v2', '/v2/']) {
    const { status, json } = await ask(t, url, path)
    t.equal(status, 200)
    t.match(json, { name: 'daybook', extensions: [] })
    t.type(json.version, 'string')
  }
  t.equal((await ask(t, url, '/v2/health/live')).status, 200)
  t.equal((await ask(t, url, '/v2/health/ready')).status, 200)
  for (const version of ['', '/versions/7', '/versions/champion']) {
    const { status, json, headers } = await ask(t, url, `/v2/models/loans${version}`)
    t.equal(status, 200)
    t.equal(headers['x-daybook-run-digest'], digestBytes('the run'))
    t.match(json, { name: 'loans', versions: ['7'], platform: 'daybook_v1' })
    t.same(
      json.inputs.map((one: { name: string; datatype: string; shape: number[] }) => [
        one.name,
        one.datatype,
        one.shape,
      ]),
      [
        ['income', 'FP64', [-1]],
        ['purpose', 'BYTES', [-1]],
        ['since', 'BYTES', [-1]],
        ['owner', 'BOOL', [-1]],
      ],
    )
    t.same(
      json.outputs.map((one: { name: string; datatype: string; shape: number[] }) => [
        one.name,
        one.datatype,
        one.shape,
      ]),
      [
        ['prediction', 'BYTES', [-1]],
        ['probabilities', 'FP64', [-1, 2]],
      ],
    )
    t.same((await ask(t, url, `/v2/models/loans${version}/ready`)).json, { name: 'loans', ready: true })
  }
})

t.test('infer: one tensor a column', async (t) => {
  const { url } = await start(t)
  for (const path of [infer, '/v2/models/loans/versions/7/infer']) {
    const { status, json } = await ask(t, url, path, { body: { id: 'request 1', inputs: [income, purpose] } })
    t.equal(status, 200)
    t.same(json, {
      model_name: 'loans',
      model_version: '7',
      id: 'request 1',
      outputs: [
        { name: 'prediction', datatype: 'BYTES', shape: [2], data: ['no', 'no'] },
        {
          name: 'probabilities',
          datatype: 'FP64',
          shape: [2, 2],
          parameters: { classes: '["no","yes"]' },
          data: [0.75, 0.25, 0.5, 0.5],
        },
      ],
    })
  }
})

t.test('infer: data flat or nested, every datatype that makes sense, missing values, optional inputs', async (t) => {
  const { url } = await start(t)
  const yes = async (inputs: unknown[]) => {
    const { status, json, text } = await ask(t, url, infer, { body: { inputs, outputs: [{ name: 'probabilities' }] } })
    t.equal(status, 200, text)
    return json.outputs[0].data.filter((_: number, i: number) => i % 2 === 1)
  }
  t.same(await yes([{ ...income, shape: [2, 1], data: [[2], [0]] }, purpose]), [0.25, 0.5])
  t.same(
    await yes([
      { ...income, shape: [2, 1], data: [2, 0] },
      { ...purpose, shape: [2, 1] },
    ]),
    [0.25, 0.5],
  )
  for (const datatype of ['INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'FP32', 'FP64'])
    t.same(await yes([{ ...income, datatype }, purpose]), [0.25, 0.5], datatype)
  t.same(await yes([{ ...income, data: [2, null] }, purpose]), [0.25, 0.75], 'null is missing')
  t.same(await yes([{ ...income, datatype: 'FP32', data: [0.1, 0] }, purpose]), [1 / (2 + Math.fround(0.1)), 0.5])
  const more = [
    { name: 'owner', shape: [2], datatype: 'BOOL', data: [true, null] },
    { name: 'since', shape: [2], datatype: 'BYTES', data: ['2026-01-31', null] },
    { name: 'loanId', shape: [2], datatype: 'INT64', data: [7, 8] },
  ]
  t.same(await yes([income, purpose, ...more]), [0.25, 0.5], 'columns that the model does not take may come along')
})

t.test('infer: outputs are chosen, ids and parameters come back', async (t) => {
  const { url } = await start(t)
  const inputs = [income, purpose]
  const { json } = await ask(t, url, infer, {
    body: {
      id: '',
      parameters: { trace: 'a', retry: 2, last: true },
      inputs,
      outputs: [{ name: 'probabilities', parameters: { binary_data: false } }, { name: 'prediction' }],
    },
  })
  t.same(
    json.outputs.map((one: { name: string }) => one.name),
    ['probabilities', 'prediction'],
    'in the order asked for',
  )
  t.equal(json.id, '')
  t.same(json.parameters, { trace: 'a', retry: 2, last: true })
  t.equal((await ask(t, url, infer, { body: { inputs, outputs: [] } })).json.outputs.length, 2)
})

t.test('infer: other sorts of models', async (t) => {
  const one = [
    { ...income, shape: [1], data: [2] },
    { ...purpose, shape: [1], data: ['car'] },
  ]
  const outputs = async (model: Model) => {
    const { url } = await start(t, { model })
    const metadata = (await ask(t, url, '/v2/models/loans')).json.outputs
    const { json } = await ask(t, url, infer, { body: { inputs: one } })
    t.same(
      json.outputs.map(({ name, datatype }: { name: string; datatype: string }) => ({ name, datatype })),
      metadata.map(({ name, datatype }: { name: string; datatype: string }) => ({ name, datatype })),
    )
    return json.outputs.map(({ name, datatype, shape, data }: Record<string, unknown>) => [name, datatype, shape, data])
  }
  const none = { classes: [], target: null }
  t.same(await outputs(tinyModel({}, { output: 'values', classes: [], task: 'regression' })), [
    ['prediction', 'FP64', [1], [0.25]],
  ])
  t.same(await outputs(tinyModel({}, { output: 'scores' })), [
    ['prediction', 'BYTES', [1], ['yes']],
    ['score', 'FP64', [1], [0.25]],
  ])
  t.same(await outputs(tinyModel({}, { ...none, output: 'clusters', task: 'clustering' })), [
    ['prediction', 'INT32', [1], [0]],
    ['distance', 'FP64', [1], [0.25]],
  ])
  t.same(await outputs(tinyModel({}, { ...none, output: 'scores', task: 'anomaly' })), [
    ['prediction', 'BOOL', [1], [true]],
    ['score', 'FP64', [1], [0.25]],
  ])
})

t.test('26, 27: what is wrong with a request is told exactly', async (t) => {
  const { url } = await start(t)
  const two = (change: object) => ({ inputs: [{ ...income, ...change }, purpose] })
  const cases: readonly [unknown, string][] = [
    [[], 'the body is not an object'],
    ['text', 'the body is not an object'],
    [{}, '`inputs` is not a list'],
    [{ inputs: {} }, '`inputs` is not a list'],
    [{ inputs: [] }, '`inputs` is empty'],
    [{ inputs: [3] }, 'input 0 is not an object'],
    [{ inputs: [income, purpose], id: 7 }, '`id` is not a text'],
    [{ inputs: [income, purpose], input: 7 }, 'the body holds more than id, parameters, inputs, outputs'],
    [
      { inputs: [income, purpose], parameters: { a: [1] } },
      'the request has `parameters` other than texts, numbers, true and false by name',
    ],
    [two({ parameters: 3 }), 'input `income` has `parameters` other than texts, numbers, true and false by name'],
    [two({ name: 3 }), 'input 0 has no `name`'],
    [two({ extra: 3 }), 'input `income` holds more than name, shape, datatype, parameters, data'],
    [{ inputs: [purpose] }, 'input `income` is missing'],
    [{ inputs: [income] }, 'input `purpose` is missing'],
    [{ inputs: [income, purpose, { ...income, name: 'incom' }] }, 'input `incom` is no column of this model'],
    [{ inputs: [income, purpose, { ...income, name: '__proto__' }] }, 'input `__proto__` is no column of this model'],
    [{ inputs: [income, purpose, income] }, 'input `income` is given twice'],
    [two({ datatype: 'FP16' }), `input \`income\` takes ${numbers}, not FP16`],
    [two({ datatype: 'BYTES' }), `input \`income\` takes ${numbers}, not BYTES`],
    [two({ datatype: 'fp64' }), 'input `income` has no datatype of the protocol'],
    [two({ datatype: undefined }), 'input `income` has no datatype of the protocol'],
    [two({ shape: undefined }), 'input `income` has no `shape` of whole numbers'],
    [two({ shape: [2.5] }), 'input `income` has no `shape` of whole numbers'],
    [two({ shape: [-1] }), 'input `income` has no `shape` of whole numbers'],
    [two({ shape: [] }), 'input `income` has a shape other than [rows] or [rows, 1]'],
    [two({ shape: [1, 2] }), 'input `income` has a shape other than [rows] or [rows, 1]'],
    [two({ shape: [2, 1, 1] }), 'input `income` has a shape other than [rows] or [rows, 1]'],
    [two({ shape: [3] }), 'input `income` has 2 elements, its shape asks for 3'],
    [two({ shape: [2 ** 40] }), `input \`income\` has 2 elements, its shape asks for ${2 ** 40}`],
    [two({ shape: [1], data: [2] }), 'inputs differ in rows: `income` has 1, `purpose` has 2'],
    [two({ shape: [0], data: [] }), 'there are no rows'],
    [two({ data: 'AAAA' }), 'input `income` has no list as `data`'],
    [two({ data: [[2], [0]] }), 'input `income` has data that is nested otherwise than its shape says'],
    [two({ shape: [2, 1], data: [[2], 0] }), 'input `income` has data that is nested otherwise than its shape says'],
    [
      two({ shape: [2, 1], data: [[2], [0, 1]] }),
      'input `income` has data that is nested otherwise than its shape says',
    ],
    [two({ shape: [2, 1], data: [[[2]], [[0]]] }), 'input `income`, element 0: a number is expected'],
    [two({ shape: [3, 1], data: [[2], [0]] }), 'input `income` has 2 rows, its shape asks for 3'],
    [two({ data: [2, '0'] }), 'input `income`, element 1: a number is expected'],
    [
      two({ datatype: 'INT8', data: [2, 128] }),
      'input `income`, element 1: a whole number from -128 to 127 is expected',
    ],
    [two({ datatype: 'UINT8', data: [-1, 2] }), 'input `income`, element 0: a whole number from 0 to 255 is expected'],
    [two({ datatype: 'INT32', data: [0.5, 2] }), `input \`income\`, element 0: ${whole(2 ** 31)} is expected`],
    [two({ datatype: 'FP32', data: [1e39, 2] }), 'input `income`, element 0: a number within ±3.4e38 is expected'],
    [{ inputs: [income, { ...purpose, data: ['car', 7] }] }, 'input `purpose`, element 1: text is expected'],
    [
      { inputs: [income, { ...purpose, data: ['car', 'boat'] }] },
      'row 1: column `purpose` does not hold what it must: a level that training saw is expected',
    ],
    [two({ data: [2, -1] }), 'row 1: column `income` does not hold what it must: a number of at least 0 is expected'],
    [{ inputs: [income, purpose], outputs: {} }, '`outputs` is not a list'],
    [{ inputs: [income, purpose], outputs: [{}] }, 'output 0 has no `name`'],
    [
      { inputs: [income, purpose], outputs: [{ name: 'logits' }] },
      'output `logits` is none of this model, which gives prediction, probabilities',
    ],
    [
      { inputs: [income, purpose], outputs: [{ name: 'prediction' }, { name: 'prediction' }] },
      'output `prediction` is asked for twice',
    ],
  ]
  for (const [body, error] of cases) {
    const { status, json } = await ask(t, url, infer, { body })
    t.equal(status, 400, error)
    t.same(json, { error })
  }
  const wide = JSON.stringify({ inputs: [{ ...income, datatype: 'INT64', data: [0, 0] }, purpose] })
  for (const digits of ['9007199254740993', '-9007199254740993', '1e300']) {
    const { status, json } = await ask(t, url, infer, { text: wide.replace('[0,0]', `[0,${digits}]`) })
    t.equal(status, 400, digits)
    t.same(json, {
      error: `input \`income\`, element 1: ${whole(2 ** 53)} is expected`.replace(`-${2 ** 53}`, `-${2 ** 53 - 1}`),
    })
  }
  for (const text of [
    wide.replace('[0,0]', '[0,NaN]'),
    wide.replace('[0,0]', '[0,Infinity]'),
    '{',
    '{"inputs":[1e999]',
  ])
    t.same((await ask(t, url, infer, { text })).json, { error: 'the body is not JSON' })
  const { json } = await ask(t, url, infer, { text: wide.replace('[0,0]', '[0,1e999]').replace('INT64', 'FP64') })
  t.same(json, { error: 'input `income`, element 1: a number is expected' })
})

const numbers = 'FP64, FP32, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64'

function whole(end: number): string {
  return `a whole number from ${-end} to ${end - 1}`
}

t.test('29: unknown models, versions, names, methods and media types', async (t) => {
  const { url } = await start(t)
  const none = { error: 'there is no such model or version here' }
  for (const path of [
    '/v2/models/Loans',
    '/v2/models/loans%2Fversions%2F7',
    '/v2/models/loans%00',
    '/v2/models/loans/versions/8',
    '/v2/models/loans/versions/challenger',
    '/v2/models/other/ready',
    '/v2/models/loans/versions/8/ready',
  ]) {
    const { status, json } = await send(`${url}${path}`)
    t.equal(status, 404, path)
    t.same(json, none)
  }
  for (const path of ['/v2/models/other/infer', '/v2/models/loans/versions/8/infer']) {
    const { status, json } = await ask(t, url, path, { body: { inputs: [income, purpose] } })
    t.equal(status, 404, path)
    t.same(json, none)
  }
  const nowhere = { error: 'there is nothing at this address' }
  for (const path of [
    '/v2/models',
    '/v2/models/',
    '/v2/models/%zz',
    '/v2/models/loans/Infer',
    '/v2/repository/index',
    '/v2/x',
  ]) {
    const { status, json } = await send(`${url}${path}`)
    t.equal(status, 404, path)
    t.same(json, nowhere)
  }
  const wrong = await send(`${url}${infer}`)
  t.equal(wrong.status, 405)
  t.equal(wrong.headers.allow, 'POST')
  t.same(wrong.json, { error: 'this address takes POST alone' })
  t.equal((await send(`${url}/v2/models/loans`, { body: {} })).status, 405)
  for (const type of ['text/xml', 'application/octet-stream', 'application/json; charset=utf-16']) {
    const { status, json } = await send(`${url}${infer}`, { text: '{}', headers: { 'content-type': type } })
    t.equal(status, 415, type)
    t.same(json, { error: 'the body is not JSON in UTF-8' })
  }
})
