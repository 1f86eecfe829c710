import fc from 'fast-check'
import t from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { type Column, type Features, Frame } from '../../src/frame/index.ts'
import { scoringKernels } from '../../src/kernels/index.ts'
import {
  applyPreprocess,
  type ModelManifest,
  openModel,
  predictFeatures,
  type Signature,
} from '../../src/model/index.ts'
import { encodeState, type State } from '../../src/plugin/api.ts'
import { centre, liar, linear, registry, targetMean } from './plugins.ts'

const kernels = scoringKernels()
const signature: Signature = {
  columns: [
    { name: 'income', type: 'number', unseen: 'error', missing: true, optional: false, monotone: 'increasing' },
    { name: 'purpose', type: 'category', levels: ['car', 'tv'], unseen: 'other', missing: false, optional: false },
    { name: 'member', type: 'boolean', unseen: 'error', missing: false, optional: false },
  ],
  ignored: ['id'],
  task: 'binary',
  classes: ['no', 'yes'],
  target: 'paid',
  output: 'probabilities',
}

/** A model of the test's plugins with the states given, and the store that holds them. */
function stored(
  changes: Partial<ModelManifest> = {},
  state: State = { kind: 'probability', weights: Float64Array.of(1, 2, -2, 0.5) },
) {
  const objects = new Map<string, Uint8Array>()
  const put = (value: State): string => {
    const bytes = encodeState(value)
    objects.set(digestBytes(bytes), bytes)
    return digestBytes(bytes)
  }
  const manifest: ModelManifest = {
    format: 1,
    name: 'loans',
    signature,
    preprocess: [
      {
        id: 'fill',
        use: 'fill',
        version: 2,
        params: {},
        columns: ['income'],
        state: put({ means: Float64Array.of(3) }),
      },
      {
        id: 'centre',
        use: 'centre',
        version: 1,
        params: {},
        columns: ['income'],
        state: put({ means: Float64Array.of(1) }),
      },
      { id: 'hot', use: 'hot', version: 1, params: {}, columns: ['purpose'], state: put(null) },
    ],
    algorithm: { id: 'train', use: 'linear', version: 1, params: {}, state: put(state) },
    features: ['income', 'purpose=car', 'purpose=tv', 'member'],
    ...changes,
  }
  const read = async (digest: string) => objects.get(digest) as Uint8Array
  return { manifest, read, put, open: () => openModel(manifest, read, registry, kernels) }
}

t.test('raw rows go through every cell', async (t) => {
  const model = await stored().open()
  const found = model.predictRows([
    { income: 1, purpose: 'car', member: false, id: 17 },
    { income: null, purpose: 'boat', member: true },
  ])
  const one = kernels.math.sigmoid(2)
  const two = kernels.math.sigmoid(2.5) // 3 - 1 + 0.5, and nothing for a purpose that training did not see
  t.same(found, [
    { prediction: 'yes', probabilities: { no: 1 - one, yes: one } },
    { prediction: 'yes', probabilities: { no: 1 - two, yes: two } },
  ])
  t.equal(model.digest.length, 64)
  t.same(model.importance(), {
    measure: 'weight',
    features: [
      { feature: 'purpose=car', sources: ['purpose'], value: 2 },
      { feature: 'purpose=tv', sources: ['purpose'], value: 2 },
      { feature: 'income', sources: ['income'], value: 1 },
      { feature: 'member', sources: ['member'], value: 0.5 },
    ],
  })
})

t.test('the promise about a column reaches its feature where order was kept', async (t) => {
  const model = await stored().open()
  const frame = new Frame(1, [
    { type: 'number', name: 'income', values: Float64Array.of(1) },
    { type: 'category', name: 'purpose', levels: ['car', 'tv'], values: Int32Array.of(0) },
    { type: 'boolean', name: 'member', values: Int8Array.of(1) },
  ])
  t.same(model.features(frame).features[0], { name: 'income', kind: 'number', sources: ['income'], monotone: 1 })
})

