import { readFile, writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { type Digest, digestJson } from '../base/digest.ts'
import { type DaybookError, fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Plan } from '../plan/index.ts'
import type { Pipeline } from '../spec/pipeline.ts'
import { pageForDigest } from '../spec/resolved-page.ts'
import type { RunRecord } from '../store/index.ts'
import { pagePlugins } from './page-plugins.ts'

/** What a run starts from, as far as it decides what comes out. */
export interface LockedInputs {
  readonly pipeline: string
  /** Digest of the resolved page without prose, targets and locations. */
  readonly page: Digest
  /** Digests of input files by `cell.param`. */
  readonly inputs: Readonly<Record<string, Digest>>
  /** Plugin and version by cell; metrics as `evaluate.ID`. */
  readonly plugins: Readonly<Record<string, string>>
  /** Code of the plugins that do not come with Daybook, by the same names. */
  readonly code: Readonly<Record<string, Digest>>
}

/** The lock of a page: what the run that it stands for started from and gave. It lies beside the page, for Git. */
export interface Lock extends LockedInputs {
  readonly format: 1
  readonly cells: Readonly<Record<string, Digest | null>>
  readonly model: Digest | null
  /** `run.digest`. */
  readonly digest: Digest
}

/** Something that is not as the lock says. */
export interface Moved {
  readonly what: string
  readonly locked: string | null
  readonly now: string | null
}

/** Where the lock of a page lies: `loan-approval.lock.json` beside `loan-approval.yaml`. */
export function lockFile(page: string): string {
  return `${page.slice(0, page.length - extname(page).length)}.lock.json`
}

/** The lock beside a page, or undefined where there is none. @throws DaybookError LOCK_UNREADABLE */
export async function readLock(page: string): Promise<Lock | undefined> {
  const file = lockFile(page)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw fail('LOCK_UNREADABLE', { file, reason: (thrown as Error).message }, { cause: thrown })
  }
  try {
    const lock = JSON.parse(text) as Lock
    if (lock.format !== 1) throw new TypeError(`its format is ${lock.format}, this version reads 1`)
    const { inputs, plugins, code, cells } = lock
    for (const part of [inputs, plugins, code, cells])
      if (typeof part !== 'object' || part === null) throw new TypeError('a part of it is missing')
    return lock
  } catch (thrown) {
    throw fail('LOCK_UNREADABLE', { file, reason: (thrown as Error).message }, { cause: thrown })
  }
}

/** Writes the lock that a run makes. Two runs of equal results write equal bytes. */
export async function writeLock(page: string, lock: Lock): Promise<void> {
  await writeFile(lockFile(page), `${JSON.stringify(lock, null, 2)}\n`)
}

/** What a run of this plan would start from. */
export function lockedInputs(pipeline: Pipeline, plan: Plan): LockedInputs {
  const inputs = plan.cells.flatMap(({ id, keyParts }) =>
    Object.entries((keyParts.files ?? {}) as Readonly<Record<string, Digest>>).map(
      ([param, digest]) => [`${id}.${param}`, digest] as const,
    ),
  )
  const plugins = pagePlugins(pipeline).filter(({ kind }) => kind !== 'deploy')
  return {
    pipeline: pipeline.name,
    page: digestJson(pageForDigest(pipeline)),
    inputs: Object.fromEntries(inputs),
    plugins: Object.fromEntries(plugins.map(({ cell, plugin }) => [cell, plugin])),
    code: Object.fromEntries(
      plugins.filter(({ origin }) => origin !== 'built-in').map(({ cell, code }) => [cell, code]),
    ),
  }
}

/** The lock that stands for a finished run. */
export function lockOf(inputs: LockedInputs, { result, digest }: RunRecord): Lock {
  return {
    format: 1,
    ...inputs,
    cells: Object.fromEntries(result.cells.map(({ id, output }) => [id, output])),
    model: result.model?.digest ?? null,
    digest,
  }
}

/** What is not as the lock says, of what a run starts from. */
export function movedInputs(lock: Lock, now: LockedInputs): Moved[] {
  const parts = ({ pipeline, page, inputs, plugins, code }: LockedInputs): JsonObject => ({
    pipeline,
    page,
    ...prefixed('input', inputs),
    ...prefixed('plugin', plugins),
    ...prefixed('code', code),
  })
  return differing(parts(lock), parts(now))
}

/** What is not as the lock says, of what a run gave: cells in the order of the page. */
export function movedOutcome(lock: Lock, now: Lock): Moved[] {
  const parts = ({ cells, model, digest }: Lock): JsonObject => ({ ...prefixed('cell', cells), model, digest })
  return differing(parts(lock), parts(now))
}

/** What keeps a frozen run from starting, one error each. */
export function refusals(page: string, lock: Lock | undefined, now: LockedInputs): DaybookError[] {
  const file = lockFile(page)
  if (lock === undefined) return [fail('LOCK_ABSENT', { file })]
  return movedInputs(lock, now).map(({ what, locked, now: found }) =>
    fail('LOCK_MOVED', { what, locked: locked ?? 'nothing', now: found ?? 'nothing' }),
  )
}

function prefixed(prefix: string, entries: Readonly<Record<string, Json>>): JsonObject {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [`${prefix} ${name}`, value]))
}

function differing(locked: JsonObject, now: JsonObject): Moved[] {
  const names = new Set([...Object.keys(locked), ...Object.keys(now)])
  return [...names]
    .filter((what) => locked[what] !== now[what])
    .map((what) => ({ what, locked: textOf(locked[what]), now: textOf(now[what]) }))
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}
