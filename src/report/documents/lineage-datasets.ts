import type { JsonObject } from '../../base/json.ts'
import { columnsOf, type DocumentColumn, dataCell } from './columns.ts'
import type { DocumentSource } from './source.ts'

/** A facet of the specification, by its version and name. */
export function facet(name: string, content: JsonObject): JsonObject {
  const own = name.slice(name.indexOf('/') + 1)
  return {
    _producer: 'urn:daybook',
    _schemaURL: `https://openlineage.io/spec/facets/${name}.json#/$defs/${own}`,
    ...content,
  }
}

/** What a run read, one dataset a source: its version by content, its columns, and what their values are like. */
export function inputDatasets(source: DocumentSource, namespace: string): JsonObject[] {
  const { record } = source
  return record.result.inputs.map(({ cell, digest, rows }) => {
    const columns = columnsOf(source, cell)
    const files = record.observed.inputs.filter((input) => input.cell === cell)
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    return {
      namespace,
      name: nameOf(source, cell),
      facets: {
        version: facet('1-0-1/DatasetVersionDatasetFacet', { datasetVersion: `sha256:${digest}` }),
        ...(columns.length > 0 && { schema: facet('1-1-1/SchemaDatasetFacet', { fields: columns.map(fieldOf) }) }),
      },
      inputFacets: {
        dataQualityMetrics: facet('1-0-2/DataQualityMetricsInputDatasetFacet', {
          rowCount: rows,
          ...(files.length > 0 && { bytes, fileCount: files.length }),
          columnMetrics: Object.fromEntries(columns.map((column) => [column.name, metricsOf(column, rows)])),
        }),
      },
    }
  })
}

/** The model that a run made: what it answers, and the columns that the answer is made of. */
export function outputDatasets(source: DocumentSource, namespace: string): JsonObject[] {
  const { record, manifest } = source
  const { model } = record.result
  if (model === null) return []
  const cell = dataCell(source)
  const answer = manifest === undefined ? undefined : answerOf(manifest.signature)
  return [
    {
      namespace,
      name: nameOf(source, 'model'),
      facets: {
        version: facet('1-0-1/DatasetVersionDatasetFacet', { datasetVersion: `sha256:${model.digest}` }),
        ...(answer && { schema: facet('1-1-1/SchemaDatasetFacet', { fields: [answer] }) }),
        ...(answer &&
          manifest &&
          cell !== undefined && {
            columnLineage: facet('1-2-0/ColumnLineageDatasetFacet', {
              fields: {
                [answer.name]: {
                  inputFields: manifest.signature.columns.map(({ name }) => ({
                    namespace,
                    name: nameOf(source, cell),
                    field: name,
                  })),
                },
              },
            }),
          }),
      },
    },
  ]
}

function nameOf({ record }: DocumentSource, part: string): string {
  return `${record.pipeline}.${part}`
}

function fieldOf({ name, type, role, unit, facts }: DocumentColumn): JsonObject {
  const words = [role, ...(unit === undefined ? [] : [`in ${unit}`]), ...facts]
  return { name, type, description: words.join(', ') }
}

function metricsOf({ missing, distinct, min, max }: DocumentColumn, rows: number): JsonObject {
  return {
    ...(missing !== undefined && { nullCount: missing, count: rows - missing }),
    ...(distinct !== undefined && { distinctCount: distinct }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  }
}

function answerOf({ output, classes }: { readonly output: string; readonly classes: readonly string[] }): {
  readonly name: string
  readonly type: string
} {
  if (output === 'clusters') return { name: 'prediction', type: 'cluster' }
  return { name: 'prediction', type: classes.length > 0 ? 'category' : 'number' }
}
