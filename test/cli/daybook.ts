import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../root.ts'

const main = join(root, 'dist', 'src', 'cli', 'main.js')

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

export interface Surroundings {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
}

/** Starts the command as a user would; who starts it ends it. */
export function start(args: readonly string[], { cwd, env }: Surroundings = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [main, ...args], { cwd: cwd ?? root, env: { ...process.env, ...env } })
}

/** Runs the command to its end. */
export function daybook(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const began = performance.now()
  const child = start(args, surroundings)
  child.stdin.end(surroundings.input ?? '')
  return ended(child, began)
}

/** What a started command says until it ends. */
export function ended(child: ChildProcessWithoutNullStreams, began = performance.now()): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr, ms: performance.now() - began }))
  })
}

/** Waits until a started command has written `pattern` to stderr or stdout; gives the match. */
export function says(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<RegExpExecArray> {
  let text = ''
  return new Promise((resolve, reject) => {
    const look = (piece: string) => {
      text += piece
      const match = pattern.exec(text)
      if (match !== null) resolve(match)
    }
    child.stdout.setEncoding('utf8').on('data', look)
    child.stderr.setEncoding('utf8').on('data', look)
    child.on('close', (code) => reject(new Error(`it ended with ${code} and never said ${pattern}:\n${text}`)))
  })
}

/** A page over 1,000 synthetic applications that trains in a moment. */
export const smallPage = `daybook: 1
name: small
seed: 3
data:
  use: synthetic-credit
  with: { rows: 1000 }
  target: { column: defaulted, positive: "yes" }
  key: loanId
  columns:
    appliedOn: { role: ignore }
    age: { role: protected }
    gender: { role: protected }
preprocess:
  - use: clip
    columns: [amount]
    with: { lower: 0.01, upper: 0.99 }
algorithm: { use: gradient-boosting, with: { trees: 10, maxDepth: 3 } }
evaluate: { metrics: [auc, brier] }
gates: [{ metric: auc, atLeast: 0.6 }]
deploy: [serve]
`

/** A folder that goes when the test ends, with files in it. */
export async function folderWith(
  t: { teardown(end: () => Promise<void>): void },
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-cli-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

/** A row as models of the loan book take it. */
export const applicant = {
  amount: 18000,
  termMonths: 60,
  purpose: 'debt',
  income: 1900,
  employmentType: 'temporary',
  employmentYears: 1,
  housing: 'rent',
  region: 'north',
  creditHistoryMonths: 30,
  openAccounts: 6,
  utilisation: 0.8,
  delinquencies24m: 2,
  inquiries6m: 3,
  debtRatio: 0.55,
  savings: null,
  existingCustomer: false,
}
