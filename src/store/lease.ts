import { readFile, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import { namesIn, writeDurably } from './durable.ts'

/** A run that is under way: it may use objects that no record names yet. */
export interface LeaseHolder {
  readonly run: string
  readonly pid: number
  readonly host: string
}

/** Leases of a store: while a run holds one, nothing is collected. That of a process that has ended counts no more. */
export class Leases {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = join(folder, 'leases')
  }

  /** Takes a lease for a run; gives what ends it. */
  async take(run: string): Promise<() => Promise<void>> {
    const path = join(this.#folder, `${run}.json`)
    const holder: LeaseHolder = { run, pid: process.pid, host: hostname() }
    await writeDurably(path, `${JSON.stringify(holder)}\n`)
    return () => unlink(path).catch(() => {})
  }

  /** Who holds a lease now. One of another machine cannot be looked up: it counts until its file is removed. */
  async holders(): Promise<LeaseHolder[]> {
    const holders: LeaseHolder[] = []
    for (const name of (await namesIn(this.#folder)).sort(byCodeUnit)) {
      const path = join(this.#folder, name)
      const holder = await readFile(path, 'utf8').then(
        (text) => JSON.parse(text) as LeaseHolder,
        () => undefined,
      )
      if (holder === undefined) continue
      if (holder.host !== hostname() || isAlive(holder.pid)) holders.push(holder)
      else await unlink(path).catch(() => {})
    }
    return holders
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
