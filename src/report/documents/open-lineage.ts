import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../../base/json.ts'
import type { RunRecord } from '../../store/record.ts'

const schema = 'https://openlineage.io/spec/2-0-2/OpenLineage.json'
const producer = 'urn:daybook'

/**
 * A run as OpenLineage events (https://openlineage.io, specification 2-0-2): its start and its end, with what it read and the
 * model that it made. Written one JSON document a line, as collectors take them.
 *
 * @param namespace of the job and its datasets; by default `daybook`
 */
export function openLineage(record: RunRecord, namespace = 'daybook'): string {
  const { result, observed } = record
  const run = (facets: JsonObject): JsonObject => ({ runId: uuidOf(record.id), facets })
  const job: JsonObject = {
    namespace,
    name: record.pipeline,
    facets: {
      jobType: facet('2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet', {
        processingType: 'BATCH',
        integration: 'DAYBOOK',
        jobType: 'PIPELINE',
      }),
    },
  }
  const inputs = result.inputs.map(
    ({ cell, digest, rows }): JsonObject => ({
      namespace,
      name: `${record.pipeline}.${cell}`,
      facets: {
        version: facet('1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet', {
          datasetVersion: `sha256:${digest}`,
        }),
      },
      inputFacets: {
        dataQualityMetrics: facet(
          '1-0-2/DataQualityMetricsInputDatasetFacet.json#/$defs/DataQualityMetricsInputDatasetFacet',
          { rowCount: rows, columnMetrics: {} },
        ),
      },
    }),
  )
  const outputs: JsonObject[] =
    result.model === null
      ? []
      : [
          {
            namespace,
            name: `${record.pipeline}.model`,
            facets: {
              version: facet('1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet', {
                datasetVersion: `sha256:${result.model.digest}`,
              }),
            },
          },
        ]
  const engine = facet('1-1-1/ProcessingEngineRunFacet.json#/$defs/ProcessingEngineRunFacet', {
    name: 'daybook',
    version: observed.tool.replace(/^daybook /, ''),
  })
  const failure =
    record.error === null
      ? {}
      : {
          errorMessage: facet('1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet', {
            message: `${record.error.code}: ${record.error.message}`,
            programmingLanguage: 'TypeScript',
          }),
        }
  const event = (eventType: string, eventTime: string, facets: JsonObject, made: Json): JsonObject => ({
    eventType,
    eventTime,
    producer,
    schemaURL: `${schema}#/$defs/RunEvent`,
    run: run(facets),
    job,
    inputs,
    outputs: made,
  })
  const ended = { ok: 'COMPLETE', gateFailed: 'COMPLETE', failed: 'FAIL', interrupted: 'ABORT' }[record.status]
  const events = [
    event('START', observed.startedAt, { processing_engine: engine }, []),
    event(ended, observed.finishedAt, { processing_engine: engine, ...failure }, outputs),
  ]
  return events.map((one) => `${JSON.stringify(one)}\n`).join('')
}

function facet(path: string, content: JsonObject): JsonObject {
  return { _producer: producer, _schemaURL: `https://openlineage.io/spec/facets/${path}`, ...content }
}

/** An id of a run as a UUID, the same each time: version 8 of RFC 9562, made of its SHA-256. */
function uuidOf(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
