import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { DaybookError } from '../../src/base/errors.ts'
import { checkStore, collect, openStore } from '../../src/store/index.ts'
import { failAt, leftovers, quickFolder, type Taken, watch } from './disk-faults.ts'
import { type SmallRun, smallRun } from './small-run.ts'

t.setTimeout(120_000) // hundreds of runs

const [first, second] = ['20260101-000000-aaaaaa', '20260101-000001-bbbbbb']
const codes = ['EIO', 'ENOSPC', 'EROFS', 'EMFILE']

/** What a run gave, or what it threw. */
async function tried(run: Promise<SmallRun>): Promise<SmallRun | DaybookError> {
  return run.catch((thrown) => {
    if (!(thrown instanceof DaybookError)) throw thrown
    return thrown
  })
}

/** After whatever failed: what is listed is whole, and the next run does as if nothing had been. */
async function recovers(t: Test, folder: string, what: string): Promise<void> {
  const store = await openStore(folder, { create: false })
  const before = await store.runs.list()
  for (const { run } of before) t.equal((await store.runs.read(run)).id, run, `${what}: what is listed is whole`)
  await smallRun(folder, second)
  const after = await openStore(folder)
  t.equal((await after.runs.list()).length, before.length + 1)
  t.same((await checkStore(after)).damages, [], `${what}: fsck is clean`)
}

function syncedTwice(taken: readonly Taken[]): readonly string[] {
  const synced = taken.flatMap(({ step, path }) => (step === 'sync' ? [path] : []))
  return synced.filter((path, i) => synced.indexOf(path) !== i)
}

t.test('each step fails once', async (t) => {
  const base = quickFolder(t)
  const whole = watch()
  mkdirSync(join(base, 'whole'))
  await smallRun(join(base, 'whole'), first, whole.onStep)
  let tolerated = 0
  for (const [i, { step, path }] of whole.taken.entries()) {
    const code = codes[i % codes.length] as string
    const what = `step ${i + 1}, ${code} at ${step}`
    const folder = join(base, String(i))
    mkdirSync(folder)
    const { taken, onStep } = failAt(i + 1, code, false)
    const outcome = await tried(smallRun(folder, first, onStep))
    if (outcome instanceof DaybookError) {
      t.match(outcome.code, /^STORE_(UNWRITABLE|UNREADABLE)$/, what)
      t.match(outcome.message, new RegExp(`cannot be (written|read): .*\\(${code}\\)`))
      t.notMatch(outcome.message, /\.tmp-/, 'what is named is the file that was meant')
      t.equal(outcome.exit, 1)
      if (step !== 'unlink') t.same(leftovers(folder), [], `${what}: nothing is left unfinished`)
    } else {
      tolerated += 1
      t.ok(/cells|leases|drawings/.test(path), `${what}: ${path} is done without`)
    }
    t.same(syncedTwice(taken), [], `${what}: fsync is not tried again`)
    await recovers(t, folder, what)
  }
  t.ok(tolerated < 12, `${tolerated} failures were done without: lookups in the cache, the end of a lease`)
})

t.test('a step and all after it fail', async (t) => {
  const base = quickFolder(t)
  const whole = watch()
  mkdirSync(join(base, 'whole'))
  await smallRun(join(base, 'whole'), first, whole.onStep)
  for (let n = 1; n < whole.taken.length; n += 5) {
    const code = codes[n % codes.length] as string
    const what = `from step ${n} on, ${code}`
    const folder = join(base, String(n))
    mkdirSync(folder)
    const { taken, onStep } = failAt(n, code, true)
    const outcome = await tried(smallRun(folder, first, onStep))
    t.match(outcome, { code: /^STORE_(UNWRITABLE|UNREADABLE)$/ }, what)
    t.same(syncedTwice(taken), [])
    await recovers(t, folder, what)
  }
})

t.test('fsck and gc take nothing away because of what they cannot read', async (t) => {
  const folder = join(quickFolder(t), 'store')
  await smallRun(folder, first)
  const count = async (work: (options: { onStep: ReturnType<typeof watch>['onStep'] }) => Promise<unknown>) => {
    const { taken, onStep } = watch()
    await work({ onStep })
    return taken.length
  }
  const check = async ({ onStep }: { readonly onStep: ReturnType<typeof watch>['onStep'] }) =>
    checkStore(await openStore(folder, { create: false, onStep }))
  const gather = async ({ onStep }: { readonly onStep: ReturnType<typeof watch>['onStep'] }) =>
    collect(await openStore(folder, { create: false, onStep }), { graceMs: -1000 })
  for (const [name, work, steps] of [
    ['fsck', check, await count(check)],
    ['gc', gather, await count(gather)],
  ] as const) {
    for (let n = 1; n <= steps; n++) {
      const { taken, onStep } = failAt(n, 'EMFILE', false)
      const found = await work({ onStep }).catch((thrown) => thrown as DaybookError)
      rmSync(join(folder, 'leases'), { recursive: true, force: true }) // of this process, which lives on
      const { step, path } = taken[n - 1] ?? {}
      const what = `${name}: ${step} ${path}`
      if (found instanceof DaybookError) t.match(found.message, /EMFILE/, what)
      else if ('damages' in found) t.match(found.damages, [{ quarantined: false, error: { message: /EMFILE/ } }], what)
      else t.match(found, { objects: 0, cells: 0, runs: 0 }, what)
    }
  }
  t.same((await checkStore(await openStore(folder))).damages, [], 'all is there as it was')
  t.same((await smallRun(folder, second)).ran, [])
})

t.test(
  'a folder that may not be written',
  { skip: process.getuid?.() === 0 && 'root may write anywhere' },
  async (t) => {
    const folder = join(t.testdir(), 'store')
    await smallRun(folder, first)
    chmodSync(join(folder, 'ledger'), 0o500)
    t.teardown(() => chmodSync(join(folder, 'ledger'), 0o700))
    await t.rejects(smallRun(folder, second), { code: 'STORE_UNWRITABLE', message: /permission denied \(EACCES\)/ })
    chmodSync(join(folder, 'ledger'), 0o700)
    await recovers(t, folder, 'after a folder that could not be written')
  },
)
