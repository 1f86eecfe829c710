import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { openStore } from '../../src/store/index.ts'
import { makeWorkshop, ranOf, seeRun } from './workshop.ts'

const child = fileURLToPath(new URL('./run-child.js', import.meta.url))

t.test('a run that is killed leaves nothing that looks finished, and the next one goes on', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page()
  const whole = await seeRun(page, { store: join(workshop.folder, 'whole') })
  const folder = join(workshop.folder, 'killed')
  const kept: number[] = []
  for (const delayMs of [250, 400, 550, 700]) {
    const run = spawn(process.execPath, [child, page, folder], { stdio: 'ignore' })
    const timer = setTimeout(() => run.kill('SIGKILL'), delayMs)
    await once(run, 'exit')
    clearTimeout(timer)
    const store = await openStore(folder)
    t.same(await store.ledger.check(), [], 'the ledger is whole')
    for (const { run: id } of await store.runs.list())
      t.equal((await store.runs.read(id)).status, 'ok', 'what is listed is finished')
    kept.push((await store.runs.list()).length)
  }
  const before = (await (await openStore(folder)).runs.list()).length
  const last = await seeRun(page, { store: folder })
  t.equal(last.finished?.record.status, 'ok', `${kept.join(', ')} runs came to their end before`)
  t.equal(last.finished?.record.digest, whole.finished?.record.digest, 'as if it had never been killed')
  const store = await openStore(folder)
  t.equal((await store.runs.list()).length, before + 1)
  t.same(ranOf(await seeRun(page, { store: folder })), [])
})

t.test('an interruption keeps what is finished', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page()
  const stop = new AbortController()
  const first = await seeRun(page, { signal: stop.signal, threads: 1 }, (event) => {
    if (event.type === 'cellEnded' && event.cell === 'impute') stop.abort()
  })
  t.equal(first.finished?.record.status, 'interrupted')
  const second = await seeRun(page)
  t.equal(second.finished?.record.status, 'ok')
  const twice = ranOf(first).filter((cell) => ranOf(second).includes(cell))
  t.same(twice, [], 'no cell ran twice')
})
