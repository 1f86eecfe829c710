import { type Digest, digestJson, isDigest } from '../base/digest.ts'
import type { JsonObject } from '../base/json.ts'
import type { MetricValues, RunStatus } from './record.ts'

/** What the ledger says of a run: enough to list it, and the digests that hold its files fast. */
export interface LedgerBody {
  readonly run: string
  readonly pipeline: string
  readonly status: RunStatus
  /** `run.digest`: of the record's result. */
  readonly digest: Digest
  /** When the run ended, ISO 8601. */
  readonly at: string
  /** On the test rows; null where the run did not come that far. */
  readonly metrics: MetricValues | null
  /** SHA-256 of the run's files; null where there is none. */
  readonly files: { readonly record: Digest; readonly events: Digest; readonly report: Digest | null }
}

/** What stays of data that was removed: that it was, when, why and what. */
export interface TombstoneBody {
  readonly kind: 'forgotten'
  /** ISO 8601. */
  readonly at: string
  readonly by: string
  readonly reason: string
  /** Digests of the inputs that were forgotten. */
  readonly inputs: readonly Digest[]
  /** Runs that had read them. */
  readonly runs: readonly string[]
  /** Objects and cache entries that were removed. */
  readonly objects: readonly Digest[]
  readonly cells: readonly Digest[]
  /** True where the fitted states and models of the runs went too. */
  readonly models: boolean
}

/** What makes an entry a link of the chain. */
interface Link {
  readonly format: 1
  /** From 1, without gaps. */
  readonly number: number
  /** `entry` of the one before; null for the first. */
  readonly previous: Digest | null
  /** Digest of this entry without this field. */
  readonly entry: Digest
}

/** An immutable entry of the ledger: of a run. */
export interface LedgerEntry extends LedgerBody, Link {}

/** An immutable entry of the ledger: of data that was forgotten. */
export interface Tombstone extends TombstoneBody, Link {}

/** Whatever stands in the ledger. What has no `kind` is a run. */
export type ChainEntry = LedgerEntry | Tombstone

export function isTombstone(entry: ChainEntry): entry is Tombstone {
  return 'kind' in entry && entry.kind === 'forgotten'
}

/** Makes a body the entry that follows another. */
export function chained<Body extends LedgerBody | TombstoneBody>(
  body: Body,
  previous: ChainEntry | undefined,
): Body & Link {
  const content = {
    format: 1 as const,
    number: (previous?.number ?? 0) + 1,
    previous: previous?.entry ?? null,
    ...body,
  }
  return { ...content, entry: digestJson(content as unknown as JsonObject) } as Body & Link
}

/** What is wrong where nothing is: a later version wrote it. */
export class NewerFormat extends Error {}

/** What to do about it. */
export const useNewer = 'Use the newer Daybook that wrote it.'

/** Reads the text of an entry. @throws Error what is wrong with it, NewerFormat */
export function parseEntry(text: string, number: number): ChainEntry {
  const parsed = JSON.parse(text) as ChainEntry & { readonly kind?: unknown }
  const { entry, ...content } = parsed
  if (content.format !== 1) throw new NewerFormat(`its format is ${content.format}, this version reads 1`)
  if (content.number !== number) throw new Error(`it says that it is entry ${content.number}`)
  if (!isDigest(entry) || digestJson(content as unknown as JsonObject) !== entry)
    throw new Error('its content does not have its digest')
  if (parsed.kind !== undefined && parsed.kind !== 'forgotten')
    throw new NewerFormat(`it is of kind ${JSON.stringify(parsed.kind)}, which this version does not know`)
  return parsed
}
