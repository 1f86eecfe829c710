import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openRunModel, openStore, runPage } from '../src/index.ts'
import { makeWorkshop } from './run/workshop.ts'

t.test('a page to a report and a model, through the public API', async (t) => {
  const workshop = makeWorkshop(t, 80)
  const run = runPage(workshop.page(), { threads: 2, command: 'daybook run page.yaml' })
  let next = await run.next()
  while (!next.done) next = await run.next()
  const { record, report, store: folder } = next.value
  t.equal(record.status, 'ok')
  t.equal(record.observed.command, 'daybook run page.yaml')
  t.equal(report, join(folder, 'runs', record.id, 'report.html'))
  t.match(readFileSync(report as string, 'utf8'), /<!doctype html>[\s\S]*loans/i)
  const model = await openRunModel(await openStore(folder), record)
  t.equal(model.predictRows([{ income: 2000, debt: 100, purpose: 'home' }]).length, 1)
})
