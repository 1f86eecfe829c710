import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { canonicalJson } from '../../../src/base/canonical.ts'
import { digestBytes } from '../../../src/base/digest.ts'
import { seal } from '../../../src/base/dsse.ts'
import { newKeyPair, signingKey } from '../../../src/base/signing-key.ts'
import { checkReceipts } from '../../../src/store/receipts/check-receipts.ts'
import { checkpointType, rowDigest, rowText } from '../../../src/store/receipts/receipt.ts'
import { type Decision, ReceiptFile, type ReceiptFileOptions } from '../../../src/store/receipts/receipt-file.ts'

const key = signingKey(newKeyPair().privatePem)
const other = signingKey(newKeyPair().privatePem)

function decision(i: number): Decision {
  return {
    row: rowText({ income: i }),
    model: { name: 'loans', version: '7', digest: digestBytes('model') },
    run: digestBytes('run'),
    output: { prediction: i % 2 === 0 ? 'no' : 'yes', probabilities: { no: 0.25, yes: 0.75 } },
  }
}

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-receipts-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A file of ten decisions, signed after every four and at the end. */
function written(t: Test, options: ReceiptFileOptions = { every: 4 }) {
  const path = join(folderOf(t), 'receipts.ndjson')
  const file = new ReceiptFile(path, key, options)
  const ids = [0, 2, 4, 6, 8].flatMap((i) => file.append([decision(i), decision(i + 1)]))
  file.close()
  return { path, ids }
}

const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n')
const rewrite = (path: string, lines: readonly string[]): void => writeFileSync(path, `${lines.join('\n')}\n`)
const check = (path: string, id?: string, by = key) => checkReceipts(path, by.publicKey, id)

t.test('a file as it was written', async (t) => {
  const { path, ids } = written(t)
  const checked = await check(path, ids[5])
  t.match(checked, { receipts: 10, signed: 10, torn: 0, faults: [], header: { previous: null } })
  t.match(checked.found, { signed: true, receipt: { n: 6, output: { prediction: 'yes' } } })
  const lines = linesOf(path)
  t.equal(lines.length, 14, 'a header, ten decisions, three signatures')
  t.equal(digestBytes(lines[1] as string), ids[0], 'an id is the digest of a line')
  t.equal(checked.found?.receipt.input, rowDigest(checked.header?.salt as string, '{"income":5}'))
  t.not(checked.found?.receipt.input, digestBytes('{"income":5}'), 'no digest that could be looked up')
  t.notMatch(readFileSync(path, 'utf8'), /income/)
  t.equal(readdirSync(join(path, '..')).length, 1, 'the lock is gone')
})

t.test('edited, removed, moved, put between: the file says so', async (t) => {
  const { path, ids } = written(t)
  const lines = linesOf(path)
  const faultsOf = async (changed: readonly string[]) => {
    rewrite(path, changed)
    return (await check(path)).faults
  }
  const edited = lines.map((line, i) => (i === 3 ? line.replace('"prediction":"no"', '"prediction":"yes"') : line))
  t.not(edited[3], lines[3])
  t.match(await faultsOf(edited), [/line 5 does not go on/])
  const gone = await check(path, ids[2])
  t.equal(gone.found, undefined, 'its id is not found either')
  t.equal(gone.signed, 0, 'nothing behind the first fault counts as signed')
  t.match(await faultsOf(lines.filter((_, i) => i !== 3)), [/line 4 does not go on/, /number 4, 3 is expected/])
  const swapped = [...lines]
  ;[swapped[2], swapped[3]] = [lines[3] as string, lines[2] as string]
  t.match(await faultsOf(swapped), [/line 3 does not go on/, /number 3, 2/])
  t.match(await faultsOf([...lines.slice(0, 4), lines[4] as string, ...lines.slice(4)]), [/line 6 does not go on/])
  t.match(await faultsOf(lines.slice(1)), [/line 1 is no header/])
  t.match(await faultsOf([...lines.slice(0, 3), 'x', ...lines.slice(3)]), [
    /line 4 is no receipt/,
    /line 5 does not go on/,
  ])
  t.same(await faultsOf(lines), [])
})

t.test('the last decision before a signature, edited: the signature is over another line', async (t) => {
  const { path } = written(t)
  const lines = linesOf(path)
  rewrite(
    path,
    lines.map((line, i) => (i === 4 ? line.replace('"prediction":"yes"', '"prediction":"no"') : line)),
  )
  t.match((await check(path)).faults, [/line 6 signs another line/])
})

