import t from 'tap'
import type { DaybookError } from '../../src/base/errors.ts'
import { readJson } from '../../src/frame/json-rows.ts'

const columns = (text: string) =>
  readJson(Buffer.from(text), 'x.json').columns.map((column) => [
    column.name,
    column.type,
    [...(column.values as string[])],
  ])
const fault = (text: string): string => {
  try {
    readJson(Buffer.from(text), 'x.json')
    return 'none'
  } catch (error) {
    return (error as DaybookError).all.map(({ code, message }) => `${code} ${message}`).join(' | ')
  }
}

t.test('an array or lines', async (t) => {
  const expected = [
    ['a', 'number', [1, Number.NaN]],
    ['b', 'text', ['x', null]],
    ['c', 'boolean', [-1, 1]],
    ['d', 'date', [Number.NaN, 86_400_000]],
  ]
  t.strictSame(columns('[{"a":1,"b":"x"},{"b":null,"c":true,"d":"1970-01-02"}]'), expected)
  t.strictSame(columns('{"a":1,"b":"x"}\n\n{"b":null,"c":true,"d":"1970-01-02"}\r\n'), expected)
  t.strictSame(columns('[{"__proto__":1}]'), [['__proto__', 'number', [1]]])
})

t.test('faults', async (t) => {
  t.equal(fault(' '), 'DATA_EMPTY x.json is empty')
  t.equal(fault('[]'), 'DATA_NO_ROWS x.json has no rows')
  t.match(fault('[{"a":1},'), /^DATA_BAD_SOURCE x.json cannot be read as JSON/)
  t.match(fault('{"a":1}\n{"a":'), /^DATA_BAD_SOURCE .*JSON lines: line 2/)
  t.equal(fault('{"a":1}\n3'), 'DATA_BAD_SOURCE x.json cannot be read as JSON lines: line 2 is no object')
  t.equal(
    fault('{"a":1,"b":[1]}\n{"a":"x","b":"y"}'),
    'DATA_BAD_VALUE x.json:2: column `a` holds `"x"`, expected a number, as in the rows before | ' +
      'DATA_BAD_VALUE x.json:1: column `b` holds `a list`, expected a text, a number, true, false or null',
  )
  t.match(fault('[{"a":9007199254740993}]'), /^DATA_BAD_VALUE row 1 of x.json.*within ±2\^53/)
  t.match(fault(`[{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}]`), /^DATA_BAD_/)
})
