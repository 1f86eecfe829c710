// `npm run bench`: what a user waits for. Every figure is a median; each bar is the most that it may be.
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runPage } from '../src/index.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const daybook = join(root, 'dist', 'src', 'cli', 'main.js')
const page = join('pipelines', 'loan-approval.yaml')
const folder = await mkdtemp(join(tmpdir(), 'daybook-bench-'))

/** Milliseconds that a Node program takes from start to end. */
function timed(args: readonly string[]): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - began
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}

function say(what: string, ms: number, bar?: number): void {
  const verdict = bar === undefined ? '' : `   bar ${bar} ms: ${ms < bar ? 'kept' : 'MISSED'}`
  process.stdout.write(`${what.padEnd(56)} ${ms.toFixed(0).padStart(7)} ms${verdict}\n`)
}

/** Time of a command above that of an empty Node program: runs of both alternate, so that a busy machine slows both. */
function aboveEmpty(args: readonly string[], runs = 15): number {
  const pairs = Array.from({ length: runs }, () => [timed(['-e', '0']), timed([daybook, ...args])] as const)
  return median(pairs.map(([, ours]) => ours)) - median(pairs.map(([empty]) => empty))
}

/** Milliseconds in an algorithm's own hook, at its defaults, on the 20,000 rows of the synthetic loan book. */
async function training(name: string, sections: string, threads: number): Promise<number> {
  const file = join(folder, `${name}.yaml`)
  await writeFile(
    file,
    `daybook: 1
name: ${name}
data:
  use: synthetic-credit
  target: { column: defaulted, positive: "yes" }
  key: loanId
  columns: { appliedOn: { role: ignore }, age: { role: protected }, gender: { role: protected } }
${sections}
evaluate: { metrics: [auc], resamples: 0 }
`,
  )
  const times: number[] = []
  for (let run = 0; run < 3; run++) {
    const store = join(folder, `${name}-${threads}-${run}`)
    const events = runPage(file, { store, threads })
    let next = await events.next()
    while (!next.done) next = await events.next()
    times.push(next.value.record.observed.cells.find(({ id }) => id === 'train')?.ms ?? Number.NaN)
  }
  return median(times)
}

try {
  process.stdout.write('Start, above `node -e 0` (median of 15 alternating runs)\n')
  say('  daybook --version', aboveEmpty(['--version']), 150)
  const cold = ['validate', page, '--store', join(folder, 'none')]
  say('  daybook validate, which makes the 20,000 rows', aboveEmpty(cold), 400)
  const store = ['--store', join(folder, 'store')]
  const first = timed([daybook, 'run', page, ...store])
  say('  daybook validate, rows in the cache', aboveEmpty(['validate', page, ...store]), 400)

  process.stdout.write('\nA page of 20,000 rows, 300 trees and 3 folds\n')
  say('  first run', first)
  say(
    '  second run: nothing is stale (median of 5)',
    median(Array.from({ length: 5 }, () => timed([daybook, 'run', page, ...store]))),
    1000,
  )
  say('  npm run demo, without the build', timed([join(root, 'dist', 'scripts', 'demo.js')]), 60_000)

  process.stdout.write('\nTraining at default on 16,000 rows: the plugin’s hook alone (median of 3)\n')
  const dense = 'preprocess: [impute, one-hot, standardize]'
  const algorithms = {
    'gradient-boosting': 'algorithm: gradient-boosting',
    'neural-network': `${dense}\nalgorithm: neural-network\noptimizer: adam`,
    logistic: `${dense}\nalgorithm: logistic`,
  }
  for (const [name, sections] of Object.entries(algorithms)) {
    for (const threads of [1, 2])
      say(`  ${name}, ${threads} thread${threads > 1 ? 's' : ''}`, await training(name, sections, threads))
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