t.test('a chain made anew by somebody without the key', async (t) => {
  const { path } = written(t)
  t.match((await check(path, undefined, other)).faults, [/line 1 is not signed by the key/])
  const forged = join(folderOf(t), 'receipts.ndjson')
  const file = new ReceiptFile(forged, other)
  file.append([decision(1)])
  file.close()
  t.match((await check(forged)).faults, [/line 1 is not signed/, /line 3 is not signed/])
  // Decisions behind the last signature, and a signature by another key.
  const lines = linesOf(path)
  const head = digestBytes(lines.at(-1) as string)
  const made = canonicalJson({ ...JSON.parse(lines[1] as string), before: head, n: 11 })
  const signature = seal(checkpointType, Buffer.from(canonicalJson({ head: digestBytes(made), n: 11 })), other)
  rewrite(path, [...lines, made, canonicalJson(signature as never)])
  const checked = await check(path, digestBytes(made))
  t.match(checked.faults, [/line 16 is not signed by the key/])
  t.equal(checked.found?.signed, false)
})

t.test('cut off at the end: what a file shows alone, beside the next one, and by the id', async (t) => {
  const { path, ids } = written(t)
  rewrite(path, linesOf(path).slice(0, 6)) // up to and with the first signature
  const alone = await check(path, ids[9])
  t.same(alone.faults, [], 'the file alone cannot show it')
  t.equal(alone.found, undefined, 'who holds an id can')

  const { path: whole } = written(t)
  new ReceiptFile(whole, key).close()
  const aside = join(whole, '..', 'receipts.000001.ndjson')
  t.same((await check(aside)).faults, [])
  t.match((await check(whole)).beside, { previous: true })
  rewrite(aside, linesOf(aside).slice(0, 6))
  t.match((await check(aside)).faults, [/receipts\.ndjson goes on from another end/])
  t.match((await check(whole)).faults, [/receipts\.000001\.ndjson does not end as this file says/])
})

t.test('a server that was killed: what is not signed is told, and so is a line that was cut off', async (t) => {
  const path = join(folderOf(t), 'receipts.ndjson')
  const file = new ReceiptFile(path, key, { every: 1000, withinMs: 60_000 })
  const [first] = file.append([decision(1), decision(2)])
  t.match(await check(path, first), { receipts: 2, signed: 0, faults: [], found: { signed: false } })
  appendFileSync(path, '{"before":"12')
  t.match(await check(path), { receipts: 2, torn: 13, faults: [] })
  rmSync(`${path}.lock`)
  writeFileSync(`${path}.lock`, '999999999\n') // of a process that is gone
  const next = new ReceiptFile(path, key)
  const [third] = next.append([decision(3)])
  next.close()
  const checked = await check(path, third)
  t.match(checked, { receipts: 1, signed: 1, faults: [], beside: { previous: true } })
  t.match(checked.header?.previous, { file: 'receipts.000001.ndjson', n: 2, torn: 13 })
  t.equal(checked.found?.receipt.n, 3, 'numbers go on')
  t.match(await check(join(path, '..', 'receipts.000001.ndjson')), { receipts: 2, torn: 13, faults: [] })
})

t.test('files are put aside by size, and begin where the last one ended', async (t) => {
  const { path } = written(t, { largest: 1500 })
  const names = readdirSync(join(path, '..')).sort()
  t.ok(names.length > 2, names.join(' '))
  let receipts = 0
  for (const name of names) {
    const checked = await check(join(path, '..', name))
    t.same(checked.faults, [], name)
    receipts += checked.receipts
    t.equal(checked.signed, checked.receipts)
  }
  t.equal(receipts, 10)
  rmSync(path) // a server ended between two renames: the next one goes on from the last that was put aside
  new ReceiptFile(path, key).close()
  t.match((await check(path)).header?.previous, { file: names.at(-2) })
})

t.test('one server a file; other files are left alone', async (t) => {
  const path = join(folderOf(t), 'receipts.ndjson')
  const file = new ReceiptFile(path, key)
  t.throws(() => new ReceiptFile(path, key), { code: 'RECEIPTS_IN_USE' })
  file.close()
  t.throws(() => file.append([decision(1)]), { code: 'RECEIPTS_NOT_WRITTEN' })
  writeFileSync(path, 'loans,income\n')
  t.throws(() => new ReceiptFile(path, key), { code: 'RECEIPTS_UNREADABLE' })
  t.equal(readFileSync(path, 'utf8'), 'loans,income\n')
  t.throws(() => new ReceiptFile(join(path, 'no', 'x.ndjson'), key), { code: 'RECEIPTS_NOT_WRITTEN' })
  await t.rejects(check(join(path, '..', 'none.ndjson')), { code: 'RECEIPTS_UNREADABLE' })
  writeFileSync(path, '')
  t.match((await check(path)).faults, [/no whole line/])
})
