import { fork } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { type CellEntry, isTombstone, newRunId, openStore } from '../../src/store/index.ts'
import { recordOf } from './record.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const zero = '0'.repeat(64)

function objectPath(folder: string, digest: string): string {
  return join(folder, 'objects', 'sha256', digest.slice(0, 2), digest.slice(2))
}

t.test('an object is read back, is read-only, and lies in a folder of its owner alone', async (t) => {
  const store = await openStore(t.testdir())
  const digest = await store.objects.put(bytes('hello'))
  t.equal(digest, digestBytes('hello'))
  t.same(await store.objects.get(digest), bytes('hello'))
  t.equal(await store.objects.put(bytes('hello')), digest)
  const path = objectPath(store.folder, digest)
  t.equal(statSync(path).mode & 0o777, 0o400)
  t.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
})

t.test('a missing or changed object is an error that says which, and is made anew by the next put', async (t) => {
  const folder = t.testdir()
  const digest = await (await openStore(folder)).objects.put(bytes('rows'))
  chmodSync(objectPath(folder, digest), 0o600)
  writeFileSync(objectPath(folder, digest), 'rowz')
  const store = await openStore(folder) // another process: nothing was checked yet
  await t.rejects(store.objects.get(digest), { code: 'STORE_OBJECT_CORRUPT' })
  await t.rejects(store.objects.get(zero), { code: 'STORE_OBJECT_MISSING' })
  await store.objects.put(bytes('rows'))
  t.same(await store.objects.get(digest), bytes('rows'))
})

t.test('many writers of one object leave one file and no leftovers', async (t) => {
  const folder = t.testdir()
  const stores = await Promise.all(Array.from({ length: 8 }, () => openStore(folder)))
  const digests = await Promise.all(stores.map((store) => store.objects.put(bytes('the same'))))
  t.equal(new Set(digests).size, 1)
  t.equal(readdirSync(join(objectPath(folder, digests[0] as string), '..')).length, 1)
})

t.test('a cell entry is a miss where it is damaged or its objects are gone, and never an error', async (t) => {
  const folder = t.testdir()
  const store = await openStore(folder)
  const [state, shown] = [await store.objects.put(bytes('state')), await store.objects.put(bytes('{}'))]
  const key = digestBytes('key')
  const entry: CellEntry = { format: 1, key, parts: { seed: 7 }, outputs: { state }, shown, facts: {}, run: 'r', ms: 3 }
  t.equal(await store.cells.get(key), undefined)
  await store.cells.put(entry)
  t.same(await store.cells.get(key), entry)
  const path = join(folder, 'cells', key)
  const text = readFileSync(path, 'utf8')
  for (const damage of ['', '{', text.replace('"seed":7', '"seed":8'), text.slice(0, -1)]) {
    writeFileSync(path, damage)
    t.equal(await store.cells.get(key), undefined)
  }
  writeFileSync(path, text)
  chmodSync(objectPath(folder, state), 0o600)
  rmSync(objectPath(folder, state))
  t.equal(await store.cells.get(key), undefined)
  t.same((await store.cells.read(key))?.parts, { seed: 7 }, 'its key parts still say why')
})

t.test('runs resolve by latest, id, pipeline and the start of an id', async (t) => {
  const { runs } = await openStore(t.testdir())
  await t.rejects(runs.resolve('latest'), { code: 'STORE_NO_RUN', hint: /run a page/ })
  await runs.write(recordOf('20260101-000000-aaaaaa', 'loans'), [], undefined)
  await runs.write(recordOf('20260102-000000-bbbbbb', 'loans', 'failed'), [], undefined)
  await runs.write(recordOf('20260102-000000-cccccc', 'wages'), [], '<html></html>')
  const id = async (word: string) => (await runs.resolve(word)).id
  t.equal(await id('latest'), '20260102-000000-cccccc')
  t.equal(await id('loans'), '20260101-000000-aaaaaa', 'the latest good run')
  t.equal(await id('20260102-000000-bbbbbb'), '20260102-000000-bbbbbb')
  t.equal(await id('20260101'), '20260101-000000-aaaaaa')
  await t.rejects(runs.resolve('20260102'), { code: 'STORE_AMBIGUOUS_RUN' })
  await t.rejects(runs.resolve('wagse'), { code: 'STORE_NO_RUN', hint: /wages/ })
  t.same(
    (await runs.list()).map(({ pipeline }) => pipeline),
    ['wages', 'loans', 'loans'],
  )
})

