import t from 'tap'
import { nearest } from '../../src/base/nearest.ts'

t.test('the nearest word is suggested, and none where all are far', async (t) => {
  const names = ['maxDepth', 'learningRate', 'trees', 'l2']
  t.equal(nearest('maxDeph', names), 'maxDepth')
  t.equal(nearest('learningrate', names), 'learningRate')
  t.equal(nearest('tress', names), 'trees')
  t.equal(nearest('etres', names), undefined)
  t.equal(nearest('momentum', names), undefined)
  t.equal(nearest('l1', names), 'l2')
})
