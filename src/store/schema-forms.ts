import type { Json, JsonObject } from '../base/json.ts'

/** An object of just these properties, all required but the `optional` ones. */
export function closed(description: string, properties: JsonObject, optional: readonly string[] = []): JsonObject {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', description, additionalProperties: false, required, properties }
}

/** An object of any names, its values alike. */
export function map(description: string, values: JsonObject): JsonObject {
  return { type: 'object', description, additionalProperties: values }
}

/** An array, its items alike. */
export function list(description: string, items: JsonObject): JsonObject {
  return { type: 'array', description, items }
}

/** What may also be null. */
export function orNull(schema: JsonObject): JsonObject {
  return { ...schema, type: [schema.type as Json, 'null'] }
}

/** A text. */
export function text(description: string, pattern?: string): JsonObject {
  return { type: 'string', description, ...(pattern !== undefined && { pattern }) }
}

/** A moment as ECMAScript prints it. */
export function time(description: string): JsonObject {
  return text(`${description} ISO 8601 in UTC.`, '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$')
}

/** A SHA-256 digest. */
export function digest(description: string): JsonObject {
  return text(description, '^[0-9a-f]{64}$')
}

/** A number. */
export function number(description: string): JsonObject {
  return { type: 'number', description }
}

/** A whole number from 0. */
export function count(description: string): JsonObject {
  return { type: 'integer', minimum: 0, description }
}
