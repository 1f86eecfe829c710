import type { Json, JsonObject } from '../base/json.ts'
import { checkValue } from './check-params.ts'
import type { ParamSchema, ParamsSchema } from './params.ts'

/**
 * Params with every default filled in, nested ones too, in the order of the schema. Takes params that `checkParams` has
 * nothing against; of `anyOf` the first branch that the value fits says what its defaults are. The input is not changed.
 */
export function fillParams(params: ParamsSchema, given: JsonObject): JsonObject {
  const filled: Record<string, Json> = {}
  for (const [name, schema] of Object.entries(params)) {
    const value = Object.hasOwn(given, name) ? given[name] : schema.default
    if (value !== undefined) filled[name] = fillValue(schema, value)
  }
  return filled
}

function fillValue(schema: ParamSchema, value: Json): Json {
  if (schema.anyOf !== undefined) {
    const branch = schema.anyOf.find((one) => checkValue(one, value).length === 0)
    return branch === undefined ? value : fillValue(branch, value)
  }
  if (isList(value)) {
    const { items } = schema
    return items === undefined ? value : value.map((item) => fillValue(items, item))
  }
  if (typeof value !== 'object' || value === null) return value
  if (schema.properties !== undefined) return fillParams(schema.properties, value)
  const { additionalProperties } = schema
  if (additionalProperties === undefined) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, fillValue(additionalProperties, inner as Json)]),
  )
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
