import type { Json, JsonObject } from '../base/json.ts'
import { checkValue } from './check-params.ts'
import type { ParamSchema, ParamsSchema } from './params.ts'

/** Calls `visit` with every single value of params, its schema and the way to it. Unknown params are left out. */
export function visitParams(
  params: ParamsSchema,
  values: JsonObject,
  visit: (schema: ParamSchema, value: Json, path: readonly (string | number)[]) => void,
): void {
  visitValue({ type: 'object', properties: params }, values, [], visit)
}

function visitValue(
  schema: ParamSchema,
  value: Json,
  path: readonly (string | number)[],
  visit: (schema: ParamSchema, value: Json, path: readonly (string | number)[]) => void,
): void {
  if (schema.anyOf !== undefined) {
    const branch = schema.anyOf.find((one) => checkValue(one, value).length === 0) ?? schema.anyOf[0]
    if (branch !== undefined) visitValue(inherit(branch, schema), value, path, visit)
    return
  }
  if (typeof value !== 'object' || value === null) {
    visit(schema, value, path)
    return
  }
  if (Array.isArray(value)) {
    const items = inherit(schema.items ?? {}, schema)
    for (const [i, item] of value.entries()) visitValue(items, item as Json, [...path, i], visit)
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    const known =
      schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
    const next = known ?? schema.additionalProperties ?? {}
    if (inner !== undefined) visitValue(inherit(next, schema), inner, [...path, key], visit)
  }
}

/** What holds for a list or a map of locations or secrets holds for each of them. */
function inherit(inner: ParamSchema, { location, secret }: ParamSchema): ParamSchema {
  return { ...inner, ...(location === true && { location }), ...(secret === true && { secret }) }
}
