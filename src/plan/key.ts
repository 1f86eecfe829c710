import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type Digest, digestJson } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'

/** Format of keys: bumping it makes every cell stale. */
const keyFormat = 1

/** Key of a cell: digest of its parts, the content of its files and the keys of what it takes. */
export function keyOf(parts: JsonObject): Digest {
  return digestJson({ format: keyFormat, ...parts })
}

/** Digest of a file's bytes. @throws DaybookError PLAN_FILE_UNREADABLE */
export async function hashFile(path: string, shown: string): Promise<Digest> {
  try {
    if (!(await stat(path)).isFile()) throw fail('PLAN_FILE_UNREADABLE', { file: shown, reason: 'it is not a file' })
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array)
    return hash.digest('hex')
  } catch (thrown) {
    if (thrown instanceof Error && 'exit' in thrown) throw thrown
    const { code, message } = thrown as NodeJS.ErrnoException
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EACCES'
          ? 'permission denied'
          : message.replaceAll(path, shown) // what a variable stands for is nobody's business
    throw fail('PLAN_FILE_UNREADABLE', { file: shown, reason }, { cause: thrown })
  }
}
