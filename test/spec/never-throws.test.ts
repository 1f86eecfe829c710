import fc from 'fast-check'
import t from 'tap'
import { stringify } from 'yaml'
import { DaybookError } from '../../src/base/errors.ts'
import { formatError } from '../../src/base/format-error.ts'
import { checkPage, parsePage } from '../../src/spec/index.ts'
import { memoryRegistry, oddPlugins } from './memory-registry.ts'

const registry = memoryRegistry(oddPlugins)
const words = [
  'use',
  'with',
  'from',
  'target',
  'key',
  'columns',
  'split',
  'by',
  'on',
  'test',
  'column',
  'metric',
  'metrics',
  'folds',
  'atLeast',
  'id',
  'note',
  'y',
  'type',
  'role',
  'monotone',
]
const names = [
  'warehouse',
  'groups',
  'margins',
  'walk',
  'prune',
  'hits',
  'random',
  'time',
  'data',
  'a',
  'b',
  '${env:X}',
  'constructor',
  '__proto__',
  'increasing',
  'number',
]
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(...names, null, true, 0, 1, -1, 0.5, 1e300, ''),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...words), tie('node'), { maxKeys: 5 }),
  ),
})).node
const sections = [
  'data',
  'cells',
  'preprocess',
  'algorithm',
  'optimizer',
  'compress',
  'evaluate',
  'gates',
  'deploy',
  'seed',
  'note',
  'x-free',
]

/** Is it an error for people: with a code of its own and a place? */
function isTold(error: DaybookError): boolean {
  return error.code !== 'INTERNAL' && error.at !== undefined && formatError(error) !== ''
}

t.test('a page of any shape ends in a pipeline or in errors with places', async (t) => {
  let sound = 0
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...sections), value), async (page) => {
      const text = stringify({ daybook: 1, name: 'any', data: { use: 'warehouse' }, algorithm: 'groups', ...page })
      const { pipeline, errors } = await checkPage(parsePage(text, 'any.yaml', '/'), { registry, env: {} })
      if (pipeline !== undefined) sound++
      return (pipeline === undefined) === errors.length > 0 && errors.every(isTold)
    }),
    { numRuns: 300 },
  )
  t.ok(sound > 0, `${sound} pages were sound`)
})

t.test('a text of any sort is parsed or refused, quickly', (t) => {
  const piece = fc.constantFrom(
    'a',
    'b: ',
    '- ',
    '? ',
    ': ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '|',
    '>',
    '&x ',
    '*x ',
    '!t ',
    '#',
    '\n',
    '  ',
    '\t',
    '%',
    '---\n',
    '...\n',
    '\\',
    '\ufeff',
    '\r\n',
    '0x',
    '1e9',
    '~',
    '<<: ',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      try {
        parsePage(pieces.join(''), 'any.yaml', '/')
        return true
      } catch (thrown) {
        return thrown instanceof DaybookError && thrown.all.every(isTold)
      }
    }),
    { numRuns: 3000 },
  )
  t.pass()
  t.end()
})
