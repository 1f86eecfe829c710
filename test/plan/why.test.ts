import t from 'tap'
import type { JsonObject } from '../../src/base/json.ts'
import { whyStale } from '../../src/plan/why.ts'

t.test('why names what differs, and the values before and after', async (t) => {
  const before = {
    plugin: 'impute@1',
    params: { number: 'median', bounds: { low: 1 } },
    seed: 7,
    inputs: { frame: 'a', 'state:clip': 'b' },
  }
  const why = (now: object) => whyStale(before, { ...before, ...now })
  t.equal(whyStale(undefined, before), 'never ran')
  t.equal(why({}), 'its output is gone from the store')
  t.equal(why({ params: { number: 'mean', bounds: { low: 1 } } }), '`with.number` changed: median -> mean')
  t.equal(why({ params: { number: 'median', bounds: { low: 2 } } }), '`with.bounds.low` changed: 1 -> 2')
  t.equal(why({ inputs: { frame: 'a', 'state:clip': 'c' } }), 'input `clip` changed')
  t.equal(why({ inputs: { frame: 'b', 'state:clip': 'c' } }), 'inputs `frame`, `clip` changed')
  t.equal(why({ inputs: { a: '1', b: '2', c: '3' } }), 'inputs `frame`, `clip`, `a` and 2 more changed')
  t.equal(why({ seed: 8 }), 'seed changed: 7 -> 8')
  t.equal(why({ plugin: 'impute@2' }), 'plugin changed: impute@1 -> impute@2')
  t.equal(why({ code: 'x' }), 'the code of the plugin changed')
  t.match(why({ code: 'x', seed: 8, plugin: 'impute@2', cell: 'z' }), /and 1 more/)
})

t.test('parts are named as the page writes them, inputs last', async (t) => {
  const changed = (before: object, now: object) => whyStale(before as JsonObject, now as JsonObject)
  const algorithm = (plugin: string, trees: number) => ({ plugin, code: plugin, params: { trees } })
  t.equal(
    changed({ params: { trees: 50 }, inputs: { a: 1 } }, { params: { trees: 80 }, inputs: { a: 2 } }),
    '`with.trees` changed: 50 -> 80; input `a` changed',
  )
  t.equal(
    changed({ algorithm: algorithm('x@1', 1) }, { algorithm: algorithm('x@1', 2) }),
    '`algorithm.with.trees` changed: 1 -> 2',
  )
  t.equal(
    changed({ algorithm: algorithm('x@1', 1) }, { algorithm: algorithm('y@1', 2) }),
    '`algorithm` changed: x@1 -> y@1',
    'params of another plugin say nothing',
  )
  t.equal(
    changed({ plugin: 'x@1', params: { a: 1 } }, { plugin: 'y@1', params: { b: 1 } }),
    'plugin changed: x@1 -> y@1',
  )
  t.equal(changed({ optimizer: algorithm('x@1', 1) }, {}), '`optimizer` changed: x@1 -> nothing')
  t.equal(
    changed({ split: { by: 'random', test: 0.2 }, folds: 3 }, { split: { by: 'random', test: 0.3 }, folds: 5 }),
    '`evaluate.folds` changed: 3 -> 5; `data.split.test` changed: 0.2 -> 0.3',
  )
  t.equal(changed({ rowKey: 'id' }, { rowKey: null }), '`data.key` changed: id -> nothing')
  t.equal(
    changed({ columns: { age: { min: 0 } } }, { columns: { age: { min: 18 } } }),
    '`data.columns.age.min` changed: 0 -> 18',
  )
  t.equal(changed({ files: { path: 'a' } }, { files: { path: 'b' } }), 'the file of `with.path` changed')
  const metrics = (...names: string[]) => ({ metrics: names.map((plugin) => ({ plugin, code: plugin, params: {} })) })
  t.equal(
    changed(metrics('auc@1'), metrics('auc@1', 'brier@1')),
    '`evaluate.metrics.brier` changed: nothing -> brier@1',
  )
  const gates = (atLeast: number) => ({ gates: [{ metric: 'auc', on: 'test', atLeast }] })
  t.equal(changed(gates(0.7), gates(0.8)), '`gates.auc on test.atLeast` changed: 0.7 -> 0.8')
})

t.test('keys of stored parts are sorted: that alone is no change', async (t) => {
  const gates = [{ metric: 'auc', on: 'test', atLeast: 0.7 }]
  const sorted = [{ atLeast: 0.7, metric: 'auc', on: 'test' }]
  t.equal(whyStale({ gates: sorted }, { gates }), 'its output is gone from the store')
})

t.test('a fold names the cell of the chain that changed', async (t) => {
  const chain = (upper: number) => [{ cell: 'clip', plugin: 'clip@1', params: { upper } }]
  t.equal(whyStale({ preprocess: chain(1) }, { preprocess: chain(2) }), '`preprocess.clip.with.upper` changed: 1 -> 2')
})
