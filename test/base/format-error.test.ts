import t from 'tap'
import { fail } from '../../src/base/errors.ts'
import { formatError } from '../../src/base/format-error.ts'

const text = '    with: { maxDeph: 5 }'
const at = { file: 'pipelines/loan.yaml', line: 24, col: 13, endCol: 20, text }

t.test('place, code, message, code frame, hint', (t) => {
  const error = fail(
    'SPEC_UNKNOWN_PARAM',
    { param: 'maxDeph', plugin: 'gradient-boosting' },
    { at, hint: 'did you mean `maxDepth`?' },
  )
  t.equal(
    formatError(error),
    `pipelines/loan.yaml:24:13 SPEC_UNKNOWN_PARAM  \`maxDeph\` is not a parameter of gradient-boosting
  24 |     with: { maxDeph: 5 }
     |             ^^^^^^^  did you mean \`maxDepth\`?`,
  )
  t.equal(
    formatError(fail('SPEC_FILE_MISSING', { file: 'a.yaml' }, { hint: 'Look.' })),
    'SPEC_FILE_MISSING  there is no file a.yaml\n  Look.',
  )
  t.equal(
    formatError(fail('SPEC_EMPTY', {}, { cell: 'train', hint: 'x' })),
    'SPEC_EMPTY  the page is empty (cell train)\n  x',
  )
  t.end()
})

t.test('a long line is cut around the place, a tab is shown, carets stand under what they mean', (t) => {
  const long = `${'a'.repeat(500)}\tHERE${'b'.repeat(1_000_000)}`
  const shown = formatError(fail('SPEC_TAB', {}, { at: { file: 'f', line: 1, col: 501, endCol: 502, text: long } }))
  t.ok(shown.length < 400)
  const [, line, carets] = shown.split('\n')
  t.equal(line?.[carets?.indexOf('^') ?? -1], '→')
  const wide = formatError(fail('SPEC_EMPTY', {}, { at: { file: 'f', line: 1, col: 4, endCol: 6, text: '😀 xy' } }))
  t.match(wide, /\| {3}\^\^/, 'a pair of surrogates is one character wide here')
  t.end()
})
