import { join } from 'node:path'
import t from 'tap'
import { canonicalJson } from '../../src/base/canonical.ts'
import { digestBytes } from '../../src/base/digest.ts'
import { type Frame, frameFromState } from '../../src/frame/index.ts'
import { decodeState, type StateObject } from '../../src/plugin/api.ts'
import { rowsOf, rowsOfFold, splitFromState, TEST, TRAIN, VALIDATION } from '../../src/run/split/split.ts'
import { textAt } from '../../src/spec/task.ts'
import { openStore, type RunRecord } from '../../src/store/index.ts'
import { makeWorkshop, plugins, seeRun } from './workshop.ts'

t.test('training rows alone reach a fit, and the record proves which they were', async (t) => {
  const workshop = makeWorkshop(t)
  const { finished } = await seeRun(
    workshop.page({
      preprocess: `preprocess: [{ use: ${join(plugins, 'witness.js')}, columns: [debt] }, impute, one-hot]`,
    }),
  )
  const record = finished?.record as RunRecord
  const store = await openStore(join(workshop.folder, '.daybook'))
  const output = (id: string): string => record.result.cells.find((cell) => cell.id === id)?.output as string
  const state = async (id: string) => decodeState(await store.objects.get(output(id)))
  const frame: Frame = frameFromState(await state('data'))
  const split = splitFromState(await state('split'))
  const column = (name: string) => frame.get(name) as Extract<ReturnType<Frame['get']>, { type: 'number' }>
  const seen = (await state('witness')) as StateObject
  t.same(
    seen.seen,
    Float64Array.from(rowsOf(split, TRAIN), (row) => column('debt').values[row] as number),
  )
  t.equal(seen.target, false, 'the target reaches those alone that ask for it')

  const keys = (rows: Uint32Array) => Array.from(rows, (row) => textAt(column('id') as never, row)).sort()
  const digestOf = (rows: Uint32Array) => digestBytes(canonicalJson(keys(rows)))
  t.same(record.result.split.keys, {
    train: digestOf(rowsOf(split, TRAIN)),
    validation: digestOf(rowsOf(split, VALIDATION)),
    test: digestOf(rowsOf(split, TEST)),
  })
  for (const { fold, trained, scored } of record.result.folds) {
    const rows = rowsOfFold(split, fold)
    t.equal(trained, digestOf(rows.trained))
    t.equal(scored, digestOf(rows.scored))
    const stored = decodeState(await store.objects.get(output(`fold-${fold}`))) as StateObject
    t.same(stored.rows, rows.scored)
  }
  t.same(Object.keys(seen).sort(), ['rows', 'seen', 'target'])
})

t.test('a preprocess cell that sees the target keeps a state by inner fold', async (t) => {
  const workshop = makeWorkshop(t)
  const { finished, thrown } = await seeRun(
    workshop.page({ preprocess: `preprocess: [{ use: ${join(plugins, 'target-mean.js')} }, impute]` }),
  )
  t.equal(thrown, undefined)
  const store = await openStore(join(workshop.folder, '.daybook'))
  const digest = finished?.record.result.cells.find(({ id }) => id === 'target-mean')?.output as string
  const { final, folds } = decodeState(await store.objects.get(digest)) as { final: StateObject; folds: StateObject[] }
  t.equal(folds.length, 5)
  t.notSame(folds[0], final, 'each fold was fitted on other rows than the final state')
  t.equal(new Set(folds.map((fold) => fold.mean)).size > 1, true)
})
