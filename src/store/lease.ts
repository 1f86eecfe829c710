import { readFileSync, readlinkSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { byCodeUnit } from '../base/canonical.ts'
import { fail } from '../base/errors.ts'
import { namesIn, readIfThere, remove, writeDurably } from './durable.ts'
import type { OnStep } from './steps.ts'

/** Who works in a store: a run, which may use objects that no record names yet, or a command that removes some. */
export interface LeaseHolder {
  readonly run: string
  readonly pid: number
  readonly host: string
  /** What tells machines apart that have one name. */
  readonly machine: string
  /** True for who removes objects: it works alone. */
  readonly alone: boolean
  /** What tells this process from a later one of the same number; null where the system does not say. */
  readonly birth: string | null
}

/** How often a holder shows that it is there, and when one of another machine that does not counts as gone. */
const renewEveryMs = 10 * 60 * 1000
const goneAfterMs = 24 * 60 * 60 * 1000

/** Bytes that a run's lease takes beyond what it says: room that is given back where a full disk ends the run, for its record. */
const reserve = 128 * 1024

/** How long a run waits for who works alone, and how often it looks. */
const patienceMs = 10_000
const lookEveryMs = 100

/**
 * Leases of a store: while a run holds one, nothing is removed. That of a process that has ended counts no more; one of
 * another machine, which cannot be looked up, counts until it was not renewed for a day.
 */
export class Leases {
  readonly #folder: string
  readonly #onStep: OnStep | undefined

  constructor(folder: string, onStep?: OnStep) {
    this.#folder = join(folder, 'leases')
    this.#onStep = onStep
  }

  /**
   * Takes a lease for a run, after whoever works alone has ended; gives what ends it.
   *
   * @throws DaybookError STORE_BUSY, STORE_UNWRITABLE
   */
  async take(run: string): Promise<() => Promise<void>> {
    const end = await this.#write(run, false)
    // The lease is written first and others are looked for then, on both sides: so one of two sees the other.
    try {
      for (let waited = 0; ; waited += lookEveryMs) {
        const other = (await this.holders()).find((holder) => holder.alone)
        if (other === undefined) return end
        if (waited >= patienceMs) throw busy(other)
        await wait(lookEveryMs)
      }
    } catch (thrown) {
      await end()
      throw thrown
    }
  }

  /**
   * Takes the lease of who removes objects: it works alone.
   *
   * @throws DaybookError STORE_BUSY where anyone else is at work, STORE_UNWRITABLE
   */
  async takeAlone(name: string): Promise<() => Promise<void>> {
    const end = await this.#write(name, true)
    try {
      const other = (await this.holders()).find(({ run }) => run !== name)
      if (other !== undefined) throw busy(other)
      return end
    } catch (thrown) {
      await end()
      throw thrown
    }
  }

  /** Who holds a lease now. */
  async holders(): Promise<LeaseHolder[]> {
    const holders: LeaseHolder[] = []
    for (const name of (await namesIn(this.#folder, this.#onStep)).sort(byCodeUnit)) {
      const path = join(this.#folder, name)
      const holder = parse(await readIfThere(path, this.#onStep))
      if (holder === undefined) continue
      if (await isThere(holder, path)) holders.push(holder)
      else await remove(path, this.#onStep).catch(() => {})
    }
    return holders
  }

  async #write(run: string, alone: boolean): Promise<() => Promise<void>> {
    const path = join(this.#folder, `${run}.json`)
    const self = { pid: process.pid, host: hostname(), machine: thisMachine(), birth: birthOf(process.pid) }
    const holder = JSON.stringify({ run, ...self, alone } satisfies LeaseHolder)
    const text = `${holder}${alone ? '' : ' '.repeat(reserve)}\n`
    const write = (): Promise<void> => writeDurably(path, text, 0o600, this.#onStep)
    await write()
    let renewed = Promise.resolve()
    const renewal = setInterval(() => {
      renewed = write().catch(() => {})
    }, renewEveryMs).unref()
    return async () => {
      clearInterval(renewal)
      await renewed
      await remove(path, this.#onStep).catch(() => {}) // it counts no more once this process has ended
    }
  }
}

/** A lease is there whole or not at all: what is no JSON is nobody's. */
function parse(bytes: Uint8Array | undefined): LeaseHolder | undefined {
  try {
    return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as LeaseHolder)
  } catch {
    return undefined
  }
}

function busy({ run, pid, host }: LeaseHolder) {
  return fail('STORE_BUSY', { run, pid, host })
}

/** Does a holder still live? Of one that cannot be looked up from here, only that it renews its lease is known. */
async function isThere({ machine, pid, birth }: LeaseHolder, path: string): Promise<boolean> {
  if (machine !== thisMachine()) {
    const found = await stat(path).catch(() => undefined)
    return found !== undefined && Date.now() - found.mtimeMs < goneAfterMs
  }
  return isAlive(pid) && birthOf(pid) === birth
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Where process numbers mean the same: the machine since it was booted, and on Linux the container. */
function thisMachine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

/** Clock tick that a process was started at: process numbers come again, this does not. Linux alone says it. */
function birthOf(pid: number): string | null {
  try {
    // Field 22; the second, the name in parentheses, may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null
  } catch {
    return null
  }
}
