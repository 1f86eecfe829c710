import { canonicalJson } from '../base/canonical.ts'
import { type Digest, digestBytes } from '../base/digest.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Evaluation } from './evaluation.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import type { ObjectStore } from './objects.ts'
import type { RunRecord } from './record.ts'

/**
 * What a record says that its entry of the ledger and the objects that it names do not: metrics that nobody measured, a model
 * that no cell made. Who changes a record and mends the digests over it has all of these to mend too, and a replay after them.
 */
export async function falseClaims(record: RunRecord, entry: LedgerEntry, objects: ObjectStore): Promise<string[]> {
  const { result, page, pipeline, status } = record
  const output = (id: string): Digest | null | undefined => result.cells.find((cell) => cell.id === id)?.output
  const [evaluation, gates] = await Promise.all([jsonOf(output('evaluate'), objects), jsonOf(output('gates'), objects)])
  const models = result.cells.filter(({ id, output }) => output !== null && /^(train$|compress\.)/.test(id))
  const claims: Readonly<Record<string, boolean>> = {
    'its id': record.id === entry.run,
    'its digest': record.digest === entry.digest,
    'its pipeline': pipeline === entry.pipeline && pipeline === result.page.name,
    'its status': status === entry.status,
    'its cells': [...result.cells, ...(record.deploy ?? [])].every(({ id }) => !/[/\\]|^\.*$/.test(id)), // they name folders
    'its page': digestBytes(page.text) === page.digest,
    'its metrics':
      same(result.metrics?.test, entry.metrics) &&
      (evaluation === undefined || same(result.metrics, (evaluation as unknown as Evaluation).metrics)),
    'its gates': gates === undefined || same(result.gates, gates),
    'its model': result.model === null || result.model.digest === models.at(-1)?.output,
    'its split': (result.split.assignment || null) === (output('split') ?? null),
  }
  return Object.entries(claims).flatMap(([what, holds]) => (holds ? [] : [what]))
}

/** An object of JSON; undefined where there is none, which is found with the objects. */
async function jsonOf(digest: Digest | null | undefined, objects: ObjectStore): Promise<JsonObject | undefined> {
  if (digest === null || digest === undefined) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(await objects.get(digest))) as JsonObject
  } catch {
    return undefined
  }
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson((a ?? null) as Json) === canonicalJson((b ?? null) as Json)
}
