import fc from 'fast-check'
import t from 'tap'
import { formatDate, parseDate } from '../../src/frame/date.ts'
import { parseNumber } from '../../src/frame/number-text.ts'

t.test('numbers: the engine is the oracle', async (t) => {
  for (const text of [
    '0',
    '-0',
    '1',
    '+1',
    '1.5',
    '.5',
    '5.',
    '-12.125',
    '1e3',
    '1E-3',
    '0.1',
    '123456789012345.6',
    '9007199254740993',
    '1e308',
    ' 7 ',
    '0.000000000000001',
  ]) {
    t.equal(parseNumber(text), Number(text) + 0, text)
  }
  for (const text of ['', ' ', '-', '.', '+.', '1.2.3', '1,5', '0x10', '1e', 'one', '1_000', 'NaN', '1 2', '--1'])
    t.equal(parseNumber(text), undefined, text)
  t.equal(parseNumber('inf'), Number.POSITIVE_INFINITY)
  t.equal(parseNumber('-1e999'), Number.NEGATIVE_INFINITY)
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (value) => parseNumber(String(value)) === value + 0,
    ),
  )
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 9 }), (whole, places) => {
      const text = (whole / 10 ** places).toFixed(places)
      return parseNumber(text) === Number(text) + 0
    }),
  )
})

t.test('decimal comma and thousands', async (t) => {
  const european = { decimal: ',', thousands: '.' }
  t.equal(parseNumber('1.234.567,5', european), 1_234_567.5)
  t.equal(parseNumber('-1,5', european), -1.5)
  t.equal(parseNumber('1234,5', european), 1234.5)
  t.equal(parseNumber('1.5', european), undefined, 'no group of three digits')
  t.equal(parseNumber('1.5', { decimal: ',', thousands: '' }), undefined)
  t.equal(parseNumber('1,234', { decimal: '.', thousands: ',' }), 1234)
  t.equal(parseNumber('12,34', { decimal: '.', thousands: ',' }), undefined)
  t.equal(parseNumber('1,5e3', european), 1500)
})

t.test('dates', async (t) => {
  t.equal(parseDate('1970-01-02'), 86_400_000)
  t.equal(parseDate('2024-02-29T12:00:00+02:00'), Date.UTC(2024, 1, 29, 10))
  for (const text of ['2023-02-29', '2023-13-01', '2023-1-1', '01/02/2023', '2023-01-01T25:00', '2023'])
    t.equal(parseDate(text), undefined, text)
  fc.assert(
    fc.property(
      fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
      (moment) => parseDate(formatDate(moment)) === moment,
    ),
  )
  t.equal(formatDate(0), '1970-01-01')
})
