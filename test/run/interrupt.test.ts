import t from 'tap'
import { faulty, makeWorkshop, ranOf, seeRun, statesOf } from './workshop.ts'

for (const mode of ['hang', 'spin', 'deaf']) {
  t.test(`an interruption ends a plugin that would never end: ${mode}`, async (t) => {
    const workshop = makeWorkshop(t, 60)
    const stop = new AbortController()
    const run = await seeRun(workshop.page(faulty(mode)), { signal: stop.signal }, (event) => {
      if (event.type === 'cellStarted' && event.cell === 'train') setTimeout(() => stop.abort(), 200)
    })
    t.equal(run.finished?.record.status, 'interrupted')
    t.equal(run.finished?.problem?.code, 'RUN_INTERRUPTED')
    const { checks, ...states } = statesOf(run)
    t.match(checks, /^(ran|skipped)$/, 'it runs beside the training')
    t.same(states, { data: 'ran', split: 'ran', train: 'skipped', evaluate: 'skipped', gates: 'skipped' })
    const resumed = await seeRun(workshop.page(faulty('none')))
    t.equal(resumed.finished?.record.status, 'ok')
    const ran = ranOf(resumed).filter((cell) => cell !== 'checks')
    t.same(ran, ['train', 'evaluate', 'gates'], 'the next run goes on')
  })
}

t.test('a run that is interrupted before it begins runs nothing', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const run = await seeRun(workshop.page(faulty('none')), { signal: AbortSignal.abort() })
  t.equal(run.finished?.record.status, 'interrupted')
  t.same(ranOf(run), [])
})
