import t from 'tap'
import {
  clip,
  formatDuration,
  formatMetric,
  formatNumber,
  formatShare,
  formatTime,
  formatValue,
} from '../../src/report/numbers.ts'

t.test('numbers for people: four significant digits, thousands set apart', async (t) => {
  const cases: readonly [number, string][] = [
    [0, '0'],
    [-0, '0'],
    [20000, '20\u202f000'],
    [-1234567, '\u22121\u202f234\u202f567'],
    [0.123456, '0.1235'],
    [12.3456, '12.35'],
    [47498.31, '47\u202f498'],
    [0.00001234, '1.234e\u22125'],
    [1.5e21, '1.500e21'],
    [Number.NaN, 'not a number'],
    [Number.NEGATIVE_INFINITY, '\u2212\u221e'],
  ]
  for (const [value, text] of cases) t.equal(formatNumber(value), text)
})

t.test('metrics line up at four decimals', async (t) => {
  t.equal(formatMetric(0.79), '0.7900')
  t.equal(formatMetric(-0.05), '\u22120.0500')
  t.equal(formatMetric(123.456), '123.46')
  t.equal(formatMetric(47498.3), '47\u202f498')
  t.equal(formatMetric(null), '\u2014')
  t.equal(formatMetric(0), '0.0000')
})

t.test('shares, durations, moments, plain values', async (t) => {
  t.equal(formatShare(0.1234), '12.3\u202f%')
  t.equal(formatShare(0.0001), '<\u202f0.1\u202f%')
  t.equal(formatDuration(0.2), '<\u00a01\u00a0ms')
  t.equal(formatDuration(12.4), '12\u00a0ms')
  t.equal(formatDuration(3420), '3.4\u00a0s')
  t.equal(formatDuration(125_000), '2\u00a0min\u00a005\u00a0s')
  t.equal(formatTime('2026-11-22T07:10:02.5+02:00'), '2026-11-22 05:10:02 UTC')
  t.equal(formatTime('soon'), 'soon')
  t.equal(formatValue(null), '\u2014')
  t.equal(formatValue(true), 'yes')
  t.equal(formatValue({ a: [1] }), '{"a":[1]}')
})

t.test('clipping counts characters, not halves of them', async (t) => {
  t.equal(clip('abcdef', 4), 'abc\u2026')
  t.equal(clip('abcd', 4), 'abcd')
  t.equal(clip('\u{1f600}'.repeat(5), 3), '\u{1f600}\u{1f600}\u2026')
})
