import type { RunRecord } from '../../store/record.ts'
import { type ReadObject, viewRun } from '../view.ts'
import { mlBom } from './ml-bom.ts'
import { modelCard } from './model-card.ts'
import { openLineage } from './open-lineage.ts'

/** Documents that are made of a run's record, and of nothing else. */
export const documentKinds = ['model-card', 'ml-bom', 'open-lineage'] as const
export type DocumentKind = (typeof documentKinds)[number]

/** Writes a document of a run. What cannot be read is left out or named as missing; it never fails on a record. */
export async function writeDocument(kind: DocumentKind, record: RunRecord, read: ReadObject): Promise<string> {
  const view = await viewRun(record, read)
  switch (kind) {
    case 'model-card':
      return modelCard(view)
    case 'ml-bom':
      return `${JSON.stringify(mlBom(view), null, 2)}\n`
    case 'open-lineage':
      return openLineage(record)
  }
}
