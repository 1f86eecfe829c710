import {
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { digestBytes, digestJson } from '../../src/base/digest.ts'
import type { Json } from '../../src/base/json.ts'
import { checkStore, type LedgerEntry, type OnStep, openStore, type Store } from '../../src/store/index.ts'
import { quickFolder, watch } from './disk-faults.ts'
import { recordOf } from './record.ts'

/** One full block of 256 entries, a second one, and some more. */
const count = 520

const made = quickFolder(t)
const store = await openStore(made)
for (let i = 0; i < count; i++) {
  const id = `20260101-${String(i).padStart(6, '0')}-aaaaaa`
  await store.runs.write(recordOf(id, i % 200 === 3 ? 'rare' : 'loans', 'ok', 0.8 + i / 10_000), [], undefined)
}

function copied(t: Test): string {
  const folder = join(quickFolder(t), 'store')
  cpSync(made, folder, { recursive: true, preserveTimestamps: true })
  return folder
}

const entryPath = (folder: string, number: number): string =>
  join(folder, 'ledger', `${String(number).padStart(10, '0')}.json`)

const open = (folder: string, onStep?: OnStep): Promise<Store> =>
  openStore(folder, { create: false, ...(onStep && { onStep }) })

/** Changes an entry so that it still holds its own digest: only the chain, or a copy of it, can tell. */
function forge(path: string): void {
  const { entry, ...content } = JSON.parse(readFileSync(path, 'utf8')) as LedgerEntry & { readonly x?: Json }
  const forged = { ...content, metrics: { auc: 0.99 } }
  chmodSync(path, 0o600)
  writeFileSync(path, JSON.stringify({ ...forged, entry: digestJson(forged as unknown as Json) }))
}

t.test('runs are listed and found without reading the entries of full blocks', async (t) => {
  const folder = copied(t)
  const fresh = await open(folder)
  t.equal((await fresh.runs.list()).length, count, 'copied files have other times: the blocks are made anew')
  const { taken, onStep } = watch()
  const listed = await (await open(folder, onStep)).runs.list()
  t.equal(listed.length, count)
  t.same(listed[0], (await store.runs.list())[0])
  const read = () => taken.filter(({ step }) => step === 'read').length
  t.ok(read() <= 1 + 3 + (count % 256), `${read()} files were read`)
  for (const [word, most] of [
    ['latest', 2],
    ['20260101-000519-aaaaaa', 2],
    ['rare', 125],
  ] as const) {
    taken.length = 0
    await (await open(folder, onStep)).runs.find(word)
    t.ok(read() <= most + 1, `${word}: ${read()} files were read`)
  }
  taken.length = 0
  const early = await (await open(folder, onStep)).runs.read('20260101-000010-aaaaaa')
  t.equal(early.id, '20260101-000010-aaaaaa')
  t.ok(
    taken.some(({ path }) => path === entryPath(folder, 11)),
    'what it stands on is read from the entry itself',
  )
})

t.test('a copy of a block is nothing to rely on: without it, or with a damaged one, all is as before', async (t) => {
  const folder = copied(t)
  const index = join(folder, 'ledger-index')
  t.same(readdirSync(index), ['0000000001', '0000000257'])
  const expected = await store.runs.list()
  rmSync(index, { recursive: true })
  t.same(await (await open(folder)).runs.list(), expected)
  t.same(readdirSync(index), ['0000000001', '0000000257'], 'they are made again')
  const path = join(index, '0000000001')
  const sound = readFileSync(path)
  for (const damage of [Buffer.alloc(0), sound.subarray(0, 500), Buffer.from(sound).fill(0x20, 200, 210)]) {
    writeFileSync(path, damage)
    t.same(
      (await checkStore(await open(folder))).damages.map(({ path, quarantined }) => [path, quarantined]),
      [[join('ledger-index', '0000000001'), true]],
    )
    t.same(await (await open(folder)).runs.list(), expected)
  }
  const lies = JSON.parse(sound.toString('utf8', 65)) as { entries: { metrics: Json }[] }
  ;(lies.entries[4] as { metrics: Json }).metrics = { auc: 0.99 }
  writeFileSync(path, `${digestBytes(JSON.stringify(lies))}\n${JSON.stringify(lies)}`)
  const { damages } = await checkStore(await open(folder))
  t.match(damages, [{ error: { code: 'STORE_INDEX_DAMAGED' }, quarantined: true }], 'one that lies is found by fsck')
})

t.test('an entry that was edited, removed or swapped is told by a list, and by fsck', async (t) => {
  const changes: Readonly<Record<string, [(folder: string) => void, number[]]>> = {
    edited: [
      (folder) => {
        chmodSync(entryPath(folder, 7), 0o600)
        writeFileSync(entryPath(folder, 7), readFileSync(entryPath(folder, 7), 'utf8').replace('0.80', '0.90'))
      },
      [7],
    ],
    'edited, with its old times': [
      (folder) => {
        const path = entryPath(folder, 7)
        const { atime, mtime } = statSync(path)
        chmodSync(path, 0o600)
        writeFileSync(path, readFileSync(path, 'utf8').replace('0.80', '0.90'))
        utimesSync(path, atime, mtime)
      },
      [7],
    ],
    'forged, with a digest of its own': [(folder) => forge(entryPath(folder, 7)), [8]],
    removed: [(folder) => rmSync(entryPath(folder, 300)), [300]],
    'removed from the end': [
      (folder) => {
        for (let number = 500; number <= count; number++) rmSync(entryPath(folder, number))
      },
      Array.from({ length: 13 }, (_, i) => 500 + i),
    ],
    swapped: [
      (folder) => {
        renameSync(entryPath(folder, 20), join(folder, 'x'))
        renameSync(entryPath(folder, 21), entryPath(folder, 20))
        renameSync(join(folder, 'x'), entryPath(folder, 21))
      },
      [20, 21],
    ],
  }
  for (const [what, [change, numbers]] of Object.entries(changes)) {
    const folder = copied(t)
    await (await open(folder)).ledger.view()
    change(folder)
    t.same((await (await open(folder)).ledger.view()).damaged, numbers, `${what}: told by a list`)
    const found = (await (await open(folder)).ledger.check()).map(({ values }) => values.number)
    t.same(found, numbers, `${what}: found by fsck`)
  }
})

t.test('a run whose entry was changed is not taken up, whatever the copies say', async (t) => {
  const folder = copied(t)
  await (await open(folder)).ledger.view()
  const path = entryPath(folder, 11)
  const { atime, mtime } = statSync(path)
  chmodSync(path, 0o600)
  writeFileSync(path, readFileSync(path, 'utf8').replace('0.8', '0.9'))
  utimesSync(path, atime, mtime)
  await t.rejects((await open(folder)).runs.resolve('20260101-000010-aaaaaa'), { code: 'STORE_LEDGER_DAMAGED' })
  t.equal((await (await open(folder)).runs.latestOf('loans'))?.id, '20260101-000519-aaaaaa')
})

t.test('a copy is made when its block is full, and a list needs no place to write', async (t) => {
  const folder = quickFolder(t)
  const { runs } = await openStore(folder)
  const write = (i: number) => runs.write(recordOf(`20260101-${String(i).padStart(6, '0')}-bbbbbb`, 'x'), [], undefined)
  for (let i = 1; i < 256; i++) await write(i)
  t.notOk(readdirSync(folder).includes('ledger-index'))
  await write(256)
  t.same(readdirSync(join(folder, 'ledger-index')), ['0000000001'])
  rmSync(join(folder, 'ledger-index'), { recursive: true })
  const onStep: OnStep = (step) => {
    if (step === 'open' || step === 'makeFolder')
      throw Object.assign(new Error('EROFS: read-only file system, open'), { code: 'EROFS' })
  }
  t.equal((await (await open(folder, onStep)).runs.list()).length, 256)
})

t.test('what a clock that goes backwards changes', async (t) => {
  const { runs } = await openStore(t.testdir())
  for (const id of ['20260102-000000-aaaaaa', '20260101-000000-bbbbbb'])
    await runs.write(recordOf(id, 'x'), [], undefined)
  t.equal((await runs.find('latest')).run, '20260101-000000-bbbbbb', 'nothing: the ledger says what came last')
  t.equal((await runs.latestOf('x'))?.id, '20260101-000000-bbbbbb')
})
