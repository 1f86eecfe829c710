import t from 'tap'
import oneHot from '../../../plugins/preprocess/one-hot.ts'
import { transform } from './transform.ts'

const colours = { c: ['red', 'red', 'red', 'blue', 'blue', 'green'] }
const given = { c: ['red', 'blue', 'green', 'violet', null] }

t.test('a feature a level; unseen levels have none', async (t) => {
  const { c } = await transform(oneHot, {}, colours, given)
  t.strictSame(c, [{ 'c=red': 1 }, { 'c=blue': 1 }, { 'c=green': 1 }, {}, {}])
})

t.test('missing values', async (t) => {
  const fit = { c: ['a', null] }
  t.strictSame((await transform(oneHot, {}, fit)).c, [{ 'c=a': 1 }, { 'c=(missing)': 1 }])
  t.strictSame((await transform(oneHot, { missing: 'zeros' }, fit)).c, [{ 'c=a': 1 }, {}])
})

t.test('the first feature can be left out', async (t) => {
  const { c } = await transform(oneHot, { dropFirst: true }, colours, given)
  t.strictSame(c, [{ 'c=red': 1 }, {}, { 'c=green': 1 }, {}, {}], 'blue is the first in code-unit order')
})

t.test('rare levels share a feature', async (t) => {
  const rare = [{ 'c=red': 1 }, { 'c=blue': 1 }, { 'c=(rare)': 1 }, {}, {}]
  t.strictSame((await transform(oneHot, { minShare: 0.2 }, colours, given)).c, rare)
  t.strictSame((await transform(oneHot, { maxLevels: 2 }, colours, given)).c, rare)
})

t.test('a level may be called as the shared features are', async (t) => {
  const fit = { c: ['(missing)', '(rare)', null, 'a', 'a', '(rare)', '(missing)', 'b'] }
  const { c } = await transform(oneHot, { maxLevels: 3 }, fit)
  t.strictSame(c?.slice(0, 3), [{ 'c=(missing)': 1 }, { 'c=(rare)': 1 }, { 'c=(missing)': 1 }])
  t.strictSame(c?.[7], { 'c=(rare)': 1 })
})
