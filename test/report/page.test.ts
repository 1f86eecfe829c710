import t from 'tap'
import { PageText } from '../../src/report/page.ts'

const text = `# a page
name: loans   # its name
note: |
  # Prose
  more
data:
  use: csv
  note: the data
  # about the target
  target: defaulted

  split:
    by: random
    test: 0.2
  key: id
preprocess:
- use: impute
  with: { number: median }   # fill
  note: why
- one-hot

# what learns
algorithm: ridge
evaluate: { metrics: [rmse], note: short, folds: 3 }
`
const page = new PageText(text)

t.test('excerpts are the lines of a part, moved to the margin, without what is left out', async (t) => {
  t.equal(
    page.excerpt(['data'], ['note', 'split']),
    'data:\n  use: csv\n  # about the target\n  target: defaulted\n\n  key: id',
  )
  t.equal(page.excerpt(['data', 'split']), 'split:\n  by: random\n  test: 0.2')
  t.equal(page.excerpt(['preprocess', 0], ['note']), '- use: impute\n  with: { number: median }   # fill')
  t.equal(page.excerpt(['preprocess', 1], ['note']), '- one-hot')
  t.equal(page.excerpt(['algorithm']), 'algorithm: ridge')
  t.equal(page.excerpt(['evaluate'], ['note']), 'evaluate: { metrics: [rmse], note: short, folds: 3 }')
  t.equal(page.excerpt(['optimizer']), undefined)
  t.equal(page.excerpt(['preprocess', 7]), undefined)
})

t.test('texts and lists by path', async (t) => {
  t.equal(page.text(['note']), '# Prose\nmore\n')
  t.equal(page.text(['preprocess', 0, 'note']), 'why')
  t.equal(page.text(['preprocess', 1, 'note']), undefined)
  t.equal(page.text(['data']), undefined)
  t.equal(page.length(['preprocess']), 2)
  t.equal(page.length(['data']), 0)
})

t.test('a page that cannot be parsed, or not safely, has no parts', async (t) => {
  for (const bad of ['a: [', 'a: 1\na: 2', '['.repeat(100_000), 'x'.repeat(2_000_000), '', '\0']) {
    t.equal(new PageText(bad).excerpt(['a']), undefined)
  }
})
