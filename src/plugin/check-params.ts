import { byCodeUnit } from '../base/canonical.ts'
import type { ParamSchema, ParamsSchema } from './params.ts'
import { maxLengthOf } from './params-schema.ts'

/** What is wrong at one place of a value. */
export type Problem =
  | { readonly type: 'unknown'; readonly key: string; readonly allowed: readonly string[] }
  | { readonly type: 'missing'; readonly key: string; readonly expected: string }
  | { readonly type: 'value'; readonly got: string; readonly expected: string; readonly choices: readonly string[] }

/** A problem with the way to it from the value that was checked: keys and indices. */
export interface Issue {
  readonly path: readonly (string | number)[]
  readonly problem: Problem
}

/**
 * What is wrong with a value, in words, by a schema of the closed subset. Says the most useful thing, not the most complete:
 * where `anyOf` matches nowhere, only the branch that the writer most likely meant is spoken of.
 *
 * Of pages ajv is the judge (`validators.ts`): it says whether, this says what. Tests hold the two against each other.
 */
export function checkValue(schema: ParamSchema, value: unknown, path: readonly (string | number)[] = []): Issue[] {
  if (schema.anyOf !== undefined) return checkBranches(schema.anyOf, value, path)
  if (!accepts(schema, value)) return [mismatch(schema, value, path)]
  if (Array.isArray(value)) return checkItems(schema, value, path)
  if (isMap(value)) return checkProperties(schema, value, path)
  return []
}

/** Checks params by name: unknown ones, required ones that are absent, values. */
export function checkParams(params: ParamsSchema, given: unknown, path: readonly (string | number)[] = []): Issue[] {
  return checkValue({ type: 'object', properties: params }, given, path)
}

/** What a schema asks for, in words: `a whole number from 1 to 16`. */
export function describeSchema(schema: ParamSchema): string {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(describeSchema))].join(' or ')
  if (schema.const !== undefined) return quoted(schema.const)
  if (schema.enum !== undefined) {
    return schema.enum.length === 1 ? quoted(schema.enum[0]) : `one of ${schema.enum.map(quoted).join(', ')}`
  }
  const types = typesOf(schema)
  return types === undefined ? 'any value' : types.map((type) => describeType(type, schema)).join(' or ')
}

/** A value of a page, in words: `the text "abc"`, `a list`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value)}`
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return typeof value === 'object' ? 'a map' : String(value)
}

// ── one schema without branches ─────────────────────────────────────────────────────────────────────────────────────

/** Does the value itself fit: type, choices, bounds, length? What it contains is checked afterwards. */
function accepts(schema: ParamSchema, value: unknown): boolean {
  if (schema.const !== undefined && value !== schema.const) return false
  if (schema.enum !== undefined && !schema.enum.some((choice) => choice === value)) return false
  const types = typesOf(schema)
  if (types !== undefined && !types.some((type) => hasType(value, type))) return false
  if (typeof value === 'number') return inBounds(schema, value)
  if (typeof value === 'string') return fitsText(schema, value)
  if (!Array.isArray(value)) return true
  if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY))
    return false
  return schema.uniqueItems !== true || areDistinct(value)
}

/** Are all items different? As text, since comparing each with each takes too long for long lists. */
function areDistinct(items: readonly unknown[]): boolean {
  const inOrder = (_: string, value: unknown): unknown =>
    isMap(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => byCodeUnit(a, b))) : value
  return new Set(items.map((item) => JSON.stringify(item, inOrder))).size === items.length
}

function inBounds(schema: ParamSchema, value: number): boolean {
  if (!Number.isFinite(value)) return false
  if (schema.minimum !== undefined && value < schema.minimum) return false
  if (schema.maximum !== undefined && value > schema.maximum) return false
  if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum) return false
  return schema.exclusiveMaximum === undefined || value < schema.exclusiveMaximum
}

function fitsText(schema: ParamSchema, value: string): boolean {
  const length = [...value].length // in code points, as JSON Schema counts
  if (length < (schema.minLength ?? 0) || length > (maxLengthOf(schema) ?? Number.POSITIVE_INFINITY)) return false
  return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value)
}

function checkItems(schema: ParamSchema, value: readonly unknown[], path: readonly (string | number)[]): Issue[] {
  const { items } = schema
  return items === undefined ? [] : value.flatMap((item, i) => checkValue(items, item, [...path, i]))
}

function checkProperties(
  schema: ParamSchema,
  value: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): Issue[] {
  const { properties = {}, additionalProperties } = schema
  if (schema.properties === undefined && additionalProperties === undefined) return []
  const issues: Issue[] = []
  for (const [key, inner] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : additionalProperties
    if (known !== undefined) issues.push(...checkValue(known, inner, [...path, key]))
    else issues.push({ path: [...path, key], problem: { type: 'unknown', key, allowed: Object.keys(properties) } })
  }
  for (const [key, property] of Object.entries(properties)) {
    if (property.default !== undefined || Object.hasOwn(value, key)) continue
    issues.push({ path: [...path, key], problem: { type: 'missing', key, expected: expectedOf(property) } })
  }
  return issues
}

/** What is to stand under a key that is missing: of maps and choices its description says more than its form. */
function expectedOf(schema: ParamSchema): string {
  const structured = schema.anyOf !== undefined || schema.properties !== undefined
  const { description } = schema
  if (!structured || description === undefined) return describeSchema(schema)
  return description.charAt(0).toLowerCase() + description.slice(1).replace(/\.$/, '')
}

function mismatch(schema: ParamSchema, value: unknown, path: readonly (string | number)[]): Issue {
  const choices = (schema.enum ?? [schema.const]).filter((choice) => typeof choice === 'string')
  return { path, problem: { type: 'value', got: describeValue(value), expected: describeSchema(schema), choices } }
}

