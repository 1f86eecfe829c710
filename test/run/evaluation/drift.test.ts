import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { RandomStream } from '../../../src/base/random.ts'
import { Frame } from '../../../src/frame/index.ts'
import { scoringKernels } from '../../../src/kernels/index.ts'
import { chancePsi } from '../../../src/model/drift/psi.ts'
import { featureStability } from '../../../src/run/evaluation/stability.ts'
import { makeWorkshop, seeRun } from '../workshop.ts'

t.test('what chance gives: the quantile of chi-squared over the rows', async (t) => {
  // Quantiles at 1 - 1e-4 by tables of the chi-squared distribution: 35.56 with 10 degrees of freedom.
  t.ok(Math.abs((chancePsi(11, 400, 134) * 400 * 134) / 534 - 35.56) < 0.5)
  t.ok(chancePsi(10, 1e6, 1e6) < 1e-4)
  t.equal(chancePsi(10, 1000, 25), Number.POSITIVE_INFINITY, 'of few rows nothing is told')
  const random = new RandomStream({ seed: 3, cell: 'drift', purpose: 'rows' })
  const kernels = scoringKernels()
  let [beyond, large, at] = [0, 0, 0]
  for (let i = 0; i < 300; i++) {
    const part = (rows: number) =>
      new Frame(rows, [
        { type: 'number', name: 'x', values: Float64Array.from({ length: rows }, () => random.uniform(at++)) },
      ])
    const [found] = featureStability(part(200), part(100), kernels)
    if ((found?.psi ?? 0) > 0.25) large++
    if ((found?.psi ?? 0) > chancePsi(found?.bins.length ?? 0, 200, 100)) beyond++
  }
  t.ok(large > 10, `${large} of 300 equal columns are above 0.25 on 100 rows`)
  t.ok(beyond <= 3, `${beyond} are above what chance gives`)
})

t.test('a column that lies otherwise in the test rows is told', async (t) => {
  const workshop = makeWorkshop(t)
  const lines = Array.from({ length: 600 }, (_, i) => {
    const part = i < 450 ? 'train' : 'test'
    const x = ((i * 7919) % 1000) + (part === 'test' ? 600 : 0)
    return `${x},${(i * 104_729) % 997},${part},${(i * 31) % 7 < 3 ? 'yes' : 'no'}`
  })
  writeFileSync(join(workshop.folder, 'parts.csv'), `moved,still,part,y\n${lines.join('\n')}\n`)
  const page = workshop.page({
    data: 'data: { use: csv, with: { path: parts.csv }, target: y, split: { by: column, on: part } }',
    preprocess: null,
    evaluate: 'evaluate: { metrics: [auc], resamples: 0 }',
  })
  const { events, thrown } = await seeRun(page)
  t.equal(thrown, undefined)
  const told = events.flatMap((event) => (event.type === 'cellWarned' && event.cell === 'evaluate' ? [event] : []))
  t.match(told, [
    { cell: 'evaluate', warning: { code: 'DRIFT_COLUMN', evidence: { column: 'moved', threshold: 0.25 } } },
  ])
  t.equal(told.length, 1)
})
