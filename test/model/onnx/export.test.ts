// What an exported model does with rows that the model refuses, with names that collide, and with cells that cannot be written.
import builtIns from 'daybook/plugins'
import t from 'tap'
import gradientBoosting from '../../../plugins/algorithm/gradient-boosting.ts'
import ridge from '../../../plugins/algorithm/ridge.ts'
import impute from '../../../plugins/preprocess/impute.ts'
import textTfidf from '../../../plugins/preprocess/text-tfidf.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { type Column, Frame } from '../../../src/frame/index.ts'
import { rowsOfFrame } from '../../../src/model/frame-rows.ts'
import type { Model } from '../../../src/model/index.ts'
import { exportOnnx } from '../../../src/model/onnx/index.ts'
import { centre, linear } from '../plugins.ts'
import { fitted } from './fitted.ts'
import { loans, someLoans } from './loans.ts'
import { holdsParity } from './parity.ts'
import { loadOnnx } from './runtime.ts'

t.setTimeout(60_000)

const trees = { plugin: gradientBoosting, params: { trees: 5 } }

t.test('rows that the model refuses are not valid, and have no numbers', async (t) => {
  const names = ['age', 'debt', 'region', 'purpose', 'member', 'paid']
  const facts = { age: { min: 18, max: 120 }, purpose: { unseen: 'missing' } } as const
  const frame = someLoans(150, names).replace(new Set(['purpose']), [
    { type: 'category', name: 'purpose', levels: ['car'], values: new Int32Array(150) },
  ])
  const model = await fitted({ frame, target: 'paid', task: 'binary', facts, algorithm: trees })
  const onnx = await loadOnnx(exportOnnx(model), model.signature)
  const good: JsonObject = { age: 40, debt: 0.5, region: 'east', purpose: 'car', member: null }
  const bad: readonly JsonObject[] = [
    { ...good, age: 17 },
    { ...good, age: 121 },
    { ...good, age: null },
    { ...good, debt: 1e39 },
    { ...good, region: 'west' },
    { ...good, region: null },
    { ...good, purpose: null },
  ]
  const fine: readonly JsonObject[] = [
    good,
    { ...good, age: 18 },
    { ...good, purpose: 'tv' },
    { ...good, member: true },
  ]
  for (const row of bad) t.throws(() => model.predictRows([row]), JSON.stringify(row))
  t.same(
    await onnx.score(bad),
    bad.map(() => null),
  )
  const outputs = await onnx.run(bad)
  t.ok(Array.from(outputs.label as ArrayLike<string>).every((label) => label === ''))
  t.ok(Array.from(outputs.probabilities as ArrayLike<number>).every(Number.isNaN))
  t.same(
    (await onnx.score(fine)).map((answer) => answer?.prediction),
    model.predictRows(fine).map(({ prediction }) => prediction),
  )
  t.same(
    (await onnx.score([...bad, good])).at(-1)?.prediction,
    model.predictRows([good])[0]?.prediction,
    'a bad row harms no other',
  )
  await onnx.close()
})

t.test('rows at the thresholds of trees, and beside them', async (t) => {
  const names = ['amount', 'age', 'debt', 'limit']
  const model = await fitted({
    frame: someLoans(200, names),
    target: 'limit',
    task: 'regression',
    algorithm: { plugin: gradientBoosting, params: { trees: 20 } },
  })
  const { feature, threshold } = model.parts.algorithm.state as { feature: Int32Array; threshold: Float32Array }
  const base = rowsOfFrame(someLoans(1, names, 3), model.signature)[0] as JsonObject
  const step = (value: number, by: number): number => {
    const bits = new Int32Array(Float32Array.of(value).buffer)
    bits[0] = (bits[0] as number) + by
    return new Float32Array(bits.buffer)[0] as number
  }
  const rows = [...feature.keys()].flatMap((node) => {
    if ((feature[node] as number) < 0) return []
    const cut = threshold[node] as number
    const values = cut === 0 ? [0, -0, 1e-45, -1e-45] : [cut, step(cut, 1), step(cut, -1)]
    return values.map((value) => ({ ...base, [names[feature[node] as number] as string]: value }))
  })
  t.ok(rows.length > 500)
  const onnx = await loadOnnx(exportOnnx(model), model.signature)
  t.same(await onnx.score(rows), model.predictRows(rows), 'the same bits')
  await onnx.close()
})

