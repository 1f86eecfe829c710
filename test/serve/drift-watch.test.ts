import fc from 'fast-check'
import t from 'tap'
import type { JsonObject } from '../../src/base/json.ts'
import { scoringKernels } from '../../src/kernels/index.ts'
import { makeBaseline } from '../../src/model/drift/baseline.ts'
import { Binner, binCount, countBins } from '../../src/model/drift/bins.ts'
import { compareCounts } from '../../src/model/drift/compare.ts'
import { conformRows, type Model } from '../../src/model/index.ts'
import { DriftWatch, type DriftWatching } from '../../src/serve/drift-watch.ts'
import { send } from './client.ts'
import { served, signature, tinyModel } from './model.ts'
import { keptLog, start } from './start.ts'

const kernels = scoringKernels()
const model: Model = { ...tinyModel(), parts: { kernels } as Model['parts'] }
const rowsOf = (count: number, change: (i: number) => JsonObject = () => ({})): JsonObject[] =>
  Array.from({ length: count }, (_, i) => ({
    income: i % 40 === 0 ? null : (i * 37) % 400,
    purpose: i % 2 === 0 ? 'car' : 'home',
    since: null,
    owner: i % 3 === 0,
    ...change(i),
  }))
const training = conformRows(rowsOf(800), signature)
const baseline = makeBaseline(training, model.scoreConformed(training), signature)

function watchOf(options: DriftWatching = {}) {
  const log = keptLog()
  const watch = new DriftWatch({ name: 'loans', version: '7', model }, baseline, log, options)
  const take = (rows: readonly JsonObject[], now = 0): void => {
    const frame = conformRows(rows, signature)
    watch.take(frame, model.scoreConformed(frame), now)
  }
  return { watch, take, log }
}

t.test('the window holds the last rows, whatever came in which batches', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }), (batches) => {
      const { watch, take } = watchOf({ window: 50, perSecond: 1e9 })
      const all: JsonObject[] = []
      for (const size of batches) {
        const rows = rowsOf(size, (i) => ({ income: (all.length + i) * 7 }))
        // Of a batch larger than the window, the first rows are those that are counted.
        all.push(...rows.slice(0, 50))
        take(rows)
      }
      const last = conformRows(all.slice(-50), signature)
      const [income] = baseline.columns
      if (income === undefined) return false
      const counts = countBins(new Binner(income), last.columns[0] as never)
      const wanted = compareCounts(income, counts, baseline.rows, kernels.math.log)
      t.equal(counts.length, binCount(income) + 1)
      return watch.rows === Math.min(50, all.length) && JSON.stringify(watch.columns()[0]) === JSON.stringify(wanted)
    }),
    { numRuns: 50 },
  )
})

t.test('above so many rows a second, one in fifty is counted, by number', async (t) => {
  const { watch, take } = watchOf({ perSecond: 10 })
  take(rowsOf(110))
  t.equal(watch.rows, 12)
  take(rowsOf(5), 1000)
  t.equal(watch.rows, 17, 'a new second')
})

t.test('the log is told once of what moved, and when it came back; no value stands there', async (t) => {
  const { take, log } = watchOf({ window: 1000, perSecond: 1e9 })
  take(rowsOf(1000))
  t.same(log.lines, [], 'stable rows')
  const moved = rowsOf(1000, () => ({ income: 390, purpose: 'home' }))
  take(moved)
  take(moved)
  const names = log.lines.map(({ level, fields, message }) => [
    level,
    (fields as { column?: string }).column ?? 'score',
    message,
  ])
  t.same(names, [
    ['warn', 'income', 'drift: shifted'],
    ['warn', 'purpose', 'drift: shifted'],
    ['warn', 'score', 'drift: shifted'],
  ])
  t.match(log.lines[0]?.fields, { model: 'loans', version: '7', psi: Number, rows: 1000 })
  take(rowsOf(1000))
  t.same(
    log.lines.slice(3).map(({ level, message }) => [level, message]),
    [...new Array(3)].map(() => ['info', 'drift: stable again']),
  )
})

t.test('gauges of a server; off where it is told so', async (t) => {
  const named = served(model)
  const models = [{ ...named, versions: named.versions.map((version) => ({ ...version, baseline })) }]
  const { url, management } = await start(t, { models, management: { port: 0 } })
  t.notMatch((await send(`${management}/metrics`)).text, /daybook_drift_\w+\{/, 'no rows, no gauges')
  await send(`${url}/predict`, { body: { rows: rowsOf(300, () => ({ income: 390 })) } })
  const { text } = await send(`${management}/metrics`)
  const value = (name: string, labels: string): number =>
    Number(new RegExp(`^${name}\\{${labels}[^}]*\\} (\\S+)`, 'm').exec(text)?.[1])
  const one = 'model="loans",version="7"'
  t.equal(value('daybook_drift_rows', one), 300)
  t.ok(value('daybook_drift_psi', `${one},column="income"`) > 1)
  t.ok(value('daybook_drift_psi', `${one},column="purpose"`) < 0.1)
  t.equal(value('daybook_drift_missing_share', `${one},column="since"`), 1)
  t.equal(value('daybook_drift_unseen_share', `${one},column="purpose"`), 0)
  t.ok(value('daybook_drift_score_psi', `${one},score="score"`) > 1)
  const off = await start(t, { models, management: { port: 0 }, drift: false })
  await send(`${off.url}/predict`, { body: { rows: rowsOf(3) } })
  t.notMatch((await send(`${off.management}/metrics`)).text, /daybook_drift_\w+\{/)
})
