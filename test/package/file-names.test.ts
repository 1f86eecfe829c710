import t from 'tap'
import { lookAlikeNames, nameFault, shownName } from '../../src/package/file-names.ts'

t.test('plain relative names are taken, in any script', (t) => {
  for (const name of [
    'model.json',
    'a/b/c.bin',
    '.hidden',
    '..a',
    'наша-модель/v2.onnx',
    'Δt.csv',
    'モデル',
    'é',
    'a b',
  ])
    t.equal(nameFault(name), undefined, name)
  t.end()
})

t.test('names that lead elsewhere, or are not what they look like, are refused', (t) => {
  for (const [name, fault] of [
    ['', /empty/],
    ['/etc/passwd', /absolute/],
    ['\\\\host\\share', /absolute/],
    ['C:/model', /absolute/],
    ['c:model', /absolute/],
    ['a\\b', /backslash/],
    ['../a', /part `\.\.`/],
    ['a/../b', /part `\.\.`/],
    ['a//b', /part ``/],
    ['a/', /part ``/],
    ['./a', /part `\.`/],
    ['a/.', /part `\.`/],
    ['a./b', /ends in/],
    ['a ', /ends in/],
    ['a\nb', /cannot be seen/],
    ['a\u0000', /cannot be seen/],
    ['a\u200bb', /cannot be seen/],
    ['a\u202efdp.exe', /cannot be seen/],
    ['\ufeffa', /cannot be seen/],
    ['a\ud800', /not Unicode/],
    ['a\ufffd', /not Unicode/],
    ['m\u043edel.json', /mixes scripts/],
    ['x'.repeat(5000), /too long/],
  ] as const)
    t.match(nameFault(name), fault, JSON.stringify(name.slice(0, 20)))
  t.end()
})

t.test('two names that look alike are found, others are not', (t) => {
  t.same(lookAlikeNames(['copy', 'b', '\u0441\u043e\u0440\u0443']), ['copy', '\u0441\u043e\u0440\u0443'], 'Cyrillic')
  t.same(lookAlikeNames(['\u00e9', 'e\u0301']), ['\u00e9', 'e\u0301'], 'composed and not')
  t.same(lookAlikeNames(['ﬁle', 'file']), ['ﬁle', 'file'], 'ligature')
  t.same(lookAlikeNames(['a', 'b', 'a']), ['a', 'a'])
  t.equal(lookAlikeNames(['a', 'A', 'a/b', 'a.b']), undefined)
  t.end()
})

t.test('what would move the cursor is written out', (t) => {
  t.equal(shownName('a\u001b[31m\u202eb'), 'a\\u{1b}[31m\\u{202e}b')
  t.end()
})
