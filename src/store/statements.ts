import { digestJson } from '../base/digest.ts'
import type { JsonObject } from '../base/json.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import type { RunRecord } from './record.ts'

/** What an envelope holds: in-toto Statement v1, https://github.com/in-toto/attestation. */
export interface Statement extends JsonObject {
  readonly _type: string
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[]
  readonly predicateType: string
  readonly predicate: JsonObject
}

export const statementPayload = 'application/vnd.in-toto+json'
const statementType = 'https://in-toto.io/Statement/v1'
export const provenanceType = 'https://slsa.dev/provenance/v1'
export const approvalType = 'urn:daybook:approval:v1'

/** A role's sign-off. */
export interface Approval {
  readonly role: string
  readonly note: string
  /** ISO 8601. */
  readonly at: string
}

/** Where a run came from: SLSA provenance v1. Its subjects are the run's files and its model. */
export function provenanceOf(record: RunRecord, entry: LedgerEntry): Statement {
  const { result, observed } = record
  const sha256 = (digest: string) => ({ sha256: digest })
  return {
    _type: statementType,
    subject: subjectsOf(record, entry),
    predicateType: provenanceType,
    predicate: {
      buildDefinition: {
        buildType: 'urn:daybook:run:v1',
        externalParameters: {
          pipeline: record.pipeline,
          page: { digest: sha256(record.page.digest) },
          resolvedPage: { digest: sha256(digestJson(result.page)) },
          overrides: record.overrides.map(({ path, value }) => ({ path, value })),
        },
        internalParameters: { threads: observed.threads },
        resolvedDependencies: [
          ...result.inputs.map(({ cell, digest }) => ({ name: `input ${cell}`, digest: sha256(digest) })),
          ...observed.cells.flatMap(({ id, code }) =>
            code === null ? [] : [{ name: `plugin of ${id}`, digest: sha256(code) }],
          ),
          ...(observed.git === undefined ? [] : [{ name: 'git commit', digest: { gitCommit: observed.git.commit } }]),
        ],
      },
      runDetails: {
        builder: { id: 'urn:daybook:runner', version: { daybook: observed.tool, node: observed.node } },
        metadata: { invocationId: record.id, startedOn: observed.startedAt, finishedOn: observed.finishedAt },
        byproducts: [
          { name: 'events.ndjson', digest: sha256(entry.files.events) },
          ...(entry.files.report === null ? [] : [{ name: 'report.html', digest: sha256(entry.files.report) }]),
        ],
      },
    },
  }
}

/** A sign-off of a run, over the same subjects as its provenance. */
export function approvalOf(record: RunRecord, entry: LedgerEntry, { role, note, at }: Approval): Statement {
  return {
    _type: statementType,
    subject: subjectsOf(record, entry),
    predicateType: approvalType,
    predicate: { run: record.id, pipeline: record.pipeline, role, note, at },
  }
}

/** What a statement about a run speaks of: its record, its result, its place in the ledger, its model. */
export function subjectsOf({ id, digest, result }: RunRecord, { files, entry }: LedgerEntry): Statement['subject'] {
  const named = (name: string, sha256: string) => ({ name, digest: { sha256 } })
  return [
    named(`runs/${id}/run.json`, files.record),
    named('result', digest),
    named('ledger entry', entry),
    ...(result.model === null ? [] : [named('model', result.model.digest)]),
  ]
}
