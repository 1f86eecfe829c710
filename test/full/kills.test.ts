import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { RandomStream } from '../../src/base/random.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { InProcessExecutor } from '../../src/run/index.ts'
import { checkStore, openStore } from '../../src/store/index.ts'
import { root } from '../root.ts'
import { makeWorkshop, seeRun, statesOf, type Workshop } from '../run/workshop.ts'
import { leftovers, quickFolder } from '../store/disk-faults.ts'
import { notFull, runPageBy } from './full.ts'

const page = 'pipelines/loan-approval-nn.yaml'

t.test(
  'a run that is killed 40 times on its way ends with the same digest',
  { skip: notFull, timeout: 900_000 },
  async (t) => {
    const folder = t.testdir()
    const store = join(folder, 'killed')
    const main = join(root, 'dist', 'src', 'cli', 'main.js')
    const began = performance.now()
    const clean = await runPageBy(process.execPath, page, join(folder, 'clean'))
    const whole = performance.now() - began // of a run that nothing ends: the kills are spread over as long
    let finished = 0
    for (let round = 0; round < 40; round++) {
      const child = spawn(process.execPath, [main, 'run', join(root, page), '--store', store, '--quiet'], {
        stdio: 'ignore',
      })
      const ended = new Promise<number | null>((done) => child.once('exit', done))
      const timer = setTimeout(() => child.kill('SIGKILL'), whole * (0.05 + ((round * 137) % 97) / 100))
      if ((await ended) === 0) finished++
      clearTimeout(timer)
    }
    const killed = await openStore(store)
    t.same(await killed.ledger.check(), [], 'the ledger is whole')
    t.equal((await killed.runs.list()).length, finished, 'only finished runs are listed')
    for (const { run } of await killed.runs.list()) await t.resolves(killed.runs.read(run))
    const last = await runPageBy(process.execPath, page, store)
    t.equal(last.run.digest, clean.run.digest)
    t.ok(
      last.cells.some(({ state }) => state === 'cached'),
      'it went on from cells that were finished',
    )
  },
)

const child = fileURLToPath(new URL('./run-to-step.js', import.meta.url))

interface Came {
  readonly killed: boolean
  readonly digest?: string
  readonly steps?: number
}

