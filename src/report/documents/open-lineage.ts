import { digestJson } from '../../base/digest.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { facet, inputDatasets, outputDatasets } from './lineage-datasets.ts'
import { environmentOf } from './recorded.ts'
import type { DocumentSource } from './source.ts'
import { uuidOf } from './uuid.ts'

const specification = 'https://openlineage.io/spec/2-0-2/OpenLineage.json'
/** Who says so, in each event and facet. */
const producer = 'urn:daybook'

/**
 * A run as OpenLineage events (https://openlineage.io, specification 2-0-2): its start and its end, with what it read and the
 * model that it made. Collectors take them one by one.
 *
 * @param namespace of the job and its datasets; by default `daybook`
 */
export function openLineage(source: DocumentSource, namespace = 'daybook'): readonly JsonObject[] {
  const { record } = source
  const job = jobOf(source, namespace)
  const inputs = inputDatasets(source, namespace)
  const event = (eventType: string, eventTime: string, facets: JsonObject, outputs: Json): JsonObject => ({
    eventType,
    eventTime,
    producer,
    schemaURL: `${specification}#/$defs/RunEvent`,
    run: { runId: uuidOf(record.id), facets },
    job,
    inputs,
    outputs,
  })
  const ended = { ok: 'COMPLETE', gateFailed: 'COMPLETE', failed: 'FAIL', interrupted: 'ABORT' }[record.status]
  const start = startFacets(source)
  return [
    event('START', record.observed.startedAt, start, []),
    event(ended, record.observed.finishedAt, { ...start, ...endFacets(source) }, outputDatasets(source, namespace)),
  ]
}

function jobOf({ record, view }: DocumentSource, namespace: string): JsonObject {
  const purpose = view.page.text(['purpose'])
  const owner = view.page.text(['owner'])
  return {
    namespace,
    name: record.pipeline,
    facets: {
      jobType: facet('2-0-3/JobTypeJobFacet', { processingType: 'BATCH', integration: 'DAYBOOK', jobType: 'PIPELINE' }),
      ...(purpose !== undefined && { documentation: facet('1-0-1/DocumentationJobFacet', { description: purpose }) }),
      ...(owner !== undefined && {
        ownership: facet('1-0-1/OwnershipJobFacet', { owners: [{ name: `team:${owner}`, type: 'OWNER' }] }),
      }),
    },
  }
}

function startFacets({ record }: DocumentSource): JsonObject {
  const { observed, overrides } = record
  return {
    processing_engine: facet('1-1-1/ProcessingEngineRunFacet', {
      name: 'daybook',
      version: observed.tool.replace(/^daybook /, ''),
    }),
    ...(overrides.length > 0 && {
      jobRunParameters: facet('1-0-0/JobRunParametersFacet', {
        parameters: overrides.map(({ path, value }) => ({ key: path, value })),
      }),
    }),
  }
}

/** How the run ended. `daybook_run` is a facet of our own, by the form that the specification sets for every facet. */
function endFacets(source: DocumentSource): JsonObject {
  const { record } = source
  const { result, observed, error } = record
  const { patch, lockfile } = environmentOf(record)
  return {
    daybook_run: {
      _producer: producer,
      _schemaURL: `${specification}#/$defs/RunFacet`,
      run: record.id,
      status: record.status,
      runDigest: record.digest,
      pageDigest: record.page.digest,
      resolvedPageDigest: digestJson(result.page),
      modelDigest: result.model?.digest ?? null,
      previousRunDigest: record.previous,
      ...(observed.git && { gitCommit: observed.git.commit, gitDirty: observed.git.dirty }),
      ...(patch !== undefined && { gitPatch: patch }),
      ...(lockfile && { lockfile: lockfile.digest }),
      metrics: result.metrics === null ? null : { ...result.metrics.test },
      gates: result.gates.map(({ metric, on, value, passed }) => ({ metric, on, value, passed })),
    },
    ...(error !== null && {
      errorMessage: facet('1-0-1/ErrorMessageRunFacet', {
        message: `${error.code}: ${error.message}`,
        programmingLanguage: 'TypeScript',
      }),
    }),
  }
}