// ── branches ────────────────────────────────────────────────────────────────────────────────────────────────────────

function checkBranches(branches: readonly ParamSchema[], value: unknown, path: readonly (string | number)[]): Issue[] {
  const flat = branches.flatMap((branch) => branch.anyOf ?? [branch])
  const found = flat.map((branch) => ({ branch, issues: checkValue(branch, value, path) }))
  if (found.some(({ issues }) => issues.length === 0)) return []
  const told = tellBranches(flat, value, path)
  if (told !== undefined) return [told]
  const inside = found.filter(({ branch }) => accepts(branch, value))
  if (inside.length === 0) {
    // The value fits no branch at all. Where its type fits some, speak of those alone.
    const typed = flat.filter((branch) => typesOf(branch)?.some((type) => hasType(value, type)) ?? true)
    const meant = typed.length > 0 ? typed : flat
    const choices = meant
      .flatMap((branch) => [...(branch.enum ?? [branch.const])])
      .filter((choice) => typeof choice === 'string')
    const expected = describeSchema({ anyOf: meant })
    return [{ path, problem: { type: 'value', got: describeValue(value), expected, choices } }]
  }
  const ranked = inside.map((one) => ({ ...one, likeness: likeness(one.branch, value) }))
  ranked.sort((a, b) => b.likeness - a.likeness || a.issues.length - b.issues.length)
  return (ranked[0] as (typeof ranked)[number]).issues
}

/** Where maps are told apart by a constant and the value has none of them: an issue that lists them all. */
function tellBranches(
  branches: readonly ParamSchema[],
  value: unknown,
  path: readonly (string | number)[],
): Issue | undefined {
  if (!isMap(value)) return undefined
  const maps = branches.filter(({ properties }) => properties !== undefined)
  const [first] = maps
  for (const key of Object.keys(first?.properties ?? {})) {
    const constants = maps.flatMap(({ properties }) => properties?.[key]?.const ?? [])
    if (constants.length < 2 || constants.length < maps.length) continue
    const choices: ParamSchema = { enum: constants }
    if (!Object.hasOwn(value, key)) {
      return { path: [...path, key], problem: { type: 'missing', key, expected: describeSchema(choices) } }
    }
    if (!accepts(choices, value[key])) return mismatch(choices, value[key], [...path, key])
  }
  return undefined
}

/** How much of a map a branch recognises: keys that it knows, and far more the constants that tell branches apart. */
function likeness(branch: ParamSchema, value: unknown): number {
  if (!isMap(value)) return 0
  let score = 0
  for (const [key, property] of Object.entries(branch.properties ?? {})) {
    if (!Object.hasOwn(value, key)) continue
    score += property.const === undefined ? 1 : accepts(property, value[key]) ? 100 : -100
  }
  return score
}

// ── types and words ─────────────────────────────────────────────────────────────────────────────────────────────────

function typesOf(schema: ParamSchema): readonly string[] | undefined {
  return schema.type === undefined ? undefined : typeof schema.type === 'string' ? [schema.type] : schema.type
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isMap(value)
  return typeof value === type
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describeType(type: string, schema: ParamSchema): string {
  switch (type) {
    case 'integer':
      return `a whole number${describeBounds(schema)}`
    case 'number':
      return `a number${describeBounds(schema)}`
    case 'string':
      return describeText(schema)
    case 'boolean':
      return '`true` or `false`'
    case 'null':
      return '`null`'
    case 'array':
      return `a list${describeLength(schema)}`
    default:
      return schema.properties === undefined
        ? 'a map'
        : `a map of ${Object.keys(schema.properties).map(quoted).join(', ')}`
  }
}

function describeBounds(schema: ParamSchema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  const low = minimum !== undefined ? `>= ${minimum}` : exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : ''
  const high = maximum !== undefined ? `<= ${maximum}` : exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : ''
  const bounds = [low, high].filter((bound) => bound !== '').join(' and ')
  return bounds === '' ? '' : ` ${bounds}`
}

function describeText(schema: ParamSchema): string {
  const { minLength, maxLength, pattern, examples } = schema
  if (pattern !== undefined) {
    const limit = maxLengthOf(schema)
    const length = limit === undefined ? '' : ` of at most ${limit} characters`
    const example = typeof examples?.[0] === 'string' ? `, such as \`${examples[0]}\`` : ''
    return `text${length} of the form ${pattern}${example}`
  }
  if (minLength === 1 && maxLength === 1) return 'one character'
  if (maxLength !== undefined) return `text of ${minLength ?? 0} to ${maxLength} characters`
  return minLength === undefined
    ? 'text'
    : minLength === 1
      ? 'text that is not empty'
      : `text of at least ${minLength} characters`
}

function describeLength({ minItems, maxItems, items, uniqueItems }: ParamSchema): string {
  const distinct = uniqueItems === true ? 'distinct ' : ''
  const what =
    items?.type !== undefined || items?.enum !== undefined ? ` of ${distinct}items, each ${describeSchema(items)}` : ''
  if (minItems !== undefined && maxItems !== undefined)
    return ` of ${minItems === maxItems ? minItems : `${minItems} to ${maxItems}`} items`
  if (minItems !== undefined) return ` of at least ${minItems} ${minItems === 1 ? 'item' : 'items'}`
  return maxItems === undefined ? what : ` of at most ${maxItems} items`
}

function quoted(value: unknown): string {
  const shown = typeof value === 'string' && value.trim() === '' ? JSON.stringify(value) : String(value)
  return `\`${shown}\``
}
