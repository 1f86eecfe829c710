import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { daybook, ended, folderWith, says, smallPage, start } from './daybook.ts'

/** Trains for minutes where nobody stops it. */
const longPage = smallPage.replace('trees: 10', 'trees: 10000').replace('rows: 1000', 'rows: 8000')

t.test('Ctrl-C in a training: exit 130, a record, and finished cells are there for the next run', async (t) => {
  const folder = await folderWith(t, { 'long.yaml': longPage })
  const child = start(['run', 'long.yaml'], { cwd: folder })
  const end = ended(child)
  await says(child, /split +ran in/)
  child.kill('SIGINT')
  const { code, stdout, stderr } = await end
  t.equal(code, 130)
  t.match(stderr, /Stopping; finished cells are kept/)
  t.match(stderr, /Run the page again/)
  t.match(stdout, /run +\S+ interrupted/)
  const [run] = JSON.parse((await daybook(['ls', '--json'], { cwd: folder })).stdout).runs
  t.equal(run.status, 'interrupted')

  const plan = JSON.parse((await daybook(['plan', 'long.yaml', '--json'], { cwd: folder })).stdout)
  const states = Object.fromEntries(plan.cells.map(({ id, state }: { id: string; state: string }) => [id, state]))
  t.match(states, { data: 'cached', split: 'cached', train: 'run' })
  const left = readdirSync(join(folder, '.daybook'), { recursive: true, encoding: 'utf8' })
  t.notOk(
    left.some((file) => /tmp|partial/.test(file)),
    'nothing half-written is left',
  )

  const short = ['run', 'long.yaml', '--set', 'algorithm.with.trees=5', '--json']
  const resumed = await daybook(short, { cwd: folder })
  t.equal(resumed.code, 0)
  t.match(
    JSON.parse(resumed.stdout).cells.slice(0, 2),
    [{ state: 'cached' }, { state: 'cached' }],
    'the run goes on from there',
  )
})

t.test('SIGTERM with --json: still one document, and 130', async (t) => {
  const folder = await folderWith(t, { 'long.yaml': longPage })
  const child = start(['run', 'long.yaml', '--json'], { cwd: folder })
  const end = ended(child)
  const cells = join(folder, '.daybook', 'cells')
  while (!existsSync(cells) || readdirSync(cells, { recursive: true }).length < 2) await delay(50)
  child.kill('SIGTERM')
  const { code, stdout, stderr } = await end
  t.equal(code, 130)
  t.equal(stderr, '')
  t.match(JSON.parse(stdout), { ok: false, run: { status: 'interrupted' } })
})
