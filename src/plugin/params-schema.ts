import type { Json, JsonObject } from '../base/json.ts'
import type { ParamSchema, ParamsSchema } from './params.ts'
import { longestText } from './pattern-cost.ts'

/**
 * The draft-07 JSON Schema of params, for editors and documentation: closed objects, a property without default
 * required; what draft-07 does not know is written as `x-location` and `x-secret`.
 */
export function paramsJsonSchema(params: ParamsSchema): JsonObject {
  return valueJsonSchema({ type: 'object', properties: params })
}

/** The draft-07 JSON Schema of one value. */
export function valueJsonSchema(schema: ParamSchema): JsonObject {
  const { anyOf, items, properties, additionalProperties, location, secret, ...plain } = schema
  const result: Record<string, Json> = { ...(plain as JsonObject as Record<string, Json>) }
  const maxLength = maxLengthOf(schema)
  if (maxLength !== undefined) result.maxLength = maxLength
  if (location === true) result['x-location'] = true
  if (secret === true) result['x-secret'] = true
  if (anyOf !== undefined) result.anyOf = anyOf.map(valueJsonSchema)
  if (items !== undefined) result.items = valueJsonSchema(items)
  if (properties !== undefined) {
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, one]) => [name, valueJsonSchema(one)]),
    )
    const required = Object.keys(properties).filter((name) => properties[name]?.default === undefined)
    if (required.length > 0) result.required = required
    result.additionalProperties = additionalProperties === undefined ? false : valueJsonSchema(additionalProperties)
  } else if (additionalProperties !== undefined) {
    result.additionalProperties = valueJsonSchema(additionalProperties)
  }
  return result
}

/** Length that a text may have: the schema's own limit, and that of its pattern where long texts take it too long. */
export function maxLengthOf({ maxLength, pattern }: ParamSchema): number | undefined {
  const limit = pattern === undefined ? undefined : longestText(pattern)
  return limit === undefined ? maxLength : Math.min(limit, maxLength ?? limit)
}
