import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Job } from './job.ts'
import type { Contender } from './measure.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The Python that peers are installed in. */
const python = process.env.DAYBOOK_PEERS ?? 'python3'
const importable = new Map<string, boolean>()

/** Our side: the plugin's own hooks, with a pool of so many threads. */
export function ours(job: Omit<Job, 'out'>): Contender {
  return program('ours.js', 'Daybook', job)
}

/** Another package of npm, driven by a program of `bench/packages/`. */
export function fromNpm(file: string, name: string, job: Omit<Job, 'out'>): Contender {
  return program(join('packages', file), name, job)
}

function program(file: string, name: string, job: Omit<Job, 'out'>): Contender {
  return { name, command: process.execPath, args: [join(root, 'dist', 'bench', file)], job }
}

/** Runs a program of `bench/` that answers one line of JSON. */
export function ask<Question, Answer>(file: string, question: Question): Answer {
  const args = [join(root, 'dist', 'bench', file), JSON.stringify(question)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Answer
}

/** A peer, driven by a script of `bench/peers/`; undefined where `module` cannot be imported. */
export function peer(script: string, module: string, name: string, job: Omit<Job, 'out'>): Contender | undefined {
  if (!canImport(module)) return undefined
  const threads = String(job.threads)
  return {
    name,
    command: python,
    args: [join(root, 'bench', 'peers', script)],
    env: { OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, MKL_NUM_THREADS: threads },
    job,
  }
}

function canImport(module: string): boolean {
  const known = importable.get(module)
  if (known !== undefined) return known
  const can = spawnSync(python, ['-c', `import numpy, ${module}`], { stdio: 'ignore' }).status === 0
  importable.set(module, can)
  return can
}
