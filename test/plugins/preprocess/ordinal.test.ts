import { type CategoryColumn, Frame, MISSING, type NumberColumn, UNSEEN } from 'daybook/frame'
import t from 'tap'
import ordinal from '../../../plugins/preprocess/ordinal.ts'
import { transformFrame } from './transform.ts'

const size: CategoryColumn = {
  type: 'category',
  name: 'size',
  levels: ['S', 'M', 'L'],
  values: Int32Array.of(2, 0, UNSEEN, MISSING),
}

t.test('the declared order, and policies for what has no place in it', async (t) => {
  const frame = new Frame(4, [size])
  const values = async (params: Record<string, string>): Promise<number[]> => {
    const [column] = (await transformFrame(ordinal, params, frame, frame)).columns
    return [...(column as NumberColumn).values]
  }
  t.strictSame(await values({}), [2, 0, 3, Number.NaN])
  t.strictSame(await values({ unseen: 'first', missing: 'last' }), [2, 0, -1, 3])
  t.strictSame(await values({ unseen: 'missing', missing: 'first' }), [2, 0, Number.NaN, -1])
})
