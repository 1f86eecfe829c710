import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { planPage, resolvedPage, storeFolder, validatePage } from '../../src/run/index.ts'
import { makeWorkshop, seeRun } from './workshop.ts'

t.test('validate finds what is wrong with page and data, and writes nothing', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const { errors, pipeline } = await validatePage(workshop.page())
  t.same(errors, [])
  t.equal(pipeline?.name, 'loans')
  const typo = await validatePage(
    workshop.page({
      algorithm: 'algorithm: { use: logistic, with: { l3: 1 } }',
      evaluate: 'evaluate: { metrics: [aus] }',
    }),
  )
  t.same(
    typo.errors.map(({ code }) => code),
    ['SPEC_UNKNOWN_PARAM', 'PLUGIN_UNKNOWN'],
  )
  const file = workshop.page()
  writeFileSync(workshop.data, 'id,income\n1,2\n')
  const data = (await validatePage(file)).errors
  t.ok(data.length > 1, 'all at once')
  t.ok(data.every(({ at, exit }) => at?.file === file && exit === 2))
  t.equal((await validatePage(join(workshop.folder, 'absent.yaml'))).errors[0]?.exit, 2)
  t.notOk(existsSync(join(workshop.folder, '.daybook')))
})

t.test('plan says what would run, and why', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const plan = await planPage(workshop.page())
  t.ok(plan.cells.every(({ cached, why }) => cached === undefined && why === 'never ran'))
  t.notOk(existsSync(join(workshop.folder, '.daybook')), 'and writes nothing')
  await seeRun(workshop.page())
  const changed = await planPage(
    workshop.page({ preprocess: 'preprocess: [{ use: impute, with: { number: mean } }, one-hot, standardize]' }),
  )
  const why = Object.fromEntries(
    changed.cells.map((cell) => [cell.id, cell.cached === undefined ? cell.why : 'cached']),
  )
  t.match(why, {
    data: 'cached',
    split: 'cached',
    impute: /with\.number.*median -> mean/,
    'one-hot': /input `impute` changed/,
  })
  const overridden = await planPage(workshop.page(), { overrides: ['seed=4'] })
  t.match(overridden.cells.find(({ id }) => id === 'data')?.why, /seed changed: 3 -> 4/)
})

t.test('the store stands beside the page', async (t) => {
  t.equal(storeFolder('/pages/a.yaml'), '/pages/.daybook')
  t.equal(storeFolder('/pages/a.yaml', '/else'), '/else')
  t.match(storeFolder(undefined), /\.daybook$/)
})

t.test('the page with every default', async (t) => {
  const workshop = makeWorkshop(t, 60)
  t.match(await resolvedPage(workshop.page(), { overrides: ['algorithm.with.l2=9'] }), {
    algorithm: { with: { l2: 9 } },
  })
})
