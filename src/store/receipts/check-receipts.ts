import { closeSync, createReadStream, existsSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { Digest } from '../../base/digest.ts'
import { unseal } from '../../base/dsse.ts'
import { fail } from '../../base/errors.ts'
import type { VerifyingKey } from '../../base/signing-key.ts'
import { type ReadLine, readLine } from './read-line.ts'
import { readTail } from './read-tail.ts'
import { checkpointType, headerType, lineId, type Receipt, type ReceiptHeader } from './receipt.ts'

/** What came of checking a file of receipts. */
export interface CheckedReceipts {
  readonly file: string
  readonly header: ReceiptHeader | undefined
  readonly receipts: number
  /** Decisions that a signature stands behind. */
  readonly signed: number
  /** Id of the last whole line. */
  readonly head: Digest
  /** Bytes of a last line that was cut off. */
  readonly torn: number
  /** Did the file that this one goes on from lie beside it, or one that goes on from it? */
  readonly beside: { readonly previous: boolean; readonly next: string | undefined }
  /** The receipt that was asked for, its line, and whether a signature stands behind it. */
  readonly found: { readonly receipt: Receipt; readonly line: number; readonly signed: boolean } | undefined
  /** What is not as it was written, the first first; at most {@link mostFaults}. */
  readonly faults: readonly string[]
}

const mostFaults = 20

/** Longest line that is read. */
const mostBytes = 4 * 1024 * 1024

/**
 * Checks a file of receipts from its first line to its last: each line names the one before, signatures are by the key, numbers have
 * no gap, and files beside it go on from one another.
 *
 * @param wanted id of a receipt to look for
 * @throws DaybookError RECEIPTS_UNREADABLE
 */
export async function checkReceipts(path: string, key: VerifyingKey, wanted?: Digest): Promise<CheckedReceipts> {
  const faults: string[] = []
  const fault = (text: string): void => void (faults.length < mostFaults && faults.push(text))
  let header: ReceiptHeader | undefined
  let found: { receipt: Receipt; line: number } | undefined
  let [head, line, n, receipts, signed, signedTo, torn] = ['', 0, 0, 0, 0, 0, 0]
  for await (const { bytes, whole } of linesOf(path)) {
    if (!whole) {
      torn = bytes.length
      break
    }
    const text = bytes.toString('utf8')
    const id = lineId(bytes)
    line++
    const read = readLine(text)
    if (line === 1) {
      header = headerOf(read, key, fault)
      n = header?.previous?.n ?? 0
    } else if (read === undefined || read.kind === 'header') fault(`line ${line} is no receipt`)
    else if (read.kind === 'receipt') {
      const { receipt } = read
      receipts++
      n++
      if (receipt.before !== head)
        fault(`line ${line} does not go on from the line before: one of them was changed, moved or removed`)
      if (receipt.n !== n) fault(`line ${line} has number ${receipt.n}, ${n} is expected`)
      n = receipt.n
      if (id === wanted) found = { receipt, line }
    } else {
      const { checkpoint, envelope } = read
      if (!isSigned(() => unseal(envelope, checkpointType, key))) fault(`line ${line} is not signed by the key`)
      else if (checkpoint.head !== head) fault(`line ${line} signs another line than the one before`)
      else if (checkpoint.n !== n) fault(`line ${line} signs up to number ${checkpoint.n}, ${n} is expected`)
      else if (faults.length === 0) [signed, signedTo] = [receipts, line]
    }
    head = id
  }
  if (line === 0) fault('it holds no whole line')
  const beside = checkBeside(path, header, head, fault)
  return {
    file: path,
    header,
    receipts,
    signed,
    head,
    torn,
    beside,
    found: found && { ...found, signed: found.line < signedTo },
    faults,
  }
}

function headerOf(
  read: ReadLine | undefined,
  key: VerifyingKey,
  fault: (text: string) => void,
): ReceiptHeader | undefined {
  if (read?.kind !== 'header') {
    fault('line 1 is no header of a file of receipts')
    return undefined
  }
  if (!isSigned(() => unseal(read.envelope, headerType, key))) fault('line 1 is not signed by the key')
  return read.header
}

function isSigned(open: () => unknown): boolean {
  try {
    open()
    return true
  } catch {
    return false
  }
}

/** Holds the ends of files that go on from one another against what their headers say. */
function checkBeside(
  path: string,
  header: ReceiptHeader | undefined,
  head: Digest,
  fault: (text: string) => void,
): CheckedReceipts['beside'] {
  const folder = dirname(path)
  const { previous } = header ?? {}
  // The name is a file's own word: nothing but a name in this folder is followed.
  const before = previous && basename(previous.file) === previous.file ? join(folder, previous.file) : undefined
  const hasPrevious = before !== undefined && existsSync(before)
  if (previous && before !== undefined && hasPrevious && tailOf(before)?.head !== previous.head)
    fault(`${previous.file} does not end as this file says: its end was changed or removed`)
  const next = followers(path).find(({ previous }) => previous.file === basename(path))
  if (next !== undefined && next.previous.head !== head)
    fault(`${next.file} goes on from another end than this file has: its end was changed or removed`)
  return { previous: hasPrevious, next: next?.file }
}

function tailOf(path: string): ReturnType<typeof readTail> | undefined {
  try {
    return readTail(path)
  } catch {
    return undefined
  }
}

function followers(path: string): { file: string; previous: NonNullable<ReceiptHeader['previous']> }[] {
  const end = extname(path)
  const stem = basename(path, end).replace(/\.\d{6}$/, '')
  const names = readdirSync(dirname(path)).filter(
    (name) => name.startsWith(stem) && name.endsWith(end) && name !== basename(path),
  )
  return names.flatMap((file) => {
    const { header } = firstLine(join(dirname(path), file)) ?? {}
    return header?.previous ? [{ file, previous: header.previous }] : []
  })
}

function firstLine(path: string): { readonly header: ReceiptHeader } | undefined {
  try {
    const read = readLine(readHead(path))
    return read?.kind === 'header' ? read : undefined
  } catch {
    return undefined
  }
}

/** A header is short. */
function readHead(path: string): string {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(16 * 1024)
    const read = readSync(fd, bytes, 0, bytes.length, 0)
    return bytes.toString('utf8', 0, Math.max(0, bytes.subarray(0, read).indexOf(0x0a)))
  } finally {
    closeSync(fd)
  }
}

/** Lines of a file as they come; the last one is not whole where no line's end stands behind it. */
async function* linesOf(path: string): AsyncGenerator<{ readonly bytes: Buffer; readonly whole: boolean }> {
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const piece of createReadStream(path)) {
      let bytes = rest.length === 0 ? (piece as Buffer) : Buffer.concat([rest, piece as Buffer])
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a)) {
        yield { bytes: bytes.subarray(0, end), whole: true }
        bytes = bytes.subarray(end + 1)
      }
      if (bytes.length > mostBytes) throw new RangeError('it has a line that is too long')
      rest = bytes
    }
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw fail('RECEIPTS_UNREADABLE', { file: path, reason: code ?? message }, { cause: thrown })
  }
  if (rest.length > 0) yield { bytes: rest, whole: false }
}
