import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { asDaybookError } from '../../../src/base/errors.ts'
import { type Column, Frame } from '../../../src/frame/index.ts'
import { scoringKernels } from '../../../src/kernels/index.ts'
import { makeBaseline, parseBaseline } from '../../../src/model/drift/baseline.ts'
import { Binner, binLabels, binShares, binsOf, countBins } from '../../../src/model/drift/bins.ts'
import { compareCounts, exceeds } from '../../../src/model/drift/compare.ts'
import { quantile, roundedCuts } from '../../../src/model/drift/cuts.ts'
import { driftFile } from '../../../src/model/drift/drift-file.ts'
import { chancePsi, driftWord, psiOf } from '../../../src/model/drift/psi.ts'
import { scoreColumns } from '../../../src/model/drift/scores.ts'
import type { Model } from '../../../src/model/index.ts'
import { conformRows } from '../../../src/model/index.ts'
import { signature, tinyModel } from '../../serve/model.ts'

const kernels = scoringKernels()
const { log } = kernels.math
const folder = await mkdtemp(join(tmpdir(), 'daybook-drift-'))
t.teardown(() => rm(folder, { recursive: true }))

function number(values: readonly number[], name = 'x'): Column {
  return { type: 'number', name, values: Float64Array.from(values) }
}

t.test('the index, by hand', async (t) => {
  t.equal(psiOf([0.5, 0.5], [0.5, 0.5], log), 0)
  const wanted = (0.8 - 0.5) * Math.log(0.8 / 0.5) + (0.2 - 0.5) * Math.log(0.2 / 0.5)
  t.ok(Math.abs(psiOf([0.5, 0.5], [0.8, 0.2], log) - wanted) < 1e-12)
  t.ok(
    Math.abs(psiOf([1, 0], [0.9, 0.1], log) - (-0.1 * Math.log(0.9) + 0.0999 * Math.log(1000))) < 1e-12,
    'empty bins',
  )
  t.same(
    [0.1, 0.11, 0.25, 0.26].map((psi) => driftWord(psi)),
    ['stable', 'moved', 'moved', 'shifted'],
  )
  t.equal(driftWord(0.4, 0.5), 'few rows')
  t.ok(chancePsi(10, 1000, 50) > 0.25 && chancePsi(10, 100_000, 100_000) < 0.001)
})

t.test('cuts stand at nobody’s value', async (t) => {
  const values = Float64Array.from({ length: 997 }, (_, i) => 1000 + i * 37.1234567)
  const cuts = roundedCuts(values, 10, false)
  t.equal(cuts.length, 9)
  for (const cut of cuts) {
    t.notOk(values.includes(cut))
    t.equal(cut % 100, 0, 'a hundredth of 30,000, rounded')
  }
  t.same(roundedCuts(Float64Array.of(Number.NaN, Number.NaN), 10, false), [])
  t.same(roundedCuts(new Float64Array(50).fill(7), 10, false), [], 'one value alone')
  const day = 86_400_000
  const days = Float64Array.from({ length: 1000 }, (_, i) => (10_000 + 7 * i) * day + 5000)
  for (const cut of roundedCuts(days, 10, true)) t.equal((cut / day) % 10, 0, 'tens of days')
  fc.assert(
    fc.property(fc.array(fc.double({ noDefaultInfinity: true }), { maxLength: 60 }), fc.boolean(), (all, isDate) => {
      const cuts = roundedCuts(Float64Array.from(all), 10, isDate)
      const rising = cuts.every((cut, i) => Number.isFinite(cut) && (i === 0 || cut > (cuts[i - 1] as number)))
      return rising && cuts.length <= 9
    }),
  )
})

t.test('bins of levels: few rows are joined, unseen ones stand apart', async (t) => {
  const values = Int32Array.from([...new Array(6).fill(0), ...new Array(4).fill(1), ...new Array(8).fill(2), -1])
  const column: Column = { type: 'category', name: 'use', levels: ['car', 'rare', 'tv'], values }
  const bins = binsOf(column)
  t.same(bins.levels, ['tv', 'car'])
  t.same(binLabels(bins), ['tv', 'car', '(other)', '(missing)'])
  const counts = countBins(new Binner(bins), { ...column, values: Int32Array.of(0, 1, -2, -2, -1) })
  t.same([...counts], [0, 1, 1, 1, 2])
  t.same(binShares(counts), [0, 0.2, 0.6, 0.2])
  const drift = compareCounts({ ...bins, shares: [0.4, 0.3, 0.2, 0.1] }, counts, 19, log)
  t.match(drift, { unseen: 0.4, missing: { train: 0.1, now: 0.2 }, ks: null })
})

t.test('KS at the cuts is the largest gap there', async (t) => {
  const train = number(Array.from({ length: 1000 }, (_, i) => i))
  const bins = binsOf(train)
  const shares = binShares(countBins(new Binner(bins), train))
  const later = number(Array.from({ length: 1000 }, (_, i) => i / 2))
  const drift = compareCounts({ ...bins, shares }, countBins(new Binner(bins), later), 1000, log)
  t.ok(Math.abs((drift.ks as number) - 0.5) < 0.02, `${drift.ks}: the gap at 500 is one half`)
  t.equal(drift.word, 'shifted')
  t.ok(exceeds(drift, 0.25))
  t.notOk(exceeds({ ...drift, chance: 100 }, 0.25), 'not where so few rows come there by chance')
  const none = compareCounts({ ...bins, shares }, new Float64Array(12), 1000, log)
  t.match(none, { psi: null, word: null, ks: null })
})

