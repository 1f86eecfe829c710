// The cell in a run: what it gives, what a page silences of it, and that neither moves anything else.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Checks } from '../../../src/store/checks.ts'
import { openStore, type RunRecord } from '../../../src/store/index.ts'
import { makeWorkshop, ranOf, type SeenRun, seeRun, statesOf } from '../workshop.ts'

/** `CODE cell silenced` of every warning that was told. */
function told(run: SeenRun): string[] {
  return run.events.flatMap((event) =>
    event.type === 'cellWarned' ? [`${event.warning.code} ${event.cell}${event.silenced ? ' silenced' : ''}`] : [],
  )
}

async function checksOf(folder: string, record: RunRecord): Promise<Checks> {
  const store = await openStore(join(folder, '.daybook'))
  const output = record.result.cells.find(({ id }) => id === 'checks')?.output as string
  return JSON.parse(new TextDecoder().decode(await store.objects.get(output))) as Checks
}

t.test('the cell proves which rows did what, as the record says it', async (t) => {
  const workshop = makeWorkshop(t)
  const run = await seeRun(workshop.page())
  const record = run.finished?.record as RunRecord
  const { proof, findings } = await checksOf(workshop.folder, record)
  t.equal(proof.holds, true)
  t.equal(proof.key, 'id')
  const { keys } = record.result.split
  t.equal(proof.train.keys, `sha256:${keys.train}`)
  t.equal(proof.validation?.keys, `sha256:${keys.validation}`)
  t.equal(proof.test.keys, `sha256:${keys.test}`)
  t.same(
    proof.folds.map(({ fold, trained, scored }) => [fold, trained.keys, scored.keys]),
    record.result.folds.map(({ fold, trained, scored }) => [fold, `sha256:${trained}`, `sha256:${scored}`]),
  )
  t.same(
    findings.map(({ code, column }) => `${code} ${column}`),
    ['LEAK_GROUP branch'],
    'the page names a group and splits at random',
  )
  t.same(told(run), ['LEAK_GROUP checks'])
  t.same(run.finished?.warnings, { count: 1, silenced: 0 })
})

t.test('what a page silences is told as silenced, and runs nothing anew', async (t) => {
  const workshop = makeWorkshop(t)
  const first = await seeRun(workshop.page())
  const ignore = 'ignore: [{ warning: LEAK_GROUP, column: branch, reason: Branches stay the same. }]'
  const second = await seeRun(workshop.page({ ignore }), {
    store: join(workshop.folder, 'other'),
    report: async () => '<p>',
  })
  t.same(told(second), ['LEAK_GROUP checks silenced'])
  t.same(second.finished?.warnings, { count: 1, silenced: 1 })
  const third = await seeRun(workshop.page({ ignore }))
  t.same(ranOf(third), [], 'no key changed')
  t.same(third.finished?.warnings, { count: 1, silenced: 1 }, 'warnings of cached cells count')
  const [before, after] = [first, third].map(({ finished }) => finished?.record as RunRecord) as [RunRecord, RunRecord]
  t.same(after.result.cells, before.result.cells)
  t.not(after.digest, before.digest, 'the run has another digest: what is silenced is part of it')
  t.same(after.result.page.ignore, [{ warning: 'LEAK_GROUP', column: 'branch', reason: 'Branches stay the same.' }])
  const other = await seeRun(workshop.page({ ignore: ignore.replace('stay', 'are') }))
  t.not(other.finished?.record.digest, after.digest, 'and so is the reason')
})

t.test('an entry that silences nothing is told', async (t) => {
  const workshop = makeWorkshop(t)
  const ignore = `ignore:
  - { warning: LEAK_GROUP, cell: evaluate, reason: a }
  - { warning: LEAK_COLUMN, column: debt, reason: b }
  - { warning: OF_A_PLUGIN, reason: c }`
  const run = await seeRun(workshop.page({ ignore }))
  t.same(told(run).sort(), [
    'IGNORED_NOTHING checks',
    'IGNORED_NOTHING checks',
    'IGNORED_NOTHING checks',
    'LEAK_GROUP checks',
  ])
  const text = readFileSync(join(run.finished?.folder as string, 'events.ndjson'), 'utf8')
  t.match(text, /`LEAK_COLUMN` of column `debt`/)
  t.equal(run.finished?.warnings.count, 4)
  const stop = new AbortController()
  const stopped = await seeRun(workshop.page({ ignore, seed: null }), { signal: AbortSignal.abort() })
  stop.abort()
  t.same(told(stopped), [], 'of a run that did not end nothing is known')
})

t.test('one thread or three, the same checks; another seed, a key of its own', async (t) => {
  const workshop = makeWorkshop(t)
  const outputs: (string | null | undefined)[] = []
  for (const threads of [1, 3]) {
    const run = await seeRun(workshop.page(), { threads, store: join(workshop.folder, `s${threads}`) })
    outputs.push(run.finished?.record.result.cells.find(({ id }) => id === 'checks')?.output)
  }
  t.equal(outputs[0], outputs[1])
  const facts = await seeRun(
    workshop.page({
      data: `data:
  use: csv
  with: { path: loans.csv }
  target: { column: repaid, positive: "yes" }
  key: id
  columns: { when: { type: date, role: ignore, unique: true }, income: { type: number } }
  split: { by: random, test: 0.25, validation: 0.1 }
preprocess: [impute, one-hot]`,
      preprocess: null,
    }),
  )
  t.equal(statesOf(facts).checks, 'ran')
  t.same(told(facts), ['FACT_UNIQUE checks'])
})

t.test('what is wrong with ignore is told at its place', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const codes = async (ignore: string) => {
    const { thrown } = await seeRun(workshop.page({ ignore: `ignore: ${ignore}` }))
    return thrown?.all.map(({ code, hint }) => `${code} ${hint ?? ''}`.trim())
  }
  t.match(await codes('[LEAK_GROUP]'), [/^SPEC_BAD_VALUE/], 'a reason is not left out')
  t.match(await codes('[{ warning: LEAK_GROUP }]'), [/^SPEC_MISSING_KEY/])
  t.match(await codes('[{ warning: LEAK_GRUOP, reason: a }]'), [/^SPEC_UNKNOWN_WARNING did you mean `LEAK_GROUP`/])
  t.match(await codes('[{ warning: LEAK_GROUP, cell: trian, reason: a }]'), [/^SPEC_UNKNOWN_CELL did you mean `train`/])
  t.match(await codes('[{ warning: LEAK_GROUP, column: brunch, reason: a }]'), [
    /^DATA_NO_COLUMN did you mean `branch`/,
  ])
  t.match(await codes('[{ warning: LEAK_ROWS, reason: a }]'), [/^SPEC_BAD_VALUE Take the entry out/])
  t.match(await codes('[{ warning: LEAK_GROUP, reason: a }, { warning: LEAK_GROUP, reason: b }]'), [
    /^SPEC_LISTED_TWICE/,
  ])
})
