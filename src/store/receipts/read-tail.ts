import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Digest } from '../../base/digest.ts'
import { fail } from '../../base/errors.ts'
import { readLine } from './read-line.ts'
import { lineId } from './receipt.ts'

/** Bytes in which the last line must lie. */
const most = 4 * 1024 * 1024

/**
 * Where a file of receipts ends: the id of its last whole line, the number of its last decision, and the bytes of a line that was
 * cut off behind it.
 *
 * @throws DaybookError RECEIPTS_UNREADABLE
 */
export function readTail(path: string): { readonly head: Digest; readonly n: number; readonly torn: number } {
  const fd = openSync(path, 'r')
  try {
    const { size } = fstatSync(fd)
    const bytes = Buffer.alloc(Math.min(size, most))
    readSync(fd, bytes, 0, bytes.length, size - bytes.length)
    const end = bytes.lastIndexOf(0x0a)
    const start = end <= 0 ? 0 : bytes.lastIndexOf(0x0a, end - 1) + 1
    if (end < 0 || (start === 0 && bytes.length < size))
      throw fail('RECEIPTS_UNREADABLE', { file: path, reason: 'it holds no whole line' })
    const text = bytes.toString('utf8', start, end)
    const line = readLine(text)
    if (line === undefined) throw fail('RECEIPTS_UNREADABLE', { file: path, reason: 'its last line is no receipt' })
    const n =
      line.kind === 'receipt'
        ? line.receipt.n
        : line.kind === 'checkpoint'
          ? line.checkpoint.n
          : (line.header.previous?.n ?? 0)
    return { head: lineId(bytes.subarray(start, end)), n, torn: bytes.length - end - 1 }
  } finally {
    closeSync(fd)
  }
}
