import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { byCodeUnit, canonicalJson } from '../../base/canonical.ts'
import type { Digest } from '../../base/digest.ts'
import { seal } from '../../base/dsse.ts'
import { fail } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { SigningKey } from '../../base/signing-key.ts'
import { readTail } from './read-tail.ts'
import {
  type Checkpoint,
  checkpointType,
  headerType,
  lineId,
  type Receipt,
  type ReceiptHeader,
  rowDigest,
} from './receipt.ts'

export interface ReceiptFileOptions {
  /** Decisions that stand without a signature at most. */
  readonly every?: number
  /** Time that they do at most. */
  readonly withinMs?: number
  /** Bytes above which a file is put aside and a new one goes on from it. */
  readonly largest?: number
}

/** A decision to be written down. */
export interface Decision extends Omit<Receipt, 'before' | 'input' | 'n' | 'time'> {
  /** As {@link rowText} gives it. */
  readonly row: string
}

/**
 * A file of receipts that one server appends to. Every line names the line before by its SHA-256; a signature over the chain is set
 * behind so many decisions or so much time. A decision is in the file before it is answered; with each signature the file is
 * brought to the disk. When a server starts, the file that is there is put aside, whole or torn, and a new one names its head.
 */
export class ReceiptFile {
  readonly path: string
  readonly #key: SigningKey
  readonly #every: number
  readonly #withinMs: number
  readonly #largest: number
  #fd = -1
  #size = 0
  #salt = ''
  #head: Digest = ''
  #n = 0
  #unsigned = 0
  #alarm: NodeJS.Timeout | undefined
  #broken: unknown

  /** @throws DaybookError RECEIPTS_IN_USE, RECEIPTS_UNREADABLE, RECEIPTS_NOT_WRITTEN */
  constructor(path: string, key: SigningKey, options: ReceiptFileOptions = {}) {
    this.path = path
    this.#key = key
    this.#every = options.every ?? 1000
    this.#withinMs = options.withinMs ?? 1000
    this.#largest = options.largest ?? 64 * 1024 * 1024
    lock(path)
    try {
      this.#begin()
    } catch (thrown) {
      unlock(path)
      throw thrown
    }
  }

