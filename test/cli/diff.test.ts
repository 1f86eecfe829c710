import { join } from 'node:path'
import t from 'tap'
import type { Json } from '../../src/base/json.ts'
import { diffMarkdown } from '../../src/cli/commands/diff-markdown.ts'
import type { RunDiff } from '../../src/cli/commands/diff-rows.ts'
import { diffText } from '../../src/cli/commands/diff-text.ts'
import { recordOf } from '../store/record.ts'
import { daybook, folderWith, smallPage } from './daybook.ts'

t.test('two runs with a param changed: on a terminal, as JSON, as Markdown', async (t) => {
  const folder = await folderWith(t, { 'page.yaml': smallPage })
  const run = async (...more: string[]) => {
    const { code, stderr } = await daybook(['run', 'page.yaml', '--quiet', ...more], { cwd: folder })
    t.equal(code, 0, stderr)
    const shown = await daybook(['show', 'latest', '--json'], { cwd: folder })
    return (JSON.parse(shown.stdout) as { readonly run: { readonly id: string } }).run.id
  }
  const a = await run()
  const b = await run('--set', 'algorithm.with.trees=30', '--set', 'algorithm.with.learningRate=0.3')

  const text = await daybook(['diff', a, b], { cwd: folder })
  t.equal(text.code, 0, text.stderr)
  const [head, ...lines] = text.stdout.split('\n')
  t.equal(head, `small ${a} -> ${b}`)
  t.strictSame(
    lines.filter((line) => /^\w/.test(line)),
    ['page', 'cells', 'metrics', 'model', 'predictions'],
    'only what differs',
  )
  t.match(text.stdout, /^ {2}algorithm\.with\.trees +10 +-> +30$/m)
  t.match(text.stdout, /^ {2}train, evaluate, deploy\.serve \(4 are equal\)$|^ {2}train, evaluate, gates/m)
  t.match(
    text.stdout,
    /^ {2}auc on test +0\.\d+ +0\.\d+ +[+-]?0\.\d+ +0\.\d+ to 0\.\d+ -> 0\.\d+ to 0\.\d+ {2}(within both|beyond them)$/m,
  )
  t.match(text.stdout, /(None|\d+) of the \d+ test rows of the second run.* get another label\./)
  t.match(text.stdout, /Probability of yes moves by/)

  const json = JSON.parse((await daybook(['diff', a, b, '--json'], { cwd: folder })).stdout)
  t.match(json, {
    formatVersion: '1.0',
    a,
    b,
    same: false,
    differences: [
      { group: 'page', what: 'algorithm.with.trees', a: 10, b: 30 },
      { group: 'page', what: 'algorithm.with.learningRate', a: 0.05, b: 0.3 },
    ],
    predictions: { compared: true, diff: { trainedBefore: 0, notes: [] } },
  })

  const md = await daybook(['diff', a, b, '--md'], { cwd: folder })
  t.match(md.stdout, /^### `small`: /)
  t.match(md.stdout, '| `algorithm.with.trees` | `10` | `30` |')
  t.match(md.stdout, /^#### Predictions$/m)

  const same = await daybook(['diff', a, a], { cwd: folder })
  t.equal(same.stdout, `small ${a} -> ${a}\nTheir results are equal, bit for bit.\n`)
  t.equal((await daybook(['diff', a, 'nothing'], { cwd: folder })).code, 2)
  t.equal((await daybook(['diff', a, b, '--store', join(folder, 'none')], { cwd: folder })).code, 2)
})

t.test('a thousand columns that changed are not a thousand lines', async (t) => {
  const record = recordOf('20260101-000000-000001', 'loans')
  const differences = Array.from({ length: 1000 }, (_, i) => ({ group: 'data', what: `c${i}`, a: 1, b: 2 }) as const)
  const found: RunDiff = { a: record, b: { ...record, digest: 'other' }, differences, predictions: undefined }
  const text = diffText(found, { paint: (_, text) => text })
  t.equal(text.at(-1), '  and 960 more: `--json` lists them')
  t.ok(text.length < 50 && diffMarkdown(found).length < 60)
})

t.test('whatever stands in the data, it is text: on a terminal and in a comment', async (t) => {
  const nasty = 'a|b `c` @someone #12 <img src=x onerror=1> \u001b[2J\u202e *x* [y](http://z) \\'
  const record = recordOf('20260101-000000-000001', 'loans')
  const found: RunDiff = {
    a: record,
    b: { ...record, id: '20260101-000000-000002', digest: 'other' },
    differences: [{ group: 'page', what: nasty, a: nasty, b: [nasty] as Json }],
    predictions: {
      compared: true,
      diff: {
        rows: 40,
        trainedBefore: 3,
        flips: { rows: 2, between: [{ from: nasty, to: 'no', rows: 2 }], truth: { becameRight: 2, becameWrong: 0 } },
        moved: { of: `probability of ${nasty}`, mean: 0.1, max: 0.5 },
        slices: [{ column: nasty, value: nasty, rows: 20, flips: 2 }],
        smallestSlice: 5,
        notes: [],
      },
    },
  }
  const markdown = diffMarkdown(found)
  for (const line of markdown) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    t.notMatch(line, /[\u0000-\u001f\u202e\\]|<img|(?<!&)#12|@someone|\]\(|\*x/)
    const bare = line.replace(/`[^`]*`/g, 'code').replaceAll(/<\/?code>/g, '')
    t.notMatch(bare, /[<>`*[\]\\@]/, 'nothing outside of code is markup')
    if (line.startsWith('|')) t.equal(line.match(/\|/g)?.length, columnsOf(markdown, line), line)
  }
  for (const line of diffText(found, { paint: (_, text) => text })) t.notMatch(line, /\p{Cc}|\p{Cf}/u)
  t.match(markdown.join('\n'), '3 of the rows trained the first run')
})

/** Pipes of the head of the table that a line belongs to. */
function columnsOf(lines: readonly string[], line: string): number {
  let at = lines.indexOf(line)
  while (lines[at - 1]?.startsWith('|')) at--
  return lines[at]?.match(/\|/g)?.length ?? 0
}
