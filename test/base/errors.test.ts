import t from 'tap'
import { asDaybookError, DaybookError, fail, failAll } from '../../src/base/errors.ts'

t.test('a code fills its template, and brings its hint and exit code', async (t) => {
  const error = fail(
    'SPEC_UNKNOWN_PARAM',
    { param: 'maxDeph', plugin: 'gradient-boosting' },
    { hint: 'did you mean `maxDepth`?' },
  )
  t.equal(error.message, '`maxDeph` is not a parameter of gradient-boosting')
  t.equal(error.code, 'SPEC_UNKNOWN_PARAM')
  t.equal(error.exit, 2)
  t.equal(error.hint, 'did you mean `maxDepth`?')
  t.same(error.all, [error])
})

t.test('a layer that knows more adds it on the way up', async (t) => {
  const at = { file: 'a.yaml', line: 3, col: 5, endCol: 9 }
  const error = fail('DATA_NO_COLUMN', { column: 'incme' }, { cell: 'impute' }).with({ at })
  t.same(error.at, at)
  t.equal(error.cell, 'impute')
})

t.test('several errors travel as the first, with all of them behind it', async (t) => {
  const first = fail('DATA_NO_COLUMN', { column: 'a' })
  const second = fail('DATA_NO_COLUMN', { column: 'b' })
  const both = failAll([first, second])
  t.equal(both.message, first.message)
  t.same(both.all, [first, second])
  t.equal(failAll([second]), second)
})

t.test('what a plugin threw becomes INTERNAL with its cause kept', async (t) => {
  const cause = new RangeError('boom')
  const error = asDaybookError(cause)
  t.ok(error instanceof DaybookError)
  t.equal(error.code, 'INTERNAL')
  t.equal(error.cause, cause)
  t.equal(asDaybookError(error), error)
})

t.test('what is added to an error that stands for several reaches each of them; own places stay', async (t) => {
  const own = { file: 'a.yaml', line: 1, col: 1, endCol: 2 }
  const at = { file: 'a.yaml', line: 9, col: 1, endCol: 2 }
  const both = failAll([fail('DATA_NO_COLUMN', { column: 'a' }, { at: own }), fail('DATA_NO_COLUMN', { column: 'b' })])
  const found = both.with({ cell: 'data', at })
  t.same(
    found.all.map((error) => [error.cell, error.at]),
    [
      ['data', own],
      ['data', at],
    ],
  )
})
