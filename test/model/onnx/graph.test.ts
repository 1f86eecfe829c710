import t from 'tap'
import { GraphBuilder } from '../../../src/model/onnx/graph.ts'

const fresh = (): GraphBuilder => new GraphBuilder((cell, reason) => new Error(`${cell}: ${reason}`))
const operators = (graph: GraphBuilder): string[] => graph.file('g').nodes.map(({ operator }) => operator)

t.test('columns of a block cost a node only where they are used by themselves', async (t) => {
  const graph = fresh()
  const inputs = ['a', 'b', 'c'].map((name) => graph.input(name, 'double'))
  const columns = graph.unstack(graph.node('Abs', [graph.stack(inputs)]), 3)
  t.same(operators(graph), ['Concat', 'Abs'])
  t.equal(graph.stack(columns).name, graph.file('g').nodes[1]?.outputs[0], 'all of them are the block')
  graph.stack([columns[2], columns[0]] as typeof columns)
  t.same(operators(graph), ['Concat', 'Abs', 'Gather'], 'some of them are one look-up')
  graph.node('Neg', [columns[1] as (typeof columns)[0]])
  graph.node('Sqrt', [columns[1] as (typeof columns)[0]])
  t.same(operators(graph).slice(3), ['Gather', 'Neg', 'Sqrt'], 'one is taken out once')
})

t.test('numbers take the type of what they stand beside, and equal constants are one', async (t) => {
  const graph = fresh()
  const x = graph.input('x', 'double')
  const code = graph.input('code', 'int64')
  graph.node('Add', [x, 1])
  graph.node('Mul', [1, x])
  graph.node('Add', [code, 1])
  graph.node('Where', [graph.node('Less', [x, 1]), 1, x])
  t.same(
    graph.file('g').initializers.map(({ type }) => type),
    ['double', 'int64'],
  )
  t.not(graph.constant(Float64Array.of(0), []).name, graph.constant(Float64Array.of(-0), []).name)
  t.throws(() => graph.constant(Float64Array.of(1, 2), [3]), TypeError)
  t.equal(graph.node('Where', [graph.node('Less', [x, 1]), 1, x]).type, 'double')
  t.equal(graph.node('ArgMax', [x]).type, 'int64')
})

t.test('names are unique, whatever raw columns are called, and the same every time', async (t) => {
  const build = (): GraphBuilder => {
    const graph = fresh()
    const x = graph.input('model/Abs_2', 'double')
    graph.input('', 'double')
    graph.node('Abs', [graph.node('Abs', [x])])
    return graph
  }
  const names = build()
    .file('g')
    .nodes.flatMap(({ outputs }) => outputs)
  t.equal(new Set([...names, 'model/Abs_2', '']).size, 4)
  t.same(build().file('g'), build().file('g'))
  t.throws(() => build().output('', { name: names[0] as string, type: 'double' }, ['rows']), TypeError)
})

t.test('the lowest version that has the operators', async (t) => {
  const graph = fresh()
  const text = graph.input('text', 'string')
  t.same(graph.domains, [['', 17]])
  graph.node('LabelEncoder', [text], { type: 'int64' })
  t.same(graph.domains, [
    ['', 17],
    ['ai.onnx.ml', 3],
  ])
  graph.node('StringConcat', [text, text])
  t.same(graph.domains[0], ['', 20])
})

t.test('a cell says what it cannot', async (t) => {
  const graph = fresh()
  graph.enter('dates')
  t.throws(() => graph.cannot('no clocks'), { message: 'dates: no clocks' })
})
