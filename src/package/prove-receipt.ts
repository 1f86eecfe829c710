import type { Digest } from '../base/digest.ts'
import { digestJson } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { VerifyingKey } from '../base/signing-key.ts'
import type { Model } from '../model/index.ts'
import { openPackage } from '../run/open-package.ts'
import { type CheckedReceipts, checkReceipts } from '../store/receipts/check-receipts.ts'
import { rowDigest, rowText } from '../store/receipts/receipt.ts'
import { verifyPackage } from './verify-package.ts'

/** What a receipt is held against. */
export interface ProveOptions {
  readonly key: VerifyingKey
  /** Id of the receipt; without one, the file is checked as a whole. */
  readonly receipt?: Digest | undefined
  /** The row that was sent. */
  readonly row?: JsonObject | undefined
  /** What scores the row again: the run's model, or the folder of a package. */
  readonly by?: { readonly model: Pick<Model, 'digest' | 'predictRows'> } | { readonly folder: string } | undefined
}

/** What came of it. */
export interface Proof extends CheckedReceipts {
  readonly verdict: 'proven' | 'refuted'
  /** Does the receipt's digest stand for the row? Undefined where none was given. */
  readonly sameRow: boolean | undefined
  /** Does the model answer the row so again, to the bit? Undefined where nothing scored it. */
  readonly sameAnswer: boolean | undefined
}

/**
 * Proves a decision: its receipt stands in a chain that the key signed, is of this row, and the model answers so again.
 *
 * @throws DaybookError RECEIPTS_UNREADABLE, PACKAGE_BROKEN
 */
export async function proveReceipt(file: string, { key, receipt: id, row, by }: ProveOptions): Promise<Proof> {
  const checked = await checkReceipts(file, key, id)
  const { found, header } = checked
  const faults = [...checked.faults]
  let sameRow: boolean | undefined
  let sameAnswer: boolean | undefined
  if (id !== undefined && found === undefined)
    faults.push(`there is no receipt ${id}: it was changed or removed, or stands in another file`)
  if (found !== undefined && !found.signed) faults.push(`no signature stands behind line ${found.line}`)
  if (found !== undefined && header !== undefined && row !== undefined) {
    sameRow = rowDigest(header.salt, rowText(row)) === found.receipt.input
    if (!sameRow) faults.push('the receipt is of another row')
    else if (by !== undefined) {
      const fault = await rescored(found.receipt, row, by)
      sameAnswer = fault === undefined
      if (fault !== undefined) faults.push(fault)
    }
  }
  return { ...checked, faults, verdict: faults.length === 0 ? 'proven' : 'refuted', sameRow, sameAnswer }
}

/** What is wrong with the answer, in words. */
async function rescored(
  { model, output, asked, reasons }: NonNullable<CheckedReceipts['found']>['receipt'],
  row: JsonObject,
  by: NonNullable<ProveOptions['by']>,
): Promise<string | undefined> {
  const other = (digest: Digest): string => `the model is another one: ${digest}, the receipt names ${model.digest}`
  const judge = 'folder' in by ? await packedModel(by.folder) : by.model
  if (judge.digest !== model.digest) return other(judge.digest)
  const [answer] = judge.predictRows([row], asked)
  const { reasons: told, ...now } = answer as unknown as JsonObject
  if (!same(now, output)) return `the model answers ${JSON.stringify(now)}, the receipt says ${JSON.stringify(output)}`
  return asked === undefined || same((told ?? null) as Json, (reasons ?? null) as unknown as Json)
    ? undefined
    : 'the model gives other reasons'
}

/** The model in a package whose files are as its list says. @throws DaybookError PACKAGE_BROKEN, PACKAGE_NO_MODEL */
async function packedModel(folder: string): Promise<Model> {
  const { faults } = await verifyPackage(folder)
  const [fault] = faults
  if (fault !== undefined) throw fail('PACKAGE_BROKEN', { reason: fault })
  return (await openPackage(folder)).model
}

/** Numbers of JSON are written so that equal texts are equal bits. */
function same(a: Json, b: Json): boolean {
  return digestJson(a) === digestJson(b)
}
