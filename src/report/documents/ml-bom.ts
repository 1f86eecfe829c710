import { digestJson } from '../../base/digest.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { bomModelCard } from './bom-model-card.ts'
import { columnsOf, dataCell, protectedColumns } from './columns.ts'
import { environmentOf, pluginsOf } from './recorded.ts'
import type { DocumentSource } from './source.ts'
import { uuidOf } from './uuid.ts'

/**
 * The model as a CycloneDX 1.6 machine-learning bill of materials (https://cyclonedx.org): the model with its card, the data
 * that it learned from, the plugins that made it, Daybook and Node. Equal records give equal bytes: the serial number is
 * made of the record, the time is the run's own.
 */
export function mlBom(source: DocumentSource): JsonObject {
  const { record } = source
  const { observed, result } = record
  const [data, plugins, tools] = [dataComponents(source), pluginComponents(source), toolComponents(source)]
  const refsOf = (components: readonly JsonObject[]): string[] => components.map((one) => one['bom-ref'] as string)
  const [daybook, ...platform] = refsOf(tools) as [string, ...string[]]
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(`ml-bom ${record.id} ${record.digest} ${record.page.digest}`)}`,
    version: 1,
    metadata: {
      timestamp: observed.finishedAt,
      lifecycles: [{ phase: 'build' }],
      tools: { components: [{ type: 'application', ...toolName(observed.tool) }] },
      component: modelComponent(source),
    },
    components: [...data, ...plugins, ...tools],
    dependencies: [
      { ref: 'model', dependsOn: [...refsOf(data), ...refsOf(plugins), daybook] },
      { ref: daybook, dependsOn: platform },
      ...[...refsOf(data), ...refsOf(plugins), ...platform].map((ref) => ({ ref })),
    ],
    compositions: [{ aggregate: 'incomplete', assemblies: [daybook] }], // the packages that Daybook itself stands on
    properties: properties({
      'daybook:run': record.id,
      'daybook:runDigest': record.digest,
      'daybook:status': record.status,
      'daybook:resolvedPage': digestJson(result.page),
      'daybook:previousRunDigest': record.previous,
      'daybook:ledgerEntry': source.signed?.entry.entry,
    }),
  }
}

function modelComponent(source: DocumentSource): JsonObject {
  const { record, view } = source
  const { model } = record.result
  const owner = view.page.text(['owner'])
  const purpose = view.page.text(['purpose'])
  const { patch, lockfile } = environmentOf(record)
  return {
    type: 'machine-learning-model',
    'bom-ref': 'model',
    ...(owner !== undefined && { manufacturer: { name: owner } }),
    name: record.pipeline,
    version: record.digest.slice(0, 12),
    ...(purpose !== undefined && { description: purpose }),
    ...(model !== null && { hashes: sha256(model.digest) }),
    modelCard: bomModelCard(source, dataRef),
    properties: properties({
      'daybook:pageText': record.page.digest,
      'daybook:splitAssignment': record.result.split.assignment,
      'daybook:seed': record.result.page.seed,
      'daybook:reviewBy': view.page.text(['reviewBy']),
      'daybook:gitCommit': record.observed.git?.commit,
      'daybook:gitDirty': record.observed.git?.dirty,
      'daybook:gitPatch': patch,
      'daybook:lockfile': lockfile?.digest,
    }),
  }
}

function dataRef(cell: string): string {
  return `data:${cell}`
}

function dataComponents(source: DocumentSource): readonly JsonObject[] {
  const { record, view } = source
  const owner = view.page.text(['owner'])
  return record.result.inputs.map(({ cell, digest, rows, columns }): JsonObject => {
    const name = `${record.pipeline} ${cell}`
    const synthetic = view.cells.find(({ id }) => id === cell)?.shown.facts.synthetic === true
    const sensitive = cell === dataCell(source) ? protectedColumns(source) : []
    const types = columnsOf(source, cell).map((one) => ({ name: `daybook:column:${one.name}`, value: one.type }))
    const files = record.observed.inputs
      .filter((input) => input.cell === cell)
      .map(
        (input, i): JsonObject => ({
          type: 'file',
          'bom-ref': `file:${cell}:${i + 1}`,
          name: input.location,
          hashes: sha256(input.digest),
          properties: properties({ 'daybook:bytes': input.bytes }),
        }),
      )
    return {
      type: 'data',
      'bom-ref': dataRef(cell),
      name,
      version: digest.slice(0, 12),
      ...(files.length < 2 && { hashes: sha256(digest) }), // of several files it is over their digests: no hash of bytes
      ...(files.length > 0 && { components: files }),
      data: [
        {
          type: 'dataset',
          name,
          contents: { properties: [...properties({ 'daybook:rows': rows, 'daybook:columns': columns }), ...types] },
          ...(sensitive.length > 0 && { sensitiveData: [...sensitive] }),
          ...(owner !== undefined && { governance: { owners: [{ organization: { name: owner } }] } }),
        },
      ],
      properties: properties({ 'daybook:digest': digest, 'daybook:synthetic': synthetic }),
    }
  })
}

/** Each plugin once. Its code digest is no hash of one file, so it stands as a property. */
function pluginComponents({ view }: DocumentSource): readonly JsonObject[] {
  return pluginsOf(view).map(({ plugin, cells, builtIn, package: from, code }): JsonObject => {
    const at = plugin.lastIndexOf('@')
    const [name, version] = at > 0 ? [plugin.slice(0, at), plugin.slice(at + 1)] : [plugin, '']
    return {
      type: 'library',
      'bom-ref': `plugin:${plugin}`,
      name,
      version,
      properties: properties({
        'daybook:codeDigest': code,
        'daybook:origin': builtIn ? 'comes with Daybook' : 'named by the page',
        'daybook:package': from,
        'daybook:cells': cells.join(' '),
      }),
    }
  })
}

function toolComponents({ record }: DocumentSource): readonly JsonObject[] {
  const { tool, node, os, arch } = record.observed
  const { v8 } = environmentOf(record)
  return [
    { type: 'application', 'bom-ref': 'daybook', ...toolName(tool) },
    {
      type: 'platform',
      'bom-ref': 'node',
      name: 'node',
      version: node,
      properties: properties({ 'daybook:v8': v8 }),
    },
    { type: 'operating-system', 'bom-ref': 'os', name: os, properties: properties({ 'daybook:arch': arch }) },
  ]
}

function toolName(tool: string): JsonObject {
  const [name, version = ''] = tool.split(' ')
  return { name: name as string, version }
}

function sha256(digest: string): Json {
  return [{ alg: 'SHA-256', content: digest }]
}

/** Properties that have a value. */
function properties(given: JsonObject): JsonObject[] {
  return Object.entries(given).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [{ name, value: String(value) }],
  )
}
