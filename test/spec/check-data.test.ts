import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { checkFile } from './check-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-data-'))
const page = join(folder, 'page.yaml')

/** Codes of what is found in a page over rows that `row` makes. */
async function found(
  columns: string,
  row: (i: number) => string,
  data: string,
  rest = 'algorithm: gradient-boosting\n',
  rows = 40,
): Promise<string[]> {
  writeFileSync(join(folder, 'rows.csv'), `${columns}\n${Array.from({ length: rows }, (_, i) => row(i)).join('\n')}\n`)
  writeFileSync(page, `daybook: 1\nname: data\ndata:\n  use: csv\n  with: { path: rows.csv }\n${data}${rest}`)
  return (await checkFile(page)).map(({ code, at }) => `${code} ${at?.line}:${at?.col}`)
}

const binary = (i: number) => `${i * 3.5},${i % 2 === 0 ? 'no' : 'yes'}`

t.test('a sound page over sound rows', async (t) => {
  t.same(await found('x,y', binary, '  target: y\n'), [])
  t.same(await found('x,y', (i) => `${i * 1.5},${i * 2.5}`, '  target: y\n'), [], 'a number')
  t.same(
    await found('x,y', (i) => `${i * 1.5},${i % 2}`, '  target: y\n', 'algorithm: logistic\n'),
    [],
    'two numbers are classes',
  )
  t.same(
    await found('x,y', (i) => `${i * 1.5},${i % 2}`, '  target: { column: y, type: number }\n', 'algorithm: ridge\n'),
    [],
    'unless declared',
  )
  t.same(
    await found(
      'x,y',
      (i) => `${i * 1.5},${i % 3}`,
      '  target: { column: y, type: category }\n',
      'algorithm: logistic\n',
    ),
    [],
    'three classes',
  )
})

t.test('keys, targets, parts', async (t) => {
  const keyed = (i: number) => `${i === 4 ? '' : i},${i * 2},${i % 2 === 0 ? 'no' : 'yes'}`
  t.same(await found('k,x,y', keyed, '  target: y\n  key: k\n'), ['DATA_KEY_MISSING 7:8'])
  const dates = (i: number) => `${i},2025-01-${String(1 + (i % 28)).padStart(2, '0')}`
  t.same(await found('x,y', dates, '  target: y\n'), ['DATA_TARGET_TYPE 6:11'])
  t.same(
    await found(
      'x,g,y',
      (i) => `${i * 2},one,${i % 2 === 0 ? 'no' : 'yes'}`,
      '  target: y\n  split: { by: group, on: g }\n',
    ),
    ['DATA_SPLIT_EMPTY 7:27'],
  )
  const part = (i: number) => `${i * 2},train,${i % 2 === 0 ? 'no' : 'yes'}`
  t.same(await found('x,p,y', part, '  target: y\n  split: { by: column, on: p }\n'), ['DATA_SPLIT_EMPTY 7:28'])
  t.same(await found('x,y', binary, '  target: y\n  split: { by: random, test: 0.01 }\n'), ['DATA_SPLIT_EMPTY 7:30'])
  t.same(await found('x,y', (i) => `${i},`, '  target: y\n'), ['DATA_EMPTY_COLUMN 6:11'])
})

t.test('default metrics and gates on them wait for the task', async (t) => {
  const number = (i: number) => `${i * 1.5},${i * 2.5}`
  const gate = 'algorithm: gradient-boosting\ngates: [{ metric: auc, atLeast: 0.5 }]\n'
  t.same(await found('x,y', number, '  target: y\n', gate), ['SPEC_GATE_METRIC 8:19'], 'auc is not for numbers')
  t.same(await found('x,y', binary, '  target: y\n', gate), [])
})

t.test('several errors at once, in the order of the page', async (t) => {
  const data = '  target: z\n  key: q\n  columns: { w: { unit: EUR } }\n'
  t.same(await found('x,y', binary, data), ['DATA_NO_COLUMN 6:11', 'DATA_NO_COLUMN 7:8', 'DATA_NO_COLUMN 8:14'])
})

t.test('a value that its declared type refuses stands at the column in the page', async (t) => {
  t.same(
    await found('x,y', (i) => (i === 3 ? 'many,no' : binary(i)), '  target: y\n  columns: { x: { type: number } }\n'),
    ['DATA_BAD_VALUE 7:14'],
  )
})

t.test('preprocess cells against the task, promises and the names that there are', async (t) => {
  const weighed = 'preprocess: [woe]\nalgorithm: scorecard\n'
  const promised = '  target: y\n  columns: { x: { monotone: increasing } }\n'
  t.same(await found('x,y', binary, promised, weighed), [], 'a cell that obeys a promise passes it on')
  t.same(await found('x,y', (i) => `${i * 1.5},${i * 2.5}`, '  target: y\n', 'preprocess: [woe]\nalgorithm: ridge\n'), [
    'SPEC_CELL_TASK 7:14',
  ])
  const rotated = (cell: string) => `preprocess: [${cell}]\nalgorithm: logistic\n`
  const rows = (i: number) => `${i},${i % 7},${i % 5},${i % 2 === 0 ? 'no' : 'yes'}`
  const some = 'columns: [x, w]'
  t.same(await found('x,w,pc1,y', rows, '  target: y\n', rotated(`{ use: pca, ${some} }`)), ['SPEC_COLUMN_TWICE 7:21'])
  t.same(await found('x,w,pc1,y', rows, '  target: y\n', rotated(`{ use: pca, ${some}, with: { prefix: c } }`)), [])
  t.same(
    await found('x,w,pc1,y', rows, '  target: y\n', rotated('pca')),
    [],
    'a column that is taken gives its name free',
  )
  t.same(await found('x,w,pc1,y', rows, '  target: y\n', rotated('{ use: pca, with: { components: 4 } }')), [
    'PARAM_CONFLICT 7:21',
  ])
})

t.test('bounds are of numbers, and levels make a category', async (t) => {
  const letters = (i: number) => `${'abc'[i % 3]},${i % 2 === 0 ? 'no' : 'yes'}`
  t.same(await found('x,y', letters, '  target: y\n  columns: { x: { min: 0 } }\n'), ['DATA_ROLE_TYPE 7:24'])
  const grades = (i: number) => `${(i % 3) + 1},${i % 2 === 0 ? 'no' : 'yes'}`
  const levels = (list: string) => `  target: y\n  columns: { x: { levels: [${list}] } }\n`
  t.same(await found('x,y', grades, levels('"1", "2", "3"')), [])
  const twice = await found('x,y', grades, levels('"1", "2"'))
  t.ok(
    twice.length > 0 && twice.every((code) => code.startsWith('DATA_BAD_VALUE')),
    'numbers are held to their levels too',
  )
})
