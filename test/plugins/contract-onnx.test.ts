// What every plugin writes as ONNX, held against its own hooks by the suite that foreign plugins use too.
import type { Plugin } from 'daybook/plugin'
import builtIns from 'daybook/plugins'
import { checkOnnx, type OnnxRunner } from 'daybook/testing'
import { InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import t from 'tap'
import '../model/onnx/runtime.ts'
import { definePreprocess } from '../../src/plugin/index.ts'

t.setTimeout(300_000)

const names = { float: 'float32', double: 'float64', int64: 'int64', string: 'string', bool: 'bool' } as const

const run: OnnxRunner = async (file, feeds) => {
  const session = await InferenceSession.create(file)
  const tensors = feeds.map(
    ({ name, type, shape, data }) => [name, new Tensor(names[type], data as never, shape)] as const,
  )
  const given = await session.run(Object.fromEntries(tensors))
  await session.release()
  return Object.fromEntries(Object.entries(given).map(([name, { data }]) => [name, data as ArrayLike<number>]))
}

for (const { kind, id, load } of builtIns.plugins) {
  if (kind !== 'preprocess' && kind !== 'algorithm') continue
  t.test(`${kind}/${id}`, async (t) => {
    const params = id === 'k-means' ? { params: { k: 3 } } : {}
    t.same(await checkOnnx((await load()).default as Plugin, run, { ...params, tolerance: 1e-4 }), [])
  })
}

t.test('a hook that writes something else is found', async (t) => {
  const halved = definePreprocess({
    id: 'doubled',
    version: 1,
    summary: 'Doubles numbers.',
    takes: ['number'],
    missing: 'allow',
    params: {},
    output: (columns) => columns,
    fit: () => null,
    apply: (_, { columns }) =>
      columns.flatMap((column) =>
        column.type === 'number' ? [{ ...column, values: column.values.map((x) => 2 * x) }] : [],
      ),
    onnx: (_, columns, graph) =>
      columns.map((column) => ({ ...column, tensor: graph.node('Mul', [column.tensor, 0.5]) })),
    example: { params: {}, fit: { a: [1] }, given: { a: [3] }, gives: { a: [6] } },
  })
  const [finding] = await checkOnnx(halved, run)
  t.equal(finding?.message, 'example: `a`, value 0 is 1.5, not 6')
})