t.test('what models give, as columns', async (t) => {
  const values = Float64Array.of(0.9, 0.1, 0.2, 0.8)
  const of = (given: Partial<typeof signature>) => scoreColumns({ rows: 2, values }, { ...signature, ...given })
  t.match(of({}), [{ name: 'score', values: Float64Array.of(0.1, 0.8) }])
  t.match(of({ task: 'regression', output: 'values', classes: [] }), [{ name: 'prediction' }])
  t.match(of({ task: 'anomaly', output: 'scores', classes: [] }), [
    { name: 'score', values: Float64Array.of(0.9, 0.1) },
  ])
  t.match(of({ task: 'multiclass', classes: ['a', 'b'] }), [{ name: 'score of a' }, { name: 'score of b' }])
  const clusters = scoreColumns(
    { rows: 2, values: Float64Array.of(3, 0.5, 0, 1) },
    { task: 'clustering', output: 'clusters', classes: [] },
  )
  t.match(clusters, [{ name: 'cluster', levels: ['0', '3'], values: Int32Array.of(1, 0) }])
})

const rows = Array.from({ length: 400 }, (_, i) => ({
  income: i % 40 === 0 ? null : i,
  purpose: i % 2 === 0 ? 'car' : 'home',
  since: `20${10 + (i % 10)}-01-05`,
  owner: i % 3 === 0,
}))
const model: Model = { ...tinyModel(), parts: { kernels } as Model['parts'] }
const conformed = conformRows(rows, signature)
const baseline = makeBaseline(conformed, model.scoreConformed(conformed), signature)

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const lines = (all: readonly object[]): string => all.map((row) => JSON.stringify(row)).join('\n')

t.test('the training rows themselves are stable, in every format', async (t) => {
  t.same(parseBaseline(JSON.parse(JSON.stringify(baseline))), baseline)
  const csv = `income,purpose,since,owner\n${rows
    .map((row) =>
      Object.values(row)
        .map((value) => value ?? '')
        .join(','),
    )
    .join('\n')}\n`
  for (const path of [await file('same.jsonl', lines(rows)), await file('same.csv', csv)]) {
    const drift = await driftFile(path, model, baseline)
    t.match(drift, { rows: 400, scored: 400, training: 400, refused: [] })
    for (const { name, psi, ks } of [...drift.columns, ...drift.scores]) {
      t.equal(psi, 0, name)
      t.ok(ks === null || ks === 0)
    }
  }
})

t.test('rows at fault are counted one by one, their inputs too', async (t) => {
  const bad = rows.map((row, i) => {
    if (i % 10 === 1) return { ...row, purpose: 'boat' }
    if (i === 200) return { ...row, income: 'much' }
    if (i === 202) return { ...row, extra: 1 }
    if (i === 204) return { ...row, income: [[1]] }
    return row
  })
  const drift = await driftFile(await file('bad.jsonl', lines(bad)), model, baseline)
  t.equal(drift.scored, 357)
  t.same(drift.refused, [
    { column: 'purpose', why: 'not a level that training saw', rows: 40, first: 'bad.jsonl:2' },
    { column: 'income', why: 'not a number', rows: 2, first: 'bad.jsonl:201' },
    { column: 'extra', why: 'the model has no such column', rows: 1, first: 'bad.jsonl:203' },
  ])
  const purpose = drift.columns.find(({ name }) => name === 'purpose')
  t.equal(purpose?.unseen, 0.1)
  t.equal(purpose?.word, 'shifted')
  t.equal(drift.columns[0]?.name, 'purpose', 'by falling index')
  t.notMatch(JSON.stringify(drift), /boat|much/, 'no value is told')

  const csv = `income,purpose\n${bad.map(({ income, purpose }) => `${income ?? ''},${purpose}`).join('\n')}\n`
  const table = await driftFile(await file('bad.csv', csv), model, baseline)
  t.equal(table.scored, 359)
  t.match(table.refused, [
    { column: 'purpose', rows: 40 },
    { column: 'income', rows: 1, first: 'bad.csv:202' },
  ])
  t.equal(table.columns.find(({ name }) => name === 'since')?.missing.now, 1, 'an optional column that is absent')
})

t.test('files that hold no rows of the model, and broken baselines', async (t) => {
  await t.rejects(driftFile(await file('none.csv', 'a,b\n1,2\n'), model, baseline), { code: 'MODEL_NO_COLUMN' })
  await t.rejects(driftFile(await file('a.txt', ''), model, baseline), { code: 'SCORE_UNKNOWN_FORMAT' })
  const empty = await driftFile(await file('empty.jsonl', ''), model, baseline)
  t.match(empty, { rows: 0, columns: [{ psi: null, word: null }] })
  for (const wrong of [undefined, null, 1, {}, { ...baseline, format: 2 }, { ...baseline, scores: [{ name: 'x' }] }]) {
    try {
      parseBaseline(wrong)
      t.fail('it was taken')
    } catch (thrown) {
      t.equal(asDaybookError(thrown).code, 'MODEL_NO_BASELINE')
    }
  }
})

t.test('a quantile of few', async (t) => {
  t.equal(quantile(Float64Array.of(1, 3), 0.5), 2)
  const empty = new Frame(0, [number([])])
  t.same(makeBaseline(empty, { rows: 0, values: new Float64Array() }, signature).columns[0]?.shares, [0, 0])
})
