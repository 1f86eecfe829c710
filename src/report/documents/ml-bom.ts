import type { JsonObject } from '../../base/json.ts'
import type { RunView } from '../view.ts'

/**
 * The model as a CycloneDX 1.6 machine-learning bill of materials (https://cyclonedx.org): the model with its card, the data
 * that it learned from, and the plugins that made it, each with its digest. Free of times and paths where the record is.
 */
export function mlBom({ record, page }: RunView): JsonObject {
  const { result, observed } = record
  const { model, metrics } = result
  const said = (key: string): string | undefined => page.text([key])
  const dataRef = (cell: string): string => `data:${cell}`
  const data = result.inputs.map(
    ({ cell, digest, rows, columns }): JsonObject => ({
      type: 'data',
      'bom-ref': dataRef(cell),
      name: `${record.pipeline} ${cell}`,
      hashes: [{ alg: 'SHA-256', content: digest }],
      properties: [
        { name: 'daybook:rows', value: String(rows) },
        { name: 'daybook:columns', value: String(columns) },
      ],
    }),
  )
  const plugins = [...new Map(result.cells.map(({ id, plugin }) => [plugin, id])).keys()]
    .filter((plugin) => !plugin.startsWith('engine:'))
    .map((plugin): JsonObject => {
      const at = plugin.lastIndexOf('@')
      return {
        type: 'library',
        'bom-ref': `plugin:${plugin}`,
        name: plugin.slice(0, at),
        version: plugin.slice(at + 1),
      }
    })
  const considerations = {
    ...(said('purpose') && { useCases: [said('purpose') as string] }),
    ...(said('owner') && { users: [said('owner') as string] }),
    ...(said('limitations') && { technicalLimitations: [said('limitations') as string] }),
  }
  const component: JsonObject = {
    type: 'machine-learning-model',
    'bom-ref': 'model',
    name: record.pipeline,
    version: record.digest.slice(0, 12),
    ...(model !== null && { hashes: [{ alg: 'SHA-256', content: model.digest }] }),
    modelCard: {
      modelParameters: {
        approach: { type: approachOf(model?.task) },
        ...(model !== null && { task: model.task, architectureFamily: model.algorithm }),
        datasets: result.inputs.map(({ cell }) => ({ ref: dataRef(cell) })),
      },
      quantitativeAnalysis: {
        performanceMetrics: Object.entries(metrics?.test ?? {}).flatMap(([type, value]) => {
          if (value === null) return []
          const interval = metrics?.intervals?.[type]
          const bounds = interval && {
            confidenceInterval: { lowerBound: String(interval.low), upperBound: String(interval.high) },
          }
          return [{ type, value: String(value), slice: 'test rows', ...bounds }]
        }),
      },
      ...(Object.keys(considerations).length > 0 && { considerations }),
    },
    properties: [
      { name: 'daybook:run', value: record.id },
      { name: 'daybook:runDigest', value: record.digest },
    ],
  }
  const [name, version = ''] = observed.tool.split(' ')
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: observed.finishedAt,
      tools: { components: [{ type: 'application', name: name as string, version }] },
      component,
    },
    components: [...data, ...plugins],
    dependencies: [{ ref: 'model', dependsOn: [...data, ...plugins].map((one) => one['bom-ref'] as string) }],
  }
}

function approachOf(task: string | undefined): string {
  return task === 'clustering' || task === 'anomaly' ? 'unsupervised' : 'supervised'
}
