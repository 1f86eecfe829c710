import type { Json, JsonObject } from '../base/json.ts'
import type { ParamSchema, ParamsSchema, PluginKind, Registry } from '../plugin/api.ts'
import { pluginKinds } from '../plugin/check-plugin.ts'
import { paramsJsonSchema, valueJsonSchema } from '../plugin/params-schema.ts'
import { pageSchema } from './page-schema.ts'

/** Examples of plugins that come from elsewhere. */
const foreign = ['@acme/daybook-garch/garch', './plugins/garch.js']

/**
 * The draft-07 schema of a page with all plugins of a registry, for editors: what `with` may hold follows from `use`.
 * Editors support draft-07 best; each `if` asks for `use`, since one without it would hold for every cell.
 */
export async function composeSchema(registry: Registry): Promise<JsonObject> {
  const definitions: Record<string, Json> = {}
  for (const kind of pluginKinds) {
    const branches: Json[] = []
    for (const id of registry.ids(kind)) {
      const { plugin } = await registry.find(kind, id)
      const params = plugin.params as ParamsSchema
      const name = `${kind}.${id}`
      definitions[name] = { ...paramsJsonSchema(params), description: plugin.summary }
      const required = Object.values(params).some((schema) => schema.default === undefined)
      branches.push({
        if: { required: ['use'], properties: { use: { const: id } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { properties: { with: { $ref: `#/definitions/${name}` } }, ...(required && { required: ['with'] }) },
      })
    }
    if (branches.length > 0) definitions[kind] = { allOf: branches }
  }
  const page = pageSchema((kind, description, extra) => cellSchema(registry, kind, description, extra))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Daybook page',
    description: 'One page: from data to a deployed model.',
    ...(forEditors(valueJsonSchema(page)) as JsonObject),
    definitions,
  }
}

function cellSchema(registry: Registry, kind: PluginKind, description: string, extra: ParamsSchema): ParamSchema {
  const ids = registry.ids(kind)
  const use = {
    anyOf: [
      ...(ids.length > 0 ? [{ enum: ids, description: `Plugins of kind ${kind} that come with Daybook.` }] : []),
      {
        type: 'string',
        pattern: '/',
        description: 'An npm package and its export, or a path from the folder of the page.',
      },
    ] as ParamSchema[],
  }
  const absent = { default: null }
  const properties: ParamsSchema = {
    use: {
      ...use,
      ...(kind === 'data' && absent),
      description: 'The plugin: its id, an npm package and export, or a path.',
      examples: [...ids.slice(0, 3), ...foreign],
    },
    with: { type: 'object', ...absent, description: 'Parameters of the plugin.', examples: [{}] },
    note: {
      type: 'string',
      minLength: 1,
      ...absent,
      description: 'Prose in Markdown, shown with the cell.',
      examples: ['Why this cell is here.'],
    },
    ...extra,
  }
  const cell = {
    type: 'object',
    properties,
    ...(ids.length > 0 && { allOf: [{ $ref: `#/definitions/${kind}` }] }),
  } as ParamSchema
  return { anyOf: [{ ...use, description: 'Short for `{ use: … }`.' }, cell], description, examples: ids.slice(0, 1) }
}

/** Takes out the marks of keys without a default, and lets `x-…` keys stand in every closed object. */
function forEditors(schema: Json): Json {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map((one) => forEditors(one as Json))
  const entries = Object.entries(schema as JsonObject)
    .filter(([key, value]) => !(key === 'default' && value === null))
    .map(([key, value]): [string, Json] => [
      key,
      ['examples', 'default', 'enum'].includes(key) ? (value as Json) : forEditors(value as Json),
    ])
  const result = Object.fromEntries(entries)
  if (result.additionalProperties === false) result.patternProperties = { '^x-': { description: 'Free.' } }
  return result
}
