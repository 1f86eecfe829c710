import t from 'tap'
import type { Terminal } from '../../src/cli/output.ts'
import { Progress } from '../../src/cli/progress.ts'
import type { RunEvent } from '../../src/store/record.ts'

/** A terminal that remembers its lines. */
function remembering(live: boolean): Terminal & { lines: string[] } {
  const lines: string[] = []
  const add = (line = '') => {
    lines.push(line)
    if (live) process.stderr.write(`${line}\n`)
  }
  const paint = (_: string, text: string) => text
  return {
    json: false,
    quiet: false,
    live,
    lines,
    result: add,
    message: add,
    problem: add,
    envelope: () => {},
    paint,
    paintMessage: paint,
  }
}

/** What a screen shows after the text: lines, the cursor up, the rest erased. */
function screenOf(text: string): string[] {
  const lines: string[] = []
  let row = 0
  for (const [, up, erase, line] of text.replaceAll('\u001b[', '⎋').matchAll(/⎋(\d+)A|(⎋J)|(?:⎋2K)?([^\n⎋]*)\n/g)) {
    if (up !== undefined) row -= Number(up)
    else if (erase !== undefined) lines.length = row
    else lines[row++] = line as string
  }
  return lines
}

const cells = ['data', 'split', 'train', 'evaluate']
const events: RunEvent[] = [
  { type: 'runStarted', run: 'r1', pipeline: 'loan', cells },
  { type: 'cellEnded', cell: 'data', state: 'cached', ms: 0 },
  { type: 'cellStarted', cell: 'split', plugin: 'engine:split' },
  { type: 'cellEnded', cell: 'split', state: 'ran', ms: 12 },
  { type: 'cellStarted', cell: 'train', plugin: 'gradient-boosting' },
  { type: 'cellProgress', cell: 'train', done: 5, total: 10, note: 'log-loss 0.41' },
  { type: 'cellWarned', cell: 'train', warning: { code: 'SLOW', message: 'it has not converged' }, silenced: false },
  { type: 'cellWarned', cell: 'train', warning: { code: 'SLOW', message: 'it has not converged' }, silenced: false },
  { type: 'cellWarned', cell: 'train', warning: { code: 'KNOWN', message: 'it is known' }, silenced: true },
  { type: 'cellEnded', cell: 'train', state: 'failed', ms: 30 },
  { type: 'cellEnded', cell: 'evaluate', state: 'skipped', ms: 0 },
  { type: 'runEnded', run: 'r1', status: 'failed', digest: 'd' },
]

t.test('without a terminal: a line as each cell ends, a warning once', async (t) => {
  const terminal = remembering(false)
  const progress = new Progress(terminal)
  for (const event of events) progress.show(event)
  t.same(terminal.lines, [
    'loan: run r1',
    '= data        cached',
    '✔ split       ran in 12 ms',
    '  warning SLOW (train): it has not converged',
    '✘ train       failed',
    '- evaluate    skipped',
  ])
})

t.test('on a terminal: lines are redrawn in place and end as the plain ones', async (t) => {
  const written: string[] = []
  t.intercept(process.stderr, 'write', { value: (text: string) => written.push(text) > 0 })
  const terminal = remembering(true)
  const progress = new Progress(terminal)
  for (const event of events.slice(0, 8)) progress.show(event)
  progress.note('Stopping.')
  const during = screenOf(written.join(''))
  t.same(during.slice(0, 2), ['loan: run r1', 'Stopping.'])
  t.match(during[4], /^▸ train {7}██████████░░░░░░░░░░ 5\/10 {2}log-loss 0\.41$/)
  t.equal(during.length, 6)
  for (const event of events.slice(8)) progress.show(event)
  t.same(screenOf(written.join('')), [
    'loan: run r1',
    'Stopping.',
    '= data        cached',
    '✔ split       ran in 12 ms',
    '✘ train       failed',
    '- evaluate    skipped',
    '  warning SLOW (train): it has not converged',
  ])
})

t.test('a long list is shown around the cell that runs, a wide line is cut', async (t) => {
  const written: string[] = []
  t.intercept(process.stderr, 'write', { value: (text: string) => written.push(text) > 0 })
  t.intercept(process.stderr, 'rows', { value: 10 })
  t.intercept(process.stderr, 'columns', { value: 40 })
  const progress = new Progress(remembering(true))
  const many = Array.from({ length: 30 }, (_, i) => `cell-${i}`)
  progress.show({ type: 'runStarted', run: 'r1', pipeline: 'loan', cells: many })
  for (const cell of many.slice(0, 20)) progress.show({ type: 'cellEnded', cell, state: 'ran', ms: 1 })
  progress.show({ type: 'cellStarted', cell: 'cell-20', plugin: 'x' })
  progress.show({ type: 'cellProgress', cell: 'cell-20', done: 1, total: 2, note: 'a note that is far too long' })
  progress.note('here')
  const screen = screenOf(written.join(''))
  t.equal(screen.length, 2 + 8)
  t.match(screen[2], '… 19 cells before')
  t.match(screen[4], /^▸ cell-20 /)
  t.equal(screen[4]?.length, 39)
  t.match(screen.at(-1), '… 5 cells after')
  progress.show({ type: 'runEnded', run: 'r1', status: 'ok', digest: 'd' })
  t.equal(screenOf(written.join('')).length, 2 + 30)
})
