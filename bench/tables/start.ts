import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from '../measure.ts'
import type { Line } from '../report.ts'
import type { BenchTable } from '../table.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const daybook = join(root, 'dist', 'src', 'cli', 'main.js')
const page = join('pipelines', 'loan-approval.yaml')

/** What a user waits for at the command line. */
export const start: BenchTable = {
  name: 'start',
  summary: 'what a user waits for: commands, a first and a second run, the demo',
  minutes: 1,
  async run({ runs, print }) {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-'))
    try {
      const cold = ['validate', page, '--store', join(folder, 'none')]
      const store = ['--store', join(folder, 'store')]
      const lines = [
        line('daybook --version', aboveEmpty(['--version'], runs), 150),
        line('daybook validate, which makes the 20,000 rows', aboveEmpty(cold, runs), 400),
        line('daybook run, first run: 300 trees, 3 folds, report', timed([daybook, 'run', page, ...store])),
        line('daybook validate, rows in the cache', aboveEmpty(['validate', page, ...store], runs), 400),
        line(
          'daybook run, nothing is stale',
          again(() => timed([daybook, 'run', page, ...store]), runs),
          1000,
        ),
        line('npm run demo, without the build', timed([join(root, 'dist', 'scripts', 'demo.js')]), 60_000),
      ]
      const notes = ['`--version` and `validate` above an empty Node program: runs of both alternate.']
      print({
        title: 'At the command line: pipelines/loan-approval.yaml',
        contenders: ['ms'],
        comparing: 'held',
        lines,
        notes,
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function line(what: string, ms: number, bar?: number): Line {
  const shown = ms.toFixed(0)
  return bar === undefined
    ? { what, values: [shown] }
    : { what, values: [shown], compared: shown, bar: `<= ${bar.toLocaleString('en')}`, kept: ms <= bar }
}

/** Milliseconds that a Node program takes from start to end. */
function timed(args: readonly string[]): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - began
}

function again(measure: () => number, runs: number): number {
  return median(Array.from({ length: runs }, measure))
}

/** Time of a command above that of an empty Node program; runs of both alternate, so that a busy machine slows both. */
function aboveEmpty(args: readonly string[], runs: number): number {
  const pairs = Array.from({ length: 3 * runs }, () => [timed(['-e', '0']), timed([daybook, ...args])] as const)
  return median(pairs.map(([, ours]) => ours)) - median(pairs.map(([empty]) => empty))
}
