import type { RunRecord } from '../../store/record.ts'
import type { ReadObject } from '../view.ts'
import { dossier } from './dossier/index.ts'
import { mlBom } from './ml-bom.ts'
import { modelCard } from './model-card.ts'
import { openLineage } from './open-lineage.ts'
import { gather, type Signed } from './source.ts'

export type { Signed, SignOff } from './source.ts'

/** Documents that are made of a run's record, and of nothing else. */
export const documentKinds = ['model-card', 'ml-bom', 'open-lineage', 'dossier'] as const
export type DocumentKind = (typeof documentKinds)[number]

/**
 * Writes a document of a run. What cannot be read is left out or named as missing; it never fails on a record. Equal
 * arguments give equal text.
 *
 * @param signed the run's ledger entry and verified signatures, where the caller has the store at hand
 */
export async function writeDocument(
  kind: DocumentKind,
  record: RunRecord,
  read: ReadObject,
  signed?: Signed,
): Promise<string> {
  const source = await gather(record, read, signed)
  switch (kind) {
    case 'model-card':
      return modelCard(source)
    case 'ml-bom':
      return `${JSON.stringify(mlBom(source), null, 2)}\n`
    case 'open-lineage':
      return openLineage(source)
        .map((event) => `${JSON.stringify(event)}\n`)
        .join('')
    case 'dossier':
      return dossier(source)
  }
}
