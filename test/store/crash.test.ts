import { fork } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { RandomStream } from '../../src/base/random.ts'
import { checkStore, collect, openStore } from '../../src/store/index.ts'
import { cutPower, endAt, leftovers, quickFolder, type Taken, watch } from './disk-faults.ts'
import { cells, smallRun } from './small-run.ts'

t.setTimeout(120_000) // hundreds of runs

const [first, second] = ['20260101-000000-aaaaaa', '20260101-000001-bbbbbb']

/** Steps of a small run in an empty store. */
async function allSteps(t: Test): Promise<readonly Taken[]> {
  const { taken, onStep } = watch()
  await smallRun(quickFolder(t), first, onStep)
  return taken
}

/** A run that is ended at a step, in this process: so what ends with a process is ended by hand. True where it came through. */
async function endsAt(folder: string, n: number, taken: Taken[] = []): Promise<boolean> {
  mkdirSync(folder)
  const finished = await smallRun(folder, first, endAt(n, taken)).then(
    () => true,
    () => false,
  )
  rmSync(join(folder, 'leases', `${first}.json`), { force: true })
  return finished
}

/** What must hold of a store whose writer was ended: what is listed is whole, nothing is damaged, and the next run goes on. */
async function holds(t: Test, folder: string, finished: boolean, what: string): Promise<void> {
  const store = await openStore(folder, { create: false })
  const runs = await store.runs.list()
  t.ok(!finished || runs.length === 1, `${what}: a finished run is listed`)
  for (const { run } of runs) t.equal((await store.runs.read(run)).status, 'ok', `${what}: what is listed is whole`)
  t.same(
    (await checkStore(store)).damages.map(({ error }) => error.message),
    [],
    `${what}: fsck is clean`,
  )
  const kept = await keptCells(folder)
  const next = await smallRun(folder, second)
  t.same(
    next.ran,
    cells.filter((_, i) => i >= kept),
    `${what}: the next run goes on after ${kept} cells`,
  )
  const after = await openStore(folder)
  const listed = await after.runs.list()
  t.equal(listed.length, runs.length + 1)
  t.equal(new Set(listed.map(({ digest }) => digest)).size, 1, `${what}: with the same result`)
  t.same((await checkStore(after)).damages, [])
  t.match(
    await collect(after, { graceMs: -1000 }),
    { objects: 0, cells: 0 },
    `${what}: nothing is there that no run needs`,
  )
  t.same(leftovers(folder), [], `${what}: what was left unfinished is gone`)
}

async function keptCells(folder: string): Promise<number> {
  const { cells: cache } = await openStore(folder, { create: false })
  const names = readdirSync(folder).includes('cells') ? readdirSync(join(folder, 'cells')) : []
  const there = await Promise.all(names.filter((name) => !name.startsWith('.')).map((key) => cache.get(key)))
  return there.filter((entry) => entry !== undefined).length
}

t.test('files reach the disk before their names, names before what says that they are there', async (t) => {
  const taken = await allSteps(t)
  const at = (step: string, path: string | RegExp, from = 0): number =>
    taken.findIndex(
      (one, i) =>
        i >= from && one.step === step && (typeof path === 'string' ? one.path === path : path.test(one.path)),
    )
  for (const [i, { step, path }] of taken.entries()) {
    if (step === 'write') t.equal(taken[i + 1]?.step, 'sync', `${path} is synced once it is written`)
    if (step === 'sync') t.match(taken[i + 1]?.step, /rename|link/)
  }
  const ledger = at('link', /ledger.0000000001/)
  for (const name of ['events.ndjson', 'report.html', 'run.json', 'deploy.serve.serve.json']) {
    const named = at('rename', new RegExp(`${name.replaceAll('.', '.')}$`))
    t.ok(named >= 0 && named < at('syncFolder', /aaaaaa/, named) && at('syncFolder', /aaaaaa/, named) < ledger, name)
  }
  t.ok(taken.findLastIndex(({ step, path }) => step === 'rename' && /objects|cells/.test(path)) < ledger)
  t.match(taken.at(-1), { step: 'unlink', path: /leases/ }, 'the lease is ended last')
})

t.test('a run that is ended at any of its steps', async (t) => {
  const steps = await allSteps(t)
  const base = quickFolder(t)
  t.ok(steps.length > 100, `${steps.length} steps`)
  for (let n = 1; n <= steps.length + 1; n++) {
    const folder = join(base, String(n))
    const finished = await endsAt(folder, n)
    await holds(t, folder, finished, `step ${n}, ${steps[n - 1]?.step}`)
  }
})

t.test('a cut of the power at any step, which takes what was not synced', async (t) => {
  const steps = await allSteps(t)
  const base = quickFolder(t)
  for (let n = 1; n <= steps.length + 1; n += 3) {
    const folder = join(base, String(n))
    const taken: Taken[] = []
    const finished = await endsAt(folder, n, taken)
    const random = new RandomStream({ seed: n, cell: 'disk', purpose: 'power' })
    cutPower(taken, (at) => random.uniform(at) < 0.5)
    await holds(t, folder, finished, `step ${n}, ${steps[n - 1]?.step}`)
  }
})

t.test('processes that are killed at their steps', async (t) => {
  const child = fileURLToPath(new URL('./crash-child.js', import.meta.url))
  const steps = (await allSteps(t)).length
  const base = quickFolder(t)
  for (let n = 3; n <= steps; n += 13) {
    const folder = join(base, String(n))
    mkdirSync(folder)
    const killed = fork(child, [folder, first, String(n)])
    const [code, signal] = await new Promise<[number | null, string | null]>((done) =>
      killed.once('exit', (...how) => done(how)),
    )
    t.same([code, signal], [null, 'SIGKILL'], `step ${n}`)
    await holds(t, folder, false, `step ${n}`)
  }
})
