import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { OnStep, Step } from '../../src/store/index.ts'

/** A step as it was taken. */
export interface Taken {
  readonly step: Step
  readonly path: string
}

/** Hears of every step and lets all be. */
export function watch(): { readonly taken: Taken[]; readonly onStep: OnStep } {
  const taken: Taken[] = []
  return { taken, onStep: (step, path) => void taken.push({ step, path }) }
}

/** What a process that was ended throws: nothing of it reaches the disk any more, not even its tidying up. */
export class Ended extends Error {}

/** Ends the process, as far as the disk can tell, at its n-th step. */
export function endAt(n: number, taken: Taken[] = []): OnStep {
  return (step, path) => {
    if (taken.length >= n - 1) throw new Ended(`ended at step ${n}`)
    taken.push({ step, path })
  }
}

/** Ends this process by SIGKILL at its n-th step. */
export function killAt(n: number): OnStep {
  let count = 0
  return () => {
    count += 1
    if (count === n) process.kill(process.pid, 'SIGKILL')
  }
}

const words: Readonly<Record<string, string>> = {
  EIO: 'i/o error',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EMFILE: 'too many open files',
}

/** What the system throws. */
export function systemError(code: string, step: Step, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${words[code]}, ${step} '${path}'`), { code })
}

/** Lets the n-th step fail, and with `forEver` each one after it too. */
export function failAt(
  n: number,
  code: string,
  forEver: boolean,
): { readonly taken: Taken[]; readonly onStep: OnStep } {
  const taken: Taken[] = []
  const onStep: OnStep = (step, path) => {
    taken.push({ step, path })
    if (taken.length === n || (forEver && taken.length > n)) throw systemError(code, step, path)
  }
  return { taken, onStep }
}

/**
 * What a cut of the power may leave of what was taken: bytes that were not synced are cut short, names that were made in a
 * folder that was not synced afterwards may be gone. `drops` says whether those of a step are.
 */
export function cutPower(taken: readonly Taken[], drops: (at: number) => boolean): void {
  const lost = (at: number, folder: string): boolean =>
    !taken.slice(at + 1).some(({ step, path }) => step === 'syncFolder' && path === folder) && drops(at)
  for (const [at, { step, path }] of taken.entries()) {
    if (step === 'write' && !taken.slice(at).some((later) => later.step === 'sync' && later.path === path)) {
      if (existsSync(path)) truncateSync(path, readFileSync(path).length >> 1)
    }
    if ((step === 'rename' || step === 'link' || step === 'makeFolder') && lost(at, dirname(path)))
      rmSync(path, { recursive: true, force: true })
  }
}

/** An empty folder for a test, in memory where that is to be had: there, fsync costs nothing. */
export function quickFolder(t: { teardown(work: () => void): unknown }): string {
  const folder = mkdtempSync(join(inMemory() ?? tmpdir(), 'daybook-store-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function inMemory(): string | undefined {
  try {
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return undefined
  }
}

/** Files that were left unfinished, under a folder. */
export function leftovers(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  return names.filter(({ name }) => name.startsWith('.tmp-')).map(({ parentPath, name }) => join(parentPath, name))
}
