import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { fail } from '../../src/base/errors.ts'
import { newKeyPair, signingKey } from '../../src/base/signing-key.ts'
import { proveReceipt } from '../../src/index.ts'
import { ReceiptFile } from '../../src/store/receipts/receipt-file.ts'
import { send } from './client.ts'
import { tinyModel } from './model.ts'
import { keptLog, start } from './start.ts'

const key = signingKey(newKeyPair().privatePem)
const rows = [
  { income: null, purpose: 'car', loanId: 7 },
  { income: 6, purpose: 'home' },
]
// The model of the tests explains through HTTP alone: what proves reasons needs both.
const model = tinyModel()
const explaining = {
  ...model,
  predictRows: (given: Parameters<typeof model.predictRows>[0], reasons?: Parameters<typeof model.predictRows>[1]) => {
    const plain = model.predictRows(given)
    if (reasons === undefined) return plain
    const yes = plain.map(({ probabilities }) => probabilities?.yes as number)
    return plain.map((one, i) => ({
      ...one,
      reasons:
        (yes[i] as number) > 0.5
          ? [{ column: 'income', contribution: (yes[i] as number) - 0.5, reason: 'income' }]
          : [],
    }))
  },
}

async function serving(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-receipts-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'receipts.ndjson')
  const started = await start(t, { model: explaining, receipts: new ReceiptFile(path, key) })
  return { ...started, path }
}

t.test('every decision has a receipt, and is proven by its row and its model', async (t) => {
  const { url, path, server } = await serving(t)
  const one = await send(`${url}/predict`, { body: { rows } })
  const two = await send(`${url}/predict?reasons=1`, { body: { rows } })
  t.equal(one.json.receipts.length, 2)
  const ids = [...one.json.receipts, ...two.json.receipts]
  t.equal(new Set(ids).size, 4, 'equal rows, receipts of their own')
  await server.close()
  const text = readFileSync(path, 'utf8')
  t.notMatch(text, /"purpose"|loanId/, 'no column of a row')
  for (const [i, receipt] of ids.entries()) {
    const proof = await proveReceipt(path, { key: key.publicKey, receipt, row: rows[i % 2], by: { model: explaining } })
    t.match(proof, { verdict: 'proven', sameRow: true, sameAnswer: true, faults: [], receipts: 4, signed: 4 })
  }
  const receipt = ids[0]
  const by = { model: explaining }
  const given = { key: key.publicKey, receipt, row: rows[0], by }
  const other = await proveReceipt(path, { ...given, row: { ...rows[0], loanId: 8 } as never })
  t.match(other, {
    verdict: 'refuted',
    sameRow: false,
    sameAnswer: undefined,
    faults: ['the receipt is of another row'],
  })
  const swapped = await proveReceipt(path, {
    ...given,
    by: { model: { ...explaining, digest: digestBytes('another') } },
  })
  t.match(swapped, { verdict: 'refuted', sameAnswer: false, faults: [/the model is another one/] })
  const lying = { ...explaining, predictRows: () => [{ prediction: 'no', probabilities: { no: 0.25, yes: 0.75 } }] }
  t.match(await proveReceipt(path, { ...given, by: { model: lying } }), {
    faults: [/the model answers .*the receipt says/],
  })
  const unreasoned = { ...explaining, predictRows: () => model.predictRows([rows[0] as never]) }
  t.match(await proveReceipt(path, { ...given, receipt: ids[2], by: { model: unreasoned } }), {
    verdict: 'refuted',
  })
  t.match(await proveReceipt(path, { ...given, receipt: digestBytes('x') }), { faults: [/there is no receipt/] })
})

t.test('keys of a row in another order are the same row', async (t) => {
  const { url, path, server } = await serving(t)
  const { json } = await send(`${url}/predict`, { text: '{"rows":[{"purpose":"car","income":2.0}]}' })
  await server.close()
  const row = { income: 2, purpose: 'car' }
  t.match(await proveReceipt(path, { key: key.publicKey, receipt: json.receipts[0], row }), { sameRow: true })
})

t.test('other protocols and refused rows have none; what has no digest is refused', async (t) => {
  const { url, path, server } = await serving(t)
  t.equal((await send(`${url}/predict`, { body: { rows: [{ income: 'x', purpose: 'car' }] } })).status, 400)
  const odd = await send(`${url}/predict`, { text: '{"rows":[{"income":1,"purpose":"car","loanId":"\\ud800"}]}' })
  t.match(odd, { status: 400, json: { error: { code: 'SERVE_BAD_REQUEST', row: 0 } } })
  t.equal((await send(`${url}/invocations`, { body: { dataframe_records: rows } })).status, 200)
  await server.close()
  t.equal(readFileSync(path, 'utf8').trimEnd().split('\n').length, 1, 'the header alone')
})

t.test('no decision without its receipt', async (t) => {
  const log = keptLog()
  const receipts = {
    append: () => {
      throw fail('RECEIPTS_NOT_WRITTEN', { file: '/secret/receipts', reason: 'ENOSPC' })
    },
    close: () => {},
  }
  const { url } = await start(t, { receipts, log })
  const { status, text } = await send(`${url}/predict`, { body: { rows } })
  t.equal(status, 500)
  t.notMatch(text, /secret|predictions/)
  t.match(log.lines.filter(({ level }) => level === 'error')[0]?.fields, { err: { code: 'RECEIPTS_NOT_WRITTEN' } })
})