t.test('frame and rows, one by one and together: the same bits', async (t) => {
  const model = await stored().open()
  const row = fc.record({
    income: fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(null)),
    purpose: fc.constantFrom('car', 'tv', 'boat'),
    member: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
      const together = model.predictRows(rows)
      const alone = rows.map((one) => model.predictRows([one])[0])
      const columns: Column[] = [
        { type: 'number', name: 'income', values: Float64Array.from(rows, (r) => r.income ?? Number.NaN) },
        { type: 'text', name: 'purpose', values: rows.map((r) => r.purpose) },
        { type: 'boolean', name: 'member', values: Int8Array.from(rows, (r) => (r.member ? 1 : 0)) },
      ]
      const framed = model.scoreFrame(new Frame(rows.length, columns), { lenient: true }).values
      for (const [i, { probabilities }] of together.entries()) {
        if (!Object.is(probabilities?.yes, alone[i]?.probabilities?.yes)) throw new Error('the batch matters')
        if (!Object.is(probabilities?.yes, framed[2 * i + 1])) throw new Error('the path matters')
      }
    }),
  )
  t.same(model.predictRows([]), [], 'no rows are no predictions')
})

t.test('regression and scores answer in their own form', async (t) => {
  const weights = Float64Array.of(1, 2, -2, 0.5)
  const values = stored(
    { signature: { ...signature, task: 'regression', classes: [], output: 'values' } },
    { kind: 'value', weights },
  )
  t.same((await values.open()).predictRows([{ income: 3, purpose: 'tv', member: true }]), [
    { prediction: 0.5, value: 0.5 },
  ])
  const scores = stored({ signature: { ...signature, output: 'scores' } }, { kind: 'score', weights })
  t.same((await scores.open()).predictRows([{ income: 3, purpose: 'tv', member: false }]), [
    { prediction: 'no', score: 0 },
  ])
})

t.test('numbers that are no answer are refused', async (t) => {
  const X: Features = {
    form: 'dense',
    rows: 1,
    features: [{ name: 'x', kind: 'number', sources: ['x'] }],
    values: Float32Array.of(1),
  }
  const answers = (task: 'clustering' | 'anomaly', values: readonly number[], threshold?: number) => {
    const plugin = { ...linear, predict: () => Float64Array.from(values), threshold: () => threshold } as never
    const output = task === 'clustering' ? ('clusters' as const) : ('scores' as const)
    const fitted = { id: 'train', plugin, params: {}, state: {} }
    return () => predictFeatures(fitted, X, { task, output, classes: [] }, scoringKernels())
  }
  for (const values of [[0.5, 1], [-1, 1], [1, -1], [2 ** 31, 0], [Number.NaN, 0], [1]])
    t.throws(answers('clustering', values), { code: 'PLUGIN_BAD_RESULT' }, `cluster ${values}`)
  t.match(answers('clustering', [2, 0.5])(), { output: 'clusters', values: Float64Array.of(2, 0.5) })
  t.match(answers('anomaly', [2], 1.5)(), { output: 'scores', threshold: 1.5 })
  t.match(answers('anomaly', [2])(), { threshold: 0 }, 'by default 0 parts them')
  t.throws(answers('anomaly', [2], Number.NaN), { code: 'PLUGIN_BAD_RESULT' })
})

t.test('a missing value that nobody fills in is an error of the row', async (t) => {
  const { manifest } = stored()
  const model = await stored({ preprocess: manifest.preprocess.slice(2), features: manifest.features }).open()
  const rows = [
    { income: 1, purpose: 'tv', member: true },
    { income: null, purpose: 'tv', member: true },
  ]
  t.throws(() => model.predictRows(rows), {
    code: 'ROW_MISSING_VALUE',
    values: { row: 1, column: 'income', taker: 'linear' },
  })
  const centred = await stored({ preprocess: manifest.preprocess.slice(1) }).open()
  t.throws(() => centred.predictRows(rows), { code: 'ROW_MISSING_VALUE', values: { row: 1, taker: 'centre' } })
})

