import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { canonicalJson } from '../../src/base/canonical.ts'
import { digestBytes, digestJson } from '../../src/base/digest.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { readLock } from '../../src/run/lock.ts'
import { checkStore, collect, isTombstone, openStore } from '../../src/store/index.ts'
import { daybook } from '../cli/daybook.ts'
import { unpackStore } from './kept-store.ts'

function kept(t: Test): string {
  const folder = join(t.testdir(), '.daybook')
  unpackStore('format-1', folder)
  return folder
}

const [first, second, third] = ['20261122-113144-3afa7d', '20261122-113145-63f4d4', '20261122-113145-d6f62d']

/** Changes a JSON file and gives the changed content. */
function change(path: string, with_: JsonObject): JsonObject {
  const changed = { ...(JSON.parse(readFileSync(path, 'utf8')) as JsonObject), ...with_ }
  chmodSync(path, 0o600)
  writeFileSync(path, `${JSON.stringify(changed)}\n`)
  return changed
}

/** Seals a ledger entry again after a change, as whoever wrote it would have. */
function sealEntry(path: string, with_: JsonObject): void {
  const { entry: _, ...content } = change(path, with_)
  change(path, { entry: digestJson(content) })
}

t.test('a store of format 1, as it was kept', async (t) => {
  const folder = kept(t)
  const store = await openStore(folder, { create: false })
  t.same(
    (await store.runs.list()).map(({ run }) => run),
    [third, second, first],
  )
  const record = await store.runs.resolve('kept')
  t.equal(record.digest, 'cf95f0b72c44e5b063da91630bdf6d28612d9addfe1414ca6c8a3d59408895b1')
  t.equal((await store.runs.read(first)).digest, '875f0e715f5f14ea2c2c27d88deb8e3c09f155e89375b5ac23ade1649486dd1c')
  t.equal((await store.runs.forgotten(third))?.reason, 'kept for a test')
  t.equal((await store.ledger.entries()).filter(isTombstone).length, 1)
  const keys = (await store.runs.read(second)).observed.cells.map(({ key }) => key as string)
  for (const key of keys) t.ok(await store.cells.get(key), 'each cell is in the cache')
  const { damages, checked, forgotten } = await checkStore(store)
  t.same(damages, [])
  t.equal(checked.runs, 3)
  t.equal(forgotten.length, 1)
  t.match(await collect(await openStore(folder), { graceMs: -1000 }), { objects: 0, cells: 0, runs: 0 })
})

t.test('a store without a format is one that nobody finished making', async (t) => {
  const folder = kept(t)
  rmSync(join(folder, 'format'))
  t.match((await checkStore(await openStore(folder, { create: false }))).damages, [{ path: 'format' }])
  t.equal((await (await openStore(folder)).runs.list()).length, 3)
  t.equal(readFileSync(join(folder, 'format'), 'utf8'), '1\n')
  t.same((await checkStore(await openStore(folder))).damages, [])
})

t.test('a newer store is refused by every command, and is not touched', async (t) => {
  const folder = kept(t)
  writeFileSync(join(folder, 'format'), '2\n')
  const newer = { code: 'STORE_NEWER', message: /has format 2, this Daybook knows 1/, hint: /newer Daybook/ }
  await t.rejects(openStore(folder), newer)
  await t.rejects(openStore(folder, { create: false }), newer)
  const { code, stdout } = await daybook(['ls', '--json', '--store', folder])
  t.equal(code, 1)
  t.match(JSON.parse(stdout), { ok: false, errors: [{ code: 'STORE_NEWER' }] })
  writeFileSync(join(folder, 'format'), 'two\n')
  await t.rejects(openStore(folder), { code: 'STORE_DAMAGED' })
})

t.test('newer entries, records, cells and locks are named as such', async (t) => {
  const folder = kept(t)
  const ledger = (number: number) => join(folder, 'ledger', `000000000${number}.json`)
  sealEntry(ledger(3), { format: 2 })
  sealEntry(ledger(4), { kind: 'sealed' })
  const record = join(folder, 'runs', first, 'run.json')
  change(record, { format: 2 })
  const entry = JSON.parse(readFileSync(ledger(1), 'utf8')) as { readonly files: JsonObject }
  sealEntry(ledger(1), { files: { ...entry.files, record: digestBytes(readFileSync(record)) } })
  const store = await openStore(folder, { create: false })
  await t.rejects(store.runs.read(first), { code: 'STORE_RUN_CORRUPT', message: /format is 2/, hint: /newer Daybook/ })
  await t.rejects(store.ledger.read(3), { code: 'STORE_LEDGER_DAMAGED', message: /format is 2/, hint: /newer Daybook/ })
  await t.rejects(
    store.ledger.append({} as never),
    { message: /kind "sealed"/, hint: /newer Daybook/ },
    'nothing is added to it',
  )
  const { key } = (await store.runs.read(second)).observed.cells[0] as { readonly key: string }
  const { digest: _, ...cell } = JSON.parse(readFileSync(join(folder, 'cells', key), 'utf8')) as JsonObject
  const newer = { ...cell, format: 2 }
  writeFileSync(join(folder, 'cells', key), canonicalJson({ ...newer, digest: digestJson(newer as Json) }))
  t.equal(await store.cells.get(key), undefined, 'a newer cache entry is a miss')
  const page = join(t.testdir(), 'page.yaml')
  writeFileSync(page.replace('.yaml', '.lock.json'), JSON.stringify({ format: 2 }))
  await t.rejects(readLock(page), { code: 'LOCK_UNREADABLE', message: /format is 2/ })
})
