import t, { type Test } from 'tap'
import type { Signature } from '../../src/model/index.ts'
import { leaks, type Sent, send } from './client.ts'
import { tinyModel } from './model.ts'
import { start } from './start.ts'

const rows = [
  { income: 2, purpose: 'car' },
  { income: null, purpose: 'home' },
]
const predictions = [
  { prediction: 'no', probabilities: { no: 0.75, yes: 0.25 } },
  { prediction: 'yes', probabilities: { no: 0.25, yes: 0.75 } },
]
const columns = ['income', 'purpose']
const data = rows.map(({ income, purpose }) => [income, purpose])

async function invoke(t: Test, url: string, sent: Sent) {
  const reply = await send(`${url}/invocations`, sent)
  t.notMatch(reply.text, leaks)
  return reply
}

t.test('the four forms of JSON', async (t) => {
  const { url } = await start(t)
  for (const body of [
    { dataframe_split: { columns, data } },
    {
      dataframe_split: { index: ['a', 'b'], columns: ['purpose', 'income'], data: data.map((row) => row.toReversed()) },
    },
    { dataframe_records: rows },
    { dataframe_records: rows, params: {} },
    { instances: rows },
    { instances: data.map((row) => [...row, null, null]) },
    { inputs: { income: [2, null], purpose: ['car', 'home'] } },
    { inputs: { income: [[2], [null]], purpose: [['car'], ['home']] } },
    { inputs: data.map((row) => [...row, null, null]), params: null },
  ]) {
    const { status, json, text } = await invoke(t, url, { body })
    t.equal(status, 200, text)
    t.same(json, { predictions })
  }
  t.same((await send(`${url}/models/loans/invocations`, { body: { instances: rows } })).json, { predictions })
  t.same((await send(`${url}/models/loans/versions/7/invocations`, { body: { instances: rows } })).json, {
    predictions,
  })
})

t.test('plain values where a model has one column', async (t) => {
  const columns: Signature['columns'] = [
    { name: 'income', type: 'number', unseen: 'error', missing: true, optional: false },
  ]
  const { url } = await start(t, {
    model: tinyModel({}, { columns, output: 'values', classes: [], task: 'regression' }),
  })
  t.same((await invoke(t, url, { body: { instances: [2, null] } })).json, {
    predictions: [
      { prediction: 0.25, value: 0.25 },
      { prediction: 0.75, value: 0.75 },
    ],
  })
})

t.test('CSV', async (t) => {
  const { url } = await start(t)
  const csv = (text: string, type = 'text/csv') => invoke(t, url, { text, headers: { 'content-type': type } })
  for (const text of ['income,purpose\n2,car\n,home\n', 'purpose,income\r\n"car",2.0\r\nhome,NA']) {
    for (const type of ['text/csv', 'text/csv; charset=utf-8', 'TEXT/CSV;charset="UTF-8"'])
      t.same((await csv(text, type)).json, { predictions }, type)
  }
  const typed = await csv('income,purpose,owner,since\n2,car,TRUE,2026-01-31\n,home,false,\n')
  t.same(typed.json, { predictions })
  for (const [text, message] of [
    ['', 'the body is empty'],
    ['income,purpose\n', 'the body holds a header and no row'],
    ['income,purpose\n2\n', 'a row has more or less fields than the header'],
    ['income,income\n2,3\n', 'a name of the header is empty or stands there twice'],
    ['income,purpose\n2,"car\n', 'a quote is not closed'],
    ['income,purpose\n=1+1,car\n', 'row 0: column `income` does not hold what it must: a number is expected'],
    ['income\n2\n', 'row 0: column `purpose` is absent'],
    ['income,purpose,x\n2,car,1\n', 'row 0: the model has no column `x`'],
  ] as const) {
    const { status, json } = await csv(text)
    t.equal(status, 400, message)
    t.same(json, { error_code: 'BAD_REQUEST', message })
  }
})

