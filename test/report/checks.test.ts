import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { renderReport } from '../../src/index.ts'
import { checksSection } from '../../src/report/sections/checks.ts'
import type { CellView, RunView } from '../../src/report/view.ts'
import type { Checks } from '../../src/store/checks.ts'
import { openStore, type RunRecord } from '../../src/store/index.ts'
import { makeWorkshop, seeRun } from '../run/workshop.ts'

/** Text of a page without its tags and style sheet. */
function textOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[ \n]+/g, ' ')
}

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const cell = { id: 'checks', output: 'a', warnings: [] } as unknown as CellView
const viewOf = (cells: readonly object[]) => ({ record: { result: { cells } } }) as unknown as RunView

const workshop = makeWorkshop(t)
const ignore = `ignore:
  - { warning: LEAK_GROUP, reason: Branches are <known>. }
  - { warning: LEAK_TIME, reason: It was so. }`
const run = await seeRun(workshop.page({ ignore }), { report: renderReport })
const record = run.finished?.record as RunRecord
const store = await openStore(run.finished?.store as string)
const output = record.result.cells.find(({ id }) => id === 'checks')?.output as string
const checks = JSON.parse(new TextDecoder().decode(await store.objects.get(output))) as Checks

t.test('what was checked, the proof, and what the page silences with its reasons', async (t) => {
  const page = readFileSync(run.finished?.report as string, 'utf8')
  const text = textOf(page)
  const { train = 0, validation = 0, test = 0 } = record.result.split.rows
  t.match(
    text,
    new RegExp(
      `No fitted cell saw a test row: ${train} training, ${validation} validation and ${test} test rows share no id`,
    ),
  )
  t.match(text, /together all 200 , and none of the 3 folds|together all 200, and none of the 3 folds/)
  t.match(text, /Does a column alone tell the target\? 3 columns 0\.\d{4} income 0\.9500 ✓ nothing found/)
  t.match(text, /Do groups stand on both sides\? 1 column 100\.0.% branch LEAK_GROUP silenced/)
  t.match(text, /Warnings IGNORED_NOTHING ignore names LEAK_TIME , and no cell warned of it/)
  t.match(text, /Silenced by the page LEAK_GROUP .* Silenced: Branches are &lt;known&gt;\./)
  t.match(page, new RegExp(`<td class="mono">${record.result.split.keys.train}</td>`))
  t.match(page, /<details><summary>Digests of the row keys/)
})

t.test('what the fitted cells recorded is held against the proof', async (t) => {
  const read = async () => bytes(checks)
  const train = record.result.split.keys.train as string
  const fold = { id: 'fold-2', rows: record.result.folds[1]?.trained }
  const good = await checksSection(cell, viewOf([{ id: 'train', rows: train }, fold]), read)
  t.match(good?.text, /The 2 fitted cells recorded just these rows, by digest/)
  const bad = await checksSection(cell, viewOf([{ id: 'train', rows: record.result.split.keys.test }, fold]), read)
  t.match(bad?.text, /But <code>train<\/code> saw other rows/)
  const broken = { ...checks, proof: { ...checks.proof, holds: false, shared: 4 } }
  const told = await checksSection(cell, viewOf([]), async () => bytes(broken))
  t.match(told?.text, /✗ rows are mixed up[\s\S]*no number of this run can be trusted/)
})

t.test('an object of another form leaves the section out', async (t) => {
  t.equal(await checksSection(cell, viewOf([]), async () => bytes({ format: 2 })), undefined)
  const places = Object.keys(checks) as (keyof Checks)[]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), fc.jsonValue(), async (place, value) => {
      await checksSection(cell, viewOf([]), async () => bytes({ ...checks, [place]: value }))
    }),
    { seed: 4, numRuns: 200 },
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(checks.proof)), fc.jsonValue(), async (place, value) => {
      await checksSection(cell, viewOf([]), async () =>
        bytes({ ...checks, proof: { ...checks.proof, [place]: value } }),
      )
    }),
    { seed: 5, numRuns: 200 },
  )
})