t.test('a record that was edited is refused', async (t) => {
  const folder = t.testdir()
  const { runs } = await openStore(folder)
  await runs.write(recordOf('20260101-000000-aaaaaa', 'loans'), [], undefined)
  const path = join(folder, 'runs', '20260101-000000-aaaaaa', 'run.json')
  chmodSync(path, 0o600)
  writeFileSync(path, readFileSync(path, 'utf8').replace('0.8', '0.9'))
  await t.rejects(runs.read('20260101-000000-aaaaaa'), { code: 'STORE_RUN_CORRUPT' })
})

t.test('the ledger chains its entries, and names those that were edited or removed', async (t) => {
  const folder = t.testdir()
  const { runs, ledger } = await openStore(folder)
  for (const name of ['a', 'b', 'c']) await runs.write(recordOf(newRunId(), name), [], undefined)
  const entries = await ledger.entries()
  t.equal(entries[0]?.previous, null)
  t.equal(entries[2]?.previous, entries[1]?.entry)
  t.same(await ledger.check(), [])
  const path = join(folder, 'ledger', '0000000002.json')
  const text = readFileSync(path, 'utf8')
  chmodSync(path, 0o600)
  writeFileSync(path, text.replace('"b"', '"x"'))
  t.same(
    (await ledger.check()).map(({ code }) => code),
    ['STORE_LEDGER_DAMAGED'],
  )
  t.equal((await ledger.entries()).length, 2)
})

t.test('a store that cannot be written says so; one of a newer format is refused', async (t) => {
  const folder = t.testdir({ file: 'in the way' })
  await t.rejects(openStore(join(folder, 'file', 'store')), { code: 'STORE_UNWRITABLE' })
  const newer = t.testdir({ store: { format: '99\n' } })
  await t.rejects(openStore(join(newer, 'store')), { code: 'STORE_NEWER' })
  await t.rejects(openStore(join(newer, 'store'), { create: false }), { code: 'STORE_NEWER' })
})

t.test('four processes append to one ledger: no number is lost or taken twice', async (t) => {
  const folder = t.testdir()
  const writer = fileURLToPath(new URL('./ledger-writer.js', import.meta.url))
  const children = Array.from({ length: 4 }, (_, i) => fork(writer, [folder, `writer-${i}`, '10']))
  const codes = await Promise.all(children.map((child) => new Promise((done) => child.on('exit', done))))
  t.same(codes, [0, 0, 0, 0])
  const { ledger } = await openStore(folder)
  t.equal((await ledger.entries()).length, 40)
  t.same(await ledger.check(), [])
})

t.test('writers that are killed at any moment leave nothing that looks finished', async (t) => {
  const folder = t.testdir()
  const writer = fileURLToPath(new URL('./ledger-writer.js', import.meta.url))
  const written = () => (existsSync(join(folder, 'ledger')) ? readdirSync(join(folder, 'ledger')).length : 0)
  for (let round = 0; round < 6; round++) {
    const child = fork(writer, [folder, `round-${round}`, '1000'])
    const ended = new Promise((done) => child.on('exit', done))
    const before = written()
    while (written() < before + 3) await new Promise((done) => setTimeout(done, 5)) // it is at work
    await new Promise((done) => setTimeout(done, 7 * round))
    child.kill('SIGKILL')
    await ended
  }
  const { ledger, runs } = await openStore(folder)
  const entries = await ledger.entries()
  t.ok(entries.length > 0, `${entries.length} runs were written`)
  t.same(await ledger.check(), [])
  for (const entry of entries) if (!isTombstone(entry)) await t.resolves(runs.read(entry.run))
})

t.test('a drawing is read back, and a damaged one is none', async (t) => {
  const folder = t.testdir()
  const { drawings } = await openStore(folder)
  t.equal(await drawings.get(zero), undefined)
  await drawings.put(zero, '<svg />')
  t.equal(await drawings.get(zero), '<svg />')
  writeFileSync(join(folder, 'drawings', zero), `${digestBytes('<svg />')}\n<svg>`)
  t.equal(await drawings.get(zero), undefined)
})