t.test('a model that does not fit is refused', async (t) => {
  const { manifest } = stored()
  const cell = manifest.preprocess[0] as ModelManifest['preprocess'][number]
  await t.rejects(stored({ format: 2 as 1 }).open(), { code: 'MODEL_CORRUPT' })
  await t.rejects(stored({ preprocess: [{ ...cell, use: 'fil' }] }).open(), { code: 'PLUGIN_UNKNOWN' })
  await t.rejects(stored({ preprocess: [{ ...cell, version: 3 }] }).open(), { code: 'MODEL_PLUGIN_VERSION' })
  await t.rejects(stored({ algorithm: { ...manifest.algorithm, version: 0 } }).open(), { code: 'MODEL_PLUGIN_VERSION' })
  const rows = [{ income: 3, purpose: 'tv', member: true }]
  const other = await stored({ features: ['income'] }).open()
  t.throws(() => other.predictRows(rows), { code: 'MODEL_CORRUPT' })
  const absent = await stored({ preprocess: [{ ...cell, columns: ['debt'] }] }).open()
  t.throws(() => absent.predictRows(rows), { code: 'MODEL_CORRUPT', message: /debt/ })
  for (const kind of ['broken', 'short']) {
    const model = await stored({}, { kind, weights: Float64Array.of(1, 2, 3, 4) }).open()
    t.throws(() => model.predictRows(rows), { code: 'PLUGIN_BAD_RESULT' }, kind)
  }
})

t.test('a state of an older version is migrated', async (t) => {
  const { manifest, put, read } = stored()
  const [fill, ...others] = manifest.preprocess as [ModelManifest['preprocess'][number], ...ModelManifest['preprocess']]
  const old = { ...manifest, preprocess: [{ ...fill, version: 1, state: put(3) }, ...others] }
  const [a, b] = [await openModel(manifest, read, registry, kernels), await openModel(old, read, registry, kernels)]
  const rows = [{ income: null, purpose: 'tv', member: true }]
  t.same(b.predictRows(rows), a.predictRows(rows))
})

t.test('a cell that sees the target transforms training rows out of fold', async (t) => {
  const frame = new Frame(4, [{ type: 'number', name: 'income', values: Float64Array.of(1, 2, 3, 4) }])
  const one = { ...signature, columns: signature.columns.slice(0, 1) }
  const state = { final: 9, folds: [5, 6, 7] }
  const cell = { id: 'mean', plugin: targetMean, params: {}, state, columns: ['income'] }
  const apply = (folds?: Uint8Array) => applyPreprocess([cell], frame, one, kernels, folds).frame.get('income')
  t.match(apply(Uint8Array.of(1, 0, 1, 2)), { values: Float64Array.of(6, 5, 6, 7) })
  t.match(apply(), { values: Float64Array.of(9, 9, 9, 9) }, 'scoring takes the final state')
  t.throws(() => apply(Uint8Array.of(1, 0, 1, 3)), RangeError)
  t.throws(() => applyPreprocess([{ ...cell, state: 9 }], frame, one, kernels), { code: 'MODEL_CORRUPT' })
})

t.test('a plugin that returns other columns than announced is refused', async (t) => {
  const frame = new Frame(1, [{ type: 'number', name: 'income', values: Float64Array.of(1) }])
  const one = { ...signature, columns: signature.columns.slice(0, 1) }
  for (const what of ['name', 'rows', 'nothing']) {
    const cell = { id: 'liar', plugin: liar, params: { what }, state: null, columns: ['income'] }
    t.throws(() => applyPreprocess([cell], frame, one, kernels), { code: 'PLUGIN_BAD_RESULT' }, what)
  }
  const cell = { id: 'centre', plugin: centre, params: {}, state: { means: Float64Array.of(1) }, columns: ['income'] }
  t.same(applyPreprocess([cell], frame, one, kernels).columns, [{ name: 'income', type: 'number', missing: true }])
})
