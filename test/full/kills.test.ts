import { spawn } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { openStore } from '../../src/store/index.ts'
import { root } from '../root.ts'
import { notFull, runPageBy } from './full.ts'

const page = 'pipelines/loan-approval-nn.yaml'

t.test(
  'a run that is killed 40 times on its way ends with the same digest',
  { skip: notFull, timeout: 900_000 },
  async (t) => {
    const folder = t.testdir()
    const store = join(folder, 'killed')
    const main = join(root, 'dist', 'src', 'cli', 'main.js')
    let finished = 0
    for (let round = 0; round < 40; round++) {
      const child = spawn(process.execPath, [main, 'run', join(root, page), '--store', store, '--quiet'], {
        stdio: 'ignore',
      })
      const ended = new Promise<number | null>((done) => child.once('exit', done))
      const timer = setTimeout(() => child.kill('SIGKILL'), 150 + ((round * 137) % 2400))
      if ((await ended) === 0) finished++
      clearTimeout(timer)
    }
    const killed = await openStore(store)
    t.same(await killed.ledger.check(), [], 'the ledger is whole')
    t.equal((await killed.runs.list()).length, finished, 'only finished runs are listed')
    for (const { run } of await killed.runs.list()) await t.resolves(killed.runs.read(run))
    const last = await runPageBy(process.execPath, page, store)
    const clean = await runPageBy(process.execPath, page, join(folder, 'clean'))
    t.equal(last.run.digest, clean.run.digest)
    t.ok(
      last.cells.some(({ state }) => state === 'cached'),
      'it went on from cells that were finished',
    )
  },
)
