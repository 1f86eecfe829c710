import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isDigest } from '../base/digest.ts'
import { distinctChoices } from '../base/distinct-choices.ts'
import { type DaybookError, fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { verifyingKey } from '../base/signing-key.ts'
import type { Page } from './page.ts'
import type { ApprovalSpec, SpecContext, SpecPath } from './pipeline.ts'

/** Bytes that the file of a public key may have. */
const largestKey = 2 ** 16

/** The approvals that a page demands, keys by their ids; says which keys are none, and what nobody can give. */
export async function readApprovals(
  page: Page,
  ctx: SpecContext,
  errors: DaybookError[],
): Promise<readonly ApprovalSpec[]> {
  const found: DaybookError[] = []
  const approvals: ApprovalSpec[] = []
  for (const [i, item] of ((page.root.approvals ?? []) as readonly Json[]).entries()) {
    if (typeof item === 'string') {
      approvals.push({ role: item })
      continue
    }
    const { role, keys, note } = item as JsonObject & { readonly role: string; readonly keys?: readonly string[] }
    const ids: string[] = []
    for (const [k, key] of (keys ?? []).entries()) {
      try {
        ids.push(await keyId(key, page, ['approvals', i, 'keys', k]))
      } catch (thrown) {
        // A run that is replayed elsewhere needs no key files: who approved stands in its record.
        if (ctx.findsFiles) ids.push(key)
        else found.push(thrown as DaybookError)
      }
    }
    approvals.push({ role, ...(keys && { keys: [...new Set(ids)] }), ...(typeof note === 'string' && { note }) })
  }
  errors.push(...found, ...(found.length === 0 ? unmet(page, approvals) : []))
  return approvals
}

async function keyId(key: string, page: Page, path: SpecPath): Promise<string> {
  if (isDigest(key)) return key
  const wrong = (reason: string) => fail('SPEC_APPROVAL_KEY', { key, reason }, { at: page.place(path) })
  const file = resolve(page.folder, key)
  let pem: string
  try {
    const { size } = await stat(file)
    if (size > largestKey) throw new RangeError(`the file has ${size} bytes`)
    pem = await readFile(file, 'utf8')
  } catch (thrown) {
    const absent = (thrown as NodeJS.ErrnoException).code === 'ENOENT'
    throw wrong(absent ? 'there is no such file' : (thrown as Error).message)
  }
  if (pem.includes('PRIVATE KEY')) throw wrong('it is a private key, which its owner keeps')
  try {
    return verifyingKey(pem).id
  } catch (thrown) {
    throw wrong((thrown as DaybookError).message)
  }
}

/** Demands that cannot all be met, since those who may give them have too few keys. */
function unmet(page: Page, approvals: readonly ApprovalSpec[]): DaybookError[] {
  // Any key: one that nobody else has.
  const chosen = distinctChoices(approvals.map(({ keys }, i) => keys ?? [`any ${i}`]))
  return approvals.flatMap(({ role }, i) =>
    chosen[i] === undefined ? [fail('SPEC_APPROVALS_UNMET', { role }, { at: page.place(['approvals', i]) })] : [],
  )
}
