import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t, { type Test } from 'tap'
import { verifyRun } from '../../src/run/verify/verify-run.ts'
import { checkStore, collect, forget, inputsOf, openStore, type RunRecord } from '../../src/store/index.ts'
import { makeWorkshop, ranOf, seeRun } from '../run/workshop.ts'
import { endAt, quickFolder, watch } from './disk-faults.ts'

/** Two pages over one file of rows, and one over another. */
const workshop = makeWorkshop(t, 150)
const base = quickFolder(t)
const made = join(base, 'made')
const report = async () => '<p>A report.</p>'
const page = workshop.page({ evaluate: 'evaluate: { metrics: [auc], folds: 2, resamples: 0 }' })
const first = (await seeRun(page, { store: made, report })).finished?.record as RunRecord
const second = (await seeRun(page, { store: made, report, overrides: ['seed=4'] })).finished?.record as RunRecord
const elsewhere = makeWorkshop(t, 60)
const other = (await seeRun(elsewhere.page({ evaluate: null }), { store: made, report })).finished?.record as RunRecord
const asked = { inputs: inputsOf(first), reason: 'a customer asked', by: 'someone' }

function copied(t: Test): string {
  const folder = join(quickFolder(t), '.daybook')
  cpSync(made, folder, { recursive: true, preserveTimestamps: true })
  return folder
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

/** Files that hold an id of the loan book, which no feature is. */
function filesWithRows(folder: string, id = 'L100'): string[] {
  return filesUnder(folder).filter((file) => readFileSync(join(folder, file)).includes(id))
}

t.test('rows stand in frames alone: not in records, reports, events, figures or cache entries', async (t) => {
  t.ok(filesWithRows(made).length > 0)
  for (const file of filesWithRows(made)) t.match(file, /^objects/)
  const objects = new Set(filesWithRows(made).map((file) => file.split(/[/\\]/).slice(2).join('')))
  t.same([...objects], [first.result.cells[0]?.output])
})

t.test('the rows of an input are forgotten, by every run that read it, and the chain stays whole', async (t) => {
  const folder = copied(t)
  const store = await openStore(folder)
  const before = filesUnder(folder)
  const would = await forget(store, { ...asked, dryRun: true })
  t.same(filesUnder(folder), before, 'a dry run removes nothing')
  t.equal(would.tombstone, null)
  const did = await forget(store, asked)
  t.same(did.runs, [first.id, second.id])
  t.same({ ...did, tombstone: null }, { ...would, tombstone: null })
  t.same(filesWithRows(folder), [])
  t.equal(filesWithRows(folder, 'L20').length, 1, 'the rows of the other page stay')
  t.match(did.tombstone, { number: 4, kind: 'forgotten', reason: 'a customer asked', by: 'someone', runs: did.runs })

  const again = await openStore(folder)
  const { damages, forgotten } = await checkStore(again)
  t.same(damages, [], 'fsck is clean')
  t.same(
    forgotten.map(({ run, reason }) => [run, reason]),
    did.runs.map((run) => [run, 'a customer asked']),
  )
  t.equal((await again.runs.list()).length, 3)
  t.same(await again.runs.read(first.id), first)
  t.ok(existsSync(join(folder, 'runs', first.id, 'report.html')))
  t.ok(await again.objects.has(first.result.model?.digest as string), 'the model stays')
  t.match(await collect(again, { graceMs: -1000 }), { objects: 0, cells: 0 })

  const verify = verifyRun(first, { store: folder, threads: 1, env: {} })
  const { value } = await verify.next()
  t.match(value, { verdict: 'unverifiable', notes: [/forgotten on \d{4}-.* by someone: a customer asked/] })
  t.equal(await again.runs.forgotten(other.id), undefined)
})

t.test('a later run over the same file is a run like any other', async (t) => {
  const folder = copied(t)
  await forget(await openStore(folder), asked)
  const next = await seeRun(page, { store: folder })
  t.equal(next.finished?.record.digest, first.digest)
  t.ok(ranOf(next).includes('data'), 'the rows were read again')
  const store = await openStore(folder)
  t.same((await checkStore(store)).damages, [])
  t.equal(await store.runs.forgotten(next.finished?.record.id as string), undefined)
  t.ok(await store.runs.forgotten(first.id), 'the earlier one stays forgotten')
  const again = await forget(store, asked)
  t.equal(again.tombstone?.number, 6, 'what came back is forgotten by a second tombstone')
  t.same(filesWithRows(folder), [])
  t.same((await checkStore(await openStore(folder))).damages, [])
})

t.test('models go where that is asked for, and what a killed run left goes always', async (t) => {
  const folder = copied(t)
  const store = await openStore(folder)
  const stray = await store.objects.put(new TextEncoder().encode('rows of a run that was killed'))
  mkdirSync(join(folder, 'quarantine'))
  const frame = first.result.cells[0]?.output as string
  const aside = join(folder, 'quarantine', `objects-sha256-${frame.slice(0, 2)}-${frame.slice(2)}`)
  writeFileSync(aside, 'L100, damaged')
  const did = await forget(store, { ...asked, models: true })
  const after = await openStore(folder)
  t.notOk(await after.objects.has(stray))
  t.notOk(existsSync(aside), 'a broken copy that was set aside goes too')
  t.notOk(await after.objects.has(first.result.model?.digest as string))
  t.ok(await after.objects.has(other.result.model?.digest as string), 'another run’s model stays')
  t.equal(did.tombstone?.models, true)
  t.same((await checkStore(after)).damages, [])
})

t.test('what an interruption leaves is told by fsck and finished by the next', async (t) => {
  const whole = watch()
  const folder = copied(t)
  await forget(await openStore(folder, { onStep: whole.onStep }), asked)
  const steps = whole.taken.length
  const link = whole.taken.findIndex(({ step, path }) => step === 'link' && /ledger/.test(path))
  t.ok(
    whole.taken.every(({ step, path }, i) => step !== 'unlink' || i > link || /leases/.test(path)),
    'nothing goes before it is said',
  )
  for (let n = link; n <= steps; n += 4) {
    const copy = copied(t)
    await forget(await openStore(copy, { onStep: endAt(n) }), asked).catch(() => {})
    rmSync(join(copy, 'leases'), { recursive: true, force: true }) // of this process, which lives on
    const left = filesWithRows(copy).length
    const store = await openStore(copy)
    const { damages } = await checkStore(store)
    const said = (await store.ledger.entries()).length === 4
    if (left > 0 && said) t.match(damages[0]?.error.code, 'STORE_NOT_FORGOTTEN', `step ${n}`)
    for (const { error } of damages) t.equal(error.code, 'STORE_NOT_FORGOTTEN')
    const did = await forget(await openStore(copy), asked)
    t.equal(did.tombstone?.number, 4, `step ${n}: it is said once`)
    t.same(filesWithRows(copy), [])
    t.same((await checkStore(await openStore(copy))).damages, [])
  }
})

t.test('where the cache is gone, the records still name what holds rows', async (t) => {
  const folder = copied(t)
  const scored = first.result.cells
    .filter(({ id }) => /^(data|split|fold-\d)$/.test(id))
    .map(({ output }) => output as string)
  t.equal(scored.length, 4)
  rmSync(join(folder, 'cells'), { recursive: true })
  await forget(await openStore(folder), asked)
  const store = await openStore(folder)
  for (const digest of scored) t.notOk(await store.objects.has(digest))
  t.same((await checkStore(store)).damages, [])
})

t.test('what cannot be forgotten', async (t) => {
  const folder = copied(t)
  const store = await openStore(folder)
  await t.rejects(forget(store, { ...asked, inputs: ['0'.repeat(64)] }), { code: 'STORE_NO_INPUT' })
  const end = await store.leases.take('20260101-000000-abcdef')
  await t.rejects(forget(store, asked), { code: 'STORE_BUSY' })
  await end()
  rmSync(join(folder, 'ledger', '0000000002.json'))
  await t.rejects(
    forget(await openStore(folder), asked),
    { code: 'STORE_DAMAGED' },
    'what a lost entry read is not known',
  )
  t.ok(filesWithRows(folder).length > 0)
})