t.test('what is wrong is told exactly', async (t) => {
  const { url } = await start(t, { limits: { rows: 3 } })
  const forms = 'dataframe_split, dataframe_records, instances, inputs'
  const cases: readonly [unknown, string][] = [
    [rows, `the body is not an object with one of ${forms}`],
    [{}, `the body holds none of ${forms}`],
    [{ messages: [] }, `the body holds none of ${forms}`],
    [{ instances: rows, inputs: rows }, `the body holds several of ${forms}`],
    [{ instances: rows, rows }, `the body holds more than one of ${forms}, and params`],
    [{ instances: rows, params: { a: 1 } }, '`params` holds something, and this model has no params'],
    [{ instances: rows, params: [] }, '`params` holds something, and this model has no params'],
    [{ dataframe_split: data }, '`dataframe_split` is not an object of columns and data'],
    [{ dataframe_split: { columns, data, rows } }, '`dataframe_split` holds more than columns, data and index'],
    [{ dataframe_split: { columns: 3, data } }, '`dataframe_split.columns` is not a list of names'],
    [{ dataframe_split: { columns: ['income', 'income'], data } }, 'column `income` is named twice'],
    [{ dataframe_split: { columns, data: {} } }, '`dataframe_split.data` is not a list of rows'],
    [{ dataframe_split: { columns, data, index: [1] } }, '`dataframe_split.index` is not a list of one label a row'],
    [{ dataframe_split: { columns, data: [[2]] } }, 'row 0 has 1 values for 2 columns'],
    [{ dataframe_split: { columns, data: [rows[0]] } }, 'row 0 is not a list of values'],
    [{ dataframe_split: { columns, data: [] } }, 'there are no rows'],
    [{ dataframe_records: rows[0] }, '`dataframe_records` is not a list of rows'],
    [{ dataframe_records: data }, 'row 0 is not an object of columns'],
    [{ instances: {} }, '`instances` is not a list of rows'],
    [{ instances: [] }, 'there are no rows'],
    [{ instances: [rows[0], data[0]] }, 'row 0 is not a list of values'],
    [{ inputs: 3 }, '`inputs` is not a list of rows'],
    [{ inputs: {} }, '`inputs` names no column'],
    [{ inputs: { income: 3 } }, 'column `income` is not a list of values'],
    [{ inputs: { income: [2], purpose: [] } }, 'columns differ in rows: `income`, `purpose`'],
    [{ inputs: { income: [2] } }, 'row 0: column `purpose` is absent'],
    [
      { instances: [{ ...rows[0], income: '2' }] },
      'row 0: column `income` does not hold what it must: a number is expected',
    ],
  ]
  for (const [body, message] of cases) {
    const { status, json } = await invoke(t, url, { body })
    t.equal(status, 400, message)
    t.same(json, { error_code: 'BAD_REQUEST', message })
  }
  const many = await invoke(t, url, { body: { instances: [...rows, ...rows] } })
  t.equal(many.status, 413)
  t.same(many.json, { error_code: 'BAD_REQUEST', message: 'there are 4 rows, at most 3 are scored at a time' })
  t.same((await send(`${url}/models/other/invocations`, { body: {} })).json, {
    error_code: 'RESOURCE_DOES_NOT_EXIST',
    message: 'there is no such model or version here',
  })
})

t.test('other media types, charsets and parameters are refused in plain text', async (t) => {
  const { url } = await start(t)
  for (const type of [
    'text/plain',
    'text/xml',
    'application/json; charset=utf-16',
    'text/csv; charset=latin1',
    'application/json; version=2',
    'text/csv; header=present',
    'nonsense',
  ]) {
    const { status, headers, text } = await invoke(t, url, { text: '{}', headers: { 'content-type': type } })
    t.equal(status, 415, type)
    t.match(headers['content-type'], 'text/plain')
    t.match(text, 'application/json and text/csv')
  }
})

t.test('health and version', async (t) => {
  const { url } = await start(t, { token: 'abc' })
  for (const path of ['/ping', '/health']) {
    const { status, text } = await send(`${url}${path}`)
    t.equal(status, 200)
    t.equal(text, '\n')
  }
  t.equal((await send(`${url}/version`)).status, 401)
  const { text, status } = await send(`${url}/version`, { headers: { authorization: 'Bearer abc' } })
  t.equal(status, 200)
  t.match(text, /^\d+\.\d+\.\d+/)
  t.equal((await send(`${url}/invocations`, { body: { instances: rows } })).json.error_code, 'UNAUTHENTICATED')
})