/** Runs a page in a process of its own that kills itself at a step; 0: at none. */
async function runToStep(page: string, store: string, step: number): Promise<Came> {
  const run = spawn(process.execPath, [child, page, store, String(step)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [said, wrong] = ['', '']
  run.stdout.on('data', (text) => {
    said += text
  })
  run.stderr.on('data', (text) => {
    wrong += text
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((done) =>
    run.once('close', (...how) => done(how)),
  )
  if (signal === 'SIGKILL') return { killed: true }
  if (code !== 0) throw new Error(`ended with ${code}: ${wrong}`)
  return { killed: false, ...(JSON.parse(said) as Omit<Came, 'killed'>) }
}

/** Pages that share a source and differ in what they make of it. */
function variants(workshop: Workshop, count: number): string[] {
  const text = readFileSync(
    workshop.page({ evaluate: 'evaluate: { metrics: [auc], folds: 2, resamples: 0 }\ndeploy: [serve]' }),
    'utf8',
  )
  return Array.from({ length: count }, (_, i) => {
    const page = join(workshop.folder, `page-${i}.yaml`)
    writeFileSync(page, text.replace('algorithm: logistic', `algorithm: { use: logistic, with: { l2: ${i + 1} } }`))
    return page
  })
}

/** What is listed is whole, and nothing is damaged. */
async function isSound(t: Test, folder: string, runs: number, what: string): Promise<void> {
  const store = await openStore(folder, { create: false })
  const listed = await store.runs.list()
  t.equal(listed.length, runs, `${what}: only finished runs are listed`)
  for (const { run } of listed) t.equal((await store.runs.read(run)).status, 'ok')
  t.same((await checkStore(store)).damages, [], `${what}: fsck is clean`)
}

t.test('a run that is killed at each of its steps', { skip: notFull, timeout: 1_800_000 }, async (t) => {
  const workshop = makeWorkshop(t, 60)
  const [page = ''] = variants(workshop, 1)
  const registry = await openRegistry({ folder: workshop.folder })
  const base = quickFolder(t)
  mkdirSync(join(base, 'whole'))
  const whole = await runToStep(page, join(base, 'whole'), 0)
  t.ok(whole.steps && whole.steps > 200, `${whole.steps} steps`)
  for (let step = 1; step <= (whole.steps ?? 0); step++) {
    const folder = join(base, String(step))
    mkdirSync(folder)
    t.ok((await runToStep(page, folder, step)).killed, `step ${step}`)
    const finished = (await (await openStore(folder, { create: false })).runs.list()).length
    await isSound(t, folder, finished, `step ${step}`)
    const objects = (await openStore(folder)).objects
    const next = await seeRun(page, { store: folder, executor: () => new InProcessExecutor(objects, registry) })
    t.equal(next.finished?.record.digest, whole.digest, 'the next run ends as if nothing had been')
    const states = Object.values(statesOf(next))
    if (finished === 1)
      t.ok(
        states.every((state) => state === 'cached'),
        'a finished run is kept whole',
      )
    await isSound(t, folder, finished + 1, `step ${step}, afterwards`)
  }
})

t.test(
  '200 runs that are killed at drawn steps, of four pages in one store',
  { skip: notFull, timeout: 1_800_000 },
  async (t) => {
    const workshop = makeWorkshop(t, 60)
    const pages = variants(workshop, 4)
    const base = quickFolder(t)
    const folder = join(base, 'store')
    mkdirSync(folder)
    const clean = await Promise.all(pages.map((page, i) => runToStep(page, join(base, `clean-${i}`), 0)))
    const random = new RandomStream({ seed: 4, cell: 'kills', purpose: 'rounds' })
    let finished = 0
    let killed = 0
    for (let round = 0; round < 200; round++) {
      const which = random.below(pages.length, 2 * round)
      // Early steps more often: a run whose cells are cached takes some fifty.
      const step = 1 + random.below(random.uniform(1000 + round) < 0.5 ? 60 : 280, 2 * round + 1)
      const came = await runToStep(pages[which] as string, folder, step)
      if (came.killed) killed++
      else t.equal(came.digest, clean[which]?.digest, 'a run that came through')
      const listed = (await (await openStore(folder)).runs.list()).length
      t.ok(listed >= finished + (came.killed ? 0 : 1) && listed <= finished + 1, `round ${round}, step ${step}`)
      finished = listed
      if (round % 10 === 9) await isSound(t, folder, finished, `round ${round}`)
    }
    t.ok(killed > 100, `${killed} of 200 were killed, ${finished} are listed`)
    for (const [i, page] of pages.entries()) t.equal((await runToStep(page, folder, 0)).digest, clean[i]?.digest)
    await isSound(t, folder, finished + pages.length, 'at the end')
    t.comment(
      `${killed} of 200 were killed, ${finished} listed, ${leftovers(folder).length} files were left unfinished`,
    )
  },
)

t.test('16 writers of one store: equal runs and different ones', { skip: notFull, timeout: 600_000 }, async (t) => {
  const workshop = makeWorkshop(t, 60)
  const pages = variants(workshop, 8)
  const folder = join(quickFolder(t), 'store')
  const all = [...pages, ...pages.map(() => pages[0] as string)]
  const came = await Promise.all(all.map((page) => runToStep(page, folder, 0)))
  t.equal(new Set(came.map(({ digest }) => digest)).size, 8)
  t.equal(new Set(came.slice(8).map(({ digest }) => digest)).size, 1, 'equal runs are equal')
  await isSound(t, folder, 16, 'after 16 runs')
  const { ledger } = await openStore(folder)
  t.same(
    (await ledger.entries()).map(({ number }) => number),
    Array.from({ length: 16 }, (_, i) => i + 1),
  )
  t.same(leftovers(folder), [])
  // Again, with half of them killed on their way.
  const random = new RandomStream({ seed: 16, cell: 'writers', purpose: 'steps' })
  const again = await Promise.all(
    all.map((page, i) => runToStep(page, folder, i % 2 === 0 ? 0 : 1 + random.below(57, i))),
  )
  const through = again.filter(({ killed }) => !killed).length
  const listed = (await (await openStore(folder)).runs.list()).length
  t.ok(listed >= 16 + through && listed <= 32, `${through} came through, ${listed - 16} are listed`)
  await isSound(t, folder, listed, 'after runs that were killed beside others')
})
