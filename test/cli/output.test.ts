import t from 'tap'
import { alignColumns, formatDuration, formatMetric } from '../../src/cli/output.ts'

t.test('columns are aligned by what is shown, not by the bytes of colours', async (t) => {
  t.same(
    alignColumns([
      ['a', 'bb', 'c'],
      ['aaa', 'b', 'c'],
    ]),
    ['a    bb  c', 'aaa  b   c'],
  )
  t.same(
    alignColumns([
      ['\u001b[32mok\u001b[39m', 'x'],
      ['failed', 'y'],
    ]),
    ['\u001b[32mok\u001b[39m      x', 'failed  y'],
  )
  t.same(
    alignColumns(
      [
        ['n', '10'],
        ['m', '7'],
      ],
      new Set([1]),
    ),
    ['n  10', 'm   7'],
  )
  t.same(
    alignColumns([
      ['a', ''],
      ['b', ''],
    ]),
    ['a', 'b'],
    'no blanks at the end of a line',
  )
})

t.test('metrics for people', async (t) => {
  const cases: [number | null, string][] = [
    [null, 'n/a'],
    [0, '0'],
    [0.7712345, '0.7712'],
    [1, '1.000'],
    [47212.6, '47213'],
    [0.00001234, '1.234e-5'],
    [-0.5, '-0.5000'],
  ]
  for (const [value, text] of cases) t.equal(formatMetric(value), text)
})

t.test('durations for people', async (t) => {
  const cases: [number, string][] = [
    [0.4, '0 ms'],
    [840, '840 ms'],
    [999.7, '1.0 s'],
    [4230, '4.2 s'],
    [59_700, '1 min 0 s'],
    [200_400, '3 min 20 s'],
  ]
  for (const [ms, text] of cases) t.equal(formatDuration(ms), text)
})