t.test('columns that are called like outputs, in any script, and not at all', async (t) => {
  const renamed = (names: Readonly<Record<string, string>>): Promise<Model> => {
    const { columns } = loans(80).select(['age', 'debt', 'amount', 'paid'])
    const frame = new Frame(
      80,
      columns.map((column): Column => ({ ...column, name: names[column.name] ?? column.name })),
    )
    return fitted({ frame, target: 'paid', task: 'binary', algorithm: trees })
  }
  const model = await renamed({ age: 'label', debt: 'valid', amount: 'größe · α*b/2' })
  const onnx = await loadOnnx(exportOnnx(model), model.signature)
  const rows = [{ label: 30, valid: 0.5, 'größe · α*b/2': null }]
  t.same(Object.keys(await onnx.run(rows)).sort(), ['predicted_label', 'predicted_valid', 'probabilities'])
  t.same((await onnx.score(rows))[0]?.prediction, model.predictRows(rows)[0]?.prediction)
  await onnx.close()
  const nameless = await renamed({ age: '' })
  t.throws(() => exportOnnx(nameless), { code: 'MODEL_NOT_ONNX', cell: 'data' })
})

t.test('one row, many rows and no row', async (t) => {
  const names = ['amount', 'purpose', 'comment', 'paid']
  const model = await fitted({
    frame: someLoans(120, names),
    target: 'paid',
    task: 'binary',
    cells: [{ plugin: textTfidf, params: { minTexts: 1 } }],
    algorithm: { plugin: gradientBoosting, params: { trees: 5 } },
  })
  const onnx = await loadOnnx(exportOnnx(model), model.signature)
  const rows = rowsOfFrame(someLoans(50, names, 4), model.signature).map((row) => ({ ...row, purpose: 'car' }))
  const whole = await onnx.score(rows)
  t.same((await onnx.score([rows[7] as JsonObject]))[0], whole[7], 'a row stands for itself')
  t.same(await onnx.score([]), [])
  await onnx.close()
})

t.test('more levels than one word of bits', async (t) => {
  const levels = Array.from({ length: 150 }, (_, i) => `level ${String(i).padStart(3, '0')}`)
  const values = Int32Array.from({ length: 600 }, (_, row) => (row * 37) % 150)
  const limit = Float64Array.from(values, (code, row) => ((code * 7919) % 13) + (row % 3) / 10)
  const columns: Column[] = [
    { type: 'category', name: 'code', levels, values },
    { type: 'number', name: 'limit', values: limit },
  ]
  const frame = new Frame(600, columns)
  const model = await fitted({
    frame,
    target: 'limit',
    task: 'regression',
    facts: { code: { unseen: 'other' } },
    algorithm: { plugin: gradientBoosting, params: { trees: 15 } },
  })
  await holdsParity(t, model, frame)
})

t.test('every cell and every algorithm that comes with Daybook can be written', async (t) => {
  for (const { kind, id, load } of builtIns.plugins) {
    if (kind !== 'preprocess' && kind !== 'algorithm') continue
    t.type(((await load()).default as { readonly onnx?: unknown }).onnx, 'function', `${kind}/${id}`)
  }
})

t.test('what cannot be written is an error that names the cell', async (t) => {
  const frame = someLoans(60, ['age', 'debt', 'limit'])
  const unknown = await fitted({
    frame,
    target: 'limit',
    task: 'regression',
    cells: [{ plugin: centre }],
    algorithm: { plugin: ridge },
  })
  t.throws(() => exportOnnx(unknown), { code: 'MODEL_NOT_ONNX', cell: 'centre-1', message: /centre-1.*plugin centre/ })
  const text = someLoans(60, ['comment', 'limit'])
  for (const params of [{ text: 'nothing' }, { addIndicator: true }]) {
    const cells = [
      { plugin: impute, params },
      { plugin: textTfidf, params: { minTexts: 1 } },
    ]
    const model = await fitted({
      frame: text,
      target: 'limit',
      task: 'regression',
      cells,
      algorithm: { plugin: ridge },
    })
    t.throws(() => exportOnnx(model), { code: 'MODEL_NOT_ONNX', cell: 'impute-1', message: /missing text/ })
  }
  const parts = { ...unknown.parts, preprocess: [], algorithm: { ...unknown.parts.algorithm, plugin: linear } }
  t.throws(() => exportOnnx({ ...unknown, parts }), { code: 'MODEL_NOT_ONNX', cell: 'train' })
})
