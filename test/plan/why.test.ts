import t from 'tap'
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
  t.match(why({ code: 'x', seed: 8, plugin: 'y', cell: 'z' }), /and 1 more/)
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
