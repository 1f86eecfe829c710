import type { Digest } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { predictionsOf, type Reason, type Scored } from '../model/index.ts'
import { rowText } from '../store/receipts/receipt.ts'
import type { ReceiptFile } from '../store/receipts/receipt-file.ts'
import type { Asked } from './protocol/protocol.ts'
import type { ServedModel } from './served-model.ts'

/** Where decisions are written down. */
export type Receipts = Pick<ReceiptFile, 'append' | 'close'>

/**
 * Writes down what a request's rows are answered, and gives the receipts' ids; rows are read at once, so that one that has no
 * digest is refused before it is scored.
 *
 * @throws DaybookError SERVE_BAD_REQUEST; RECEIPTS_NOT_WRITTEN once they are scored
 */
export function receiptsFor(
  receipts: Receipts,
  { name, version, model, run }: ServedModel,
  asked: Asked,
): (scored: Scored, reasons?: readonly (readonly Reason[])[]) => readonly Digest[] {
  const rows = asked.rows.form === 'rows' ? asked.rows.rows : []
  const texts = rows.map(textOf)
  return (scored, reasons) => {
    const about = { model: { name, version, digest: model.digest }, ...(run !== undefined && { run }) }
    const predictions = predictionsOf(scored, model.signature)
    return receipts.append(
      texts.map((row, i) => ({
        ...about,
        row,
        output: predictions[i] as unknown as JsonObject,
        ...(asked.reasons && { asked: { ...asked.reasons }, reasons: (reasons?.[i] ?? []) as unknown as JsonObject[] }),
      })),
    )
  }
}

function textOf(row: JsonObject, i: number): string {
  try {
    return rowText(row)
  } catch {
    const reason = `row ${i} holds text that is not Unicode, or a number that is none`
    throw fail('SERVE_BAD_REQUEST', { reason }, { values: { row: i } })
  }
}