  /** Writes decisions down and gives their receipts' ids. @throws DaybookError RECEIPTS_NOT_WRITTEN: then none of them stands there */
  append(decisions: readonly Decision[]): Digest[] {
    if (this.#broken !== undefined) throw notWritten(this.path, this.#broken)
    if (this.#size > this.#largest) this.#rotate()
    const time = new Date().toISOString()
    let [head, n, text] = [this.#head, this.#n, '']
    const ids = decisions.map(({ row, ...decision }) => {
      n++
      const receipt: Receipt = { ...decision, before: head, input: rowDigest(this.#salt, row), n, time }
      const line = canonicalJson(receipt as unknown as Json)
      text += `${line}\n`
      head = lineId(line)
      return head
    })
    this.#write(text)
    this.#head = head
    this.#n = n
    this.#unsigned += ids.length
    if (this.#unsigned >= this.#every) this.#sign()
    else this.#alarm ??= setTimeout(() => this.#ring(), this.#withinMs).unref()
    return ids
  }

  /** Signs what is not signed yet and lets go of the file. */
  close(): void {
    if (this.#fd < 0) return
    try {
      if (this.#broken === undefined) {
        this.#sign()
        fsyncSync(this.#fd)
      }
    } finally {
      clearTimeout(this.#alarm)
      closeSync(this.#fd)
      this.#fd = -1
      this.#broken = new Error('it was closed')
      unlock(this.path)
    }
  }

  #ring(): void {
    this.#alarm = undefined
    try {
      this.#sign()
    } catch {} // the next decision is refused, and says why
  }

  #sign(): void {
    clearTimeout(this.#alarm)
    this.#alarm = undefined
    if (this.#unsigned === 0) return
    const checkpoint: Checkpoint = { head: this.#head, n: this.#n }
    this.#append(checkpointType, checkpoint as unknown as Json)
    this.#unsigned = 0
    fdatasync(this.#fd, (error) => {
      if (error !== null && error.code !== 'EBADF') this.#broken = error
    })
  }

  #append(type: string, payload: Json): void {
    const line = canonicalJson(seal(type, Buffer.from(canonicalJson(payload)), this.#key) as unknown as Json)
    this.#write(`${line}\n`)
    this.#head = lineId(line)
  }

  /** All of it, or nothing. */
  #write(text: string): void {
    const bytes = Buffer.from(text)
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#size + at)
      this.#size += bytes.length
    } catch (thrown) {
      try {
        ftruncateSync(this.#fd, this.#size)
      } catch {
        this.#broken = thrown // what was begun stands there: nothing may come behind it
      }
      throw notWritten(this.path, thrown)
    }
  }

  #rotate(): void {
    this.#sign()
    fsyncSync(this.#fd)
    closeSync(this.#fd)
    this.#begin()
  }

  /** Puts the file aside that is there, and begins a new one. */
  #begin(): void {
    try {
      const asides = namesAside(this.path)
      const last = existsSync(this.path) ? this.path : asides.at(-1) // absent where a server ended between two renames
      const before = last === undefined ? undefined : readTail(last)
      const aside = last === this.path ? nextName(this.path, asides) : last
      const previous = before === undefined || aside === undefined ? null : { file: basename(aside), ...before }
      const fresh = `${this.path}.new`
      rmSync(fresh, { force: true })
      this.#fd = openSync(fresh, 'wx', 0o600)
      this.#size = 0
      this.#n = before?.n ?? 0
      this.#salt = randomBytes(32).toString('hex')
      const header: ReceiptHeader = { receipts: 1, salt: this.#salt, time: new Date().toISOString(), previous }
      this.#append(headerType, header as unknown as Json)
      fsyncSync(this.#fd)
      if (aside !== undefined && last === this.path) renameSync(this.path, aside)
      renameSync(fresh, this.path)
      syncFolder(dirname(this.path))
    } catch (thrown) {
      this.#broken = thrown
      if (thrown instanceof Error && 'exit' in thrown) throw thrown
      throw notWritten(this.path, thrown)
    }
  }
}

function notWritten(file: string, cause: unknown) {
  const { code, message } = cause as NodeJS.ErrnoException
  return fail('RECEIPTS_NOT_WRITTEN', { file, reason: code ?? message }, { cause })
}

/** Files that were put aside before, by number: `receipts.ndjson` as `receipts.000001.ndjson`. */
function namesAside(path: string): string[] {
  const [end, folder] = [extname(path), dirname(path)]
  const stem = `${basename(path, end)}.`
  const isAside = (name: string): boolean =>
    name.startsWith(stem) && name.endsWith(end) && /^\d{6}$/.test(name.slice(stem.length, name.length - end.length))
  return readdirSync(folder)
    .filter(isAside)
    .sort(byCodeUnit)
    .map((name) => join(folder, name))
}

function nextName(path: string, asides: readonly string[]): string {
  const end = extname(path)
  const last = asides.at(-1)
  const number = last === undefined ? 0 : Number(last.slice(0, last.length - end.length).slice(-6))
  return join(dirname(path), `${basename(path, end)}.${String(number + 1).padStart(6, '0')}${end}`)
}

function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, 'r')
    fsyncSync(fd)
    closeSync(fd)
  } catch {} // some systems open no folders
}

/** One server a file: what two write would be no chain. A lock of a process that ended counts no more. */
function lock(path: string): void {
  const file = `${path}.lock`
  for (let time = 0; time < 2; time++) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx', mode: 0o600 })
      return
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritten(path, thrown)
      const holder = Number(readFileSync(file, 'utf8'))
      if (isAlive(holder)) throw fail('RECEIPTS_IN_USE', { file: path, process: holder })
      rmSync(file, { force: true })
    }
  }
  throw fail('RECEIPTS_IN_USE', { file: path, process: 0 })
}

function isAlive(process_: number): boolean {
  if (!Number.isInteger(process_) || process_ <= 0) return false
  try {
    process.kill(process_, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function unlock(path: string): void {
  rmSync(`${path}.lock`, { force: true })
}
