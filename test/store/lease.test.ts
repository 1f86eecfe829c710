import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { planPipeline } from '../../src/plan/index.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { runPipeline } from '../../src/run/index.ts'
import { loadPipeline } from '../../src/spec/index.ts'
import { checkStore, collect, openStore } from '../../src/store/index.ts'
import { makeWorkshop, ranOf, seeRun } from '../run/workshop.ts'
import { quickFolder } from './disk-faults.ts'
import { smallRun } from './small-run.ts'

const [first, second] = ['20260101-000000-aaaaaa', '20260101-000001-bbbbbb']
const day = 24 * 60 * 60

t.test(
  'a lease of a process that has ended counts no more, that of a later process of its number neither',
  async (t) => {
    const folder = t.testdir()
    const store = await openStore(folder)
    const end = await store.leases.take(first)
    const path = join(folder, 'leases', `${first}.json`)
    const own = JSON.parse(readFileSync(path, 'utf8')) as { readonly pid: number }
    t.match(await store.leases.holders(), [{ run: first, pid: process.pid, alone: false }])
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    writeFileSync(path, JSON.stringify({ ...own, pid: child.pid }))
    t.same(await store.leases.holders(), [])
    t.same(readdirSync(join(folder, 'leases')), [], 'its file is removed')
    if (process.platform === 'linux') {
      writeFileSync(path, JSON.stringify({ ...own, birth: '1' }))
      t.same(await store.leases.holders(), [], 'the number is taken again by another process')
    }
    await end()
  },
)

t.test('a lease of another machine counts until it was not renewed for a day', async (t) => {
  const folder = t.testdir()
  const store = await openStore(folder)
  mkdirSync(join(folder, 'leases'))
  const path = join(folder, 'leases', 'far.json')
  writeFileSync(
    path,
    JSON.stringify({ run: 'far', pid: 1, host: 'elsewhere', machine: 'elsewhere x', alone: false, birth: '1' }),
  )
  await t.rejects(collect(store), { code: 'STORE_BUSY', message: /far is under way \(process 1 on elsewhere\)/ })
  const now = Date.now() / 1000
  utimesSync(path, now - day + 600, now - day + 600)
  await t.rejects(collect(store), { code: 'STORE_BUSY' })
  utimesSync(path, now + day, now + day)
  await t.rejects(collect(store), { code: 'STORE_BUSY' }, 'also where clocks differ')
  utimesSync(path, now - day - 600, now - day - 600)
  t.match(await collect(store), { objects: 0 })
})

t.test('who removes works alone: not beside a run, not beside another', async (t) => {
  const store = await openStore(t.testdir())
  const endRun = await store.leases.take(first)
  await t.rejects(store.leases.takeAlone('gc'), { code: 'STORE_BUSY', hint: /try again/ })
  await endRun()
  const endGc = await store.leases.takeAlone('gc')
  await t.rejects(store.leases.takeAlone('forget'), { code: 'STORE_BUSY' })
  let taken = false
  const waiting = store.leases.take(second).then((end) => {
    taken = true
    return end
  })
  await new Promise((done) => setTimeout(done, 150))
  t.notOk(taken, 'a run waits')
  await endGc()
  await (await waiting)()
  t.same(await store.leases.holders(), [])
})

t.test('two gc at once: one works, or both are told to try again; nothing that is needed goes', async (t) => {
  const folder = join(quickFolder(t), 'store')
  await smallRun(folder, first)
  for (let round = 0; round < 10; round++) {
    const stray = await (await openStore(folder)).objects.put(new TextEncoder().encode(`stray ${round}`))
    const both = await Promise.allSettled([0, 1].map(async () => collect(await openStore(folder), { graceMs: -1000 })))
    for (const one of both) if (one.status === 'rejected') t.match(one.reason, { code: 'STORE_BUSY' })
    const worked = both.filter(({ status }) => status === 'fulfilled').length
    t.equal(await (await openStore(folder)).objects.has(stray), worked === 0)
    await collect(await openStore(folder), { graceMs: -1000 })
  }
  t.same((await smallRun(folder, second)).ran, [], 'the cache is whole')
})

t.test('what was cached when a page was planned may be collected before it runs', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const page = workshop.page({ evaluate: null })
  const store = join(workshop.folder, '.daybook')
  const one = await seeRun(page)
  // The run is planned, then its cells go, then its lease is taken.
  const registry = await openRegistry({ folder: workshop.folder })
  const pipeline = await loadPipeline(page, { registry, env: {} }, [])
  const opened = await openStore(store)
  const plan = await planPipeline(pipeline, opened)
  t.ok(plan.cells.every(({ cached }) => cached !== undefined))
  for (const name of ['objects', 'cells']) rmSync(join(store, name), { recursive: true })
  const running = runPipeline({ pipeline, store: opened, plan, threads: 1 })
  let next = await running.next()
  for (; !next.done; ) next = await running.next()
  t.equal(next.value.record.digest, one.finished?.record.digest)
  t.same((await checkStore(await openStore(store))).damages, [])
})

t.test('a store behind a link, under a name of any letters', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const page = workshop.page({ evaluate: null })
  const real = join(t.testdir(), 'Ordner mit Leer·zeichen', '日本 "ö" $x')
  mkdirSync(real, { recursive: true })
  const link = join(workshop.folder, 'link to it')
  symlinkSync(real, link)
  const one = await seeRun(page, { store: link })
  t.equal(one.finished?.record.status, 'ok')
  t.same(ranOf(await seeRun(page, { store: real })), [])
  t.same((await checkStore(await openStore(link))).damages, [])
  t.match(await collect(await openStore(link), { graceMs: -1000 }), { objects: 0, cells: 0 })
})
