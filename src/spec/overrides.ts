import { type DaybookError, fail, type Place } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import { makePage, type Page, type Spot } from './page.ts'
import { parsePage } from './parse-page.ts'

/** What `--set` changes: a dotted path of the page and its new value. */
export interface Override {
  readonly path: string
  readonly value: Json
}

/**
 * Reads `algorithm.with.trees=50`; the value is YAML.
 *
 * @throws DaybookError SPEC_BAD_OVERRIDE
 */
export function parseOverride(text: string): Override {
  const equals = text.indexOf('=')
  const path = text.slice(0, Math.max(equals, 0)).trim()
  const hint = 'Write `--set path.to.key=value`, such as `--set algorithm.with.trees=50`.'
  if (path === '' || path.split('.').includes(''))
    throw fail('SPEC_BAD_OVERRIDE', { text, reason: 'it has no path' }, { hint })
  try {
    const { root } = parsePage(`value: ${text.slice(equals + 1)}\n`, '--set', '/')
    if (Object.keys(root).length === 1) return { path, value: root.value as Json }
  } catch (cause) {
    throw fail('SPEC_BAD_OVERRIDE', { text, reason: (cause as Error).message }, { cause, hint })
  }
  throw fail('SPEC_BAD_OVERRIDE', { text, reason: 'its value is not one YAML value' }, { hint })
}

/**
 * The page with overrides applied, in order. Errors about what they changed point at them. What a path leads to is
 * checked with the page, as if it stood there.
 */
export function applyOverrides(
  page: Page,
  overrides: readonly Override[],
): { readonly page: Page; readonly errors: DaybookError[] } {
  const errors: DaybookError[] = []
  let { root, spot } = page
  overrides.forEach((override, i) => {
    const applied = applyOne(root, spot, override, i + 1)
    if ('code' in applied) errors.push(applied)
    else ({ root, spot } = applied)
  })
  return { page: overrides.length === 0 ? page : makePage({ ...page, root, spot }), errors }
}

/** Keys that a text is short for, by the section that it stands in. */
function longForm(value: string, path: readonly string[]): JsonObject {
  return path.join('.') === 'data.target' ? { column: value } : { use: value }
}

function applyOne(
  root: JsonObject,
  spot: Spot,
  { path, value }: Override,
  line: number,
): { root: JsonObject; spot: Spot } | DaybookError {
  const steps = path.split('.')
  const text = `${path}=${JSON.stringify(value)}`
  const place = (from: number, to: number): Place => ({ file: '--set', line, col: from + 1, endCol: to + 1, text })
  if (steps[0] === 'approvals')
    return fail(
      'SPEC_BAD_OVERRIDE',
      { text: path, reason: 'who approves is for the page to say' },
      { at: place(0, path.length), hint: 'Change the page itself.' },
    )
  const whole: Spot = { value: place(path.length + 1, text.length), children: new Map() }
  let start = 0
  const keys = steps.map((step) => {
    const mark = place(start, start + step.length)
    start += step.length + 1
    return mark
  })

  const visit = (current: Json | undefined, at: Spot, depth: number): { value: Json; spot: Spot } | DaybookError => {
    const step = steps[depth]
    if (step === undefined) return { value, spot: { ...at, value: whole.value, children: spotsOf(value, whole) } }
    if (['__proto__', 'constructor', 'prototype'].includes(step))
      return fail('SPEC_FORBIDDEN_KEY', { key: step }, { at: keys[depth] as Place })
    if (Array.isArray(current)) return visitItem(current as readonly Json[], at, depth, step)
    const open = openMap(current, at, steps.slice(0, depth))
    const below = open.children.get(step) ?? { key: keys[depth] as Place, value: whole.value, children: new Map() }
    const inner = visit(open.value[step], below, depth + 1)
    if ('code' in inner) return inner
    return {
      value: { ...open.value, [step]: inner.value },
      spot: { ...at, children: new Map(open.children).set(step, inner.spot) },
    }
  }
  const visitItem = (list: readonly Json[], at: Spot, depth: number, step: string) => {
    const index = indexOf(list, step)
    if (index === undefined) {
      const names = list.flatMap((item) => nameOf(item) ?? [])
      const near = nearest(step, names)
      const hint =
        near === undefined
          ? `Name an item by its place, from 0 to ${list.length - 1}, or by its id.`
          : `did you mean \`${near}\`?`
      return fail(
        'SPEC_BAD_OVERRIDE',
        { text: path, reason: `there is no item \`${step}\`` },
        { at: keys[depth] as Place, hint },
      )
    }
    const inner = visit(list[index], at.children.get(index) as Spot, depth + 1)
    if ('code' in inner) return inner
    return {
      value: list.with(index, inner.value) as Json,
      spot: { ...at, children: new Map(at.children).set(index, inner.spot) },
    }
  }

  const result = visit(root, spot, 0)
  return 'code' in result ? result : { root: result.value as JsonObject, spot: result.spot }
}

/** The map that stands at a place: a text is opened into what it is short for, anything else makes way. */
function openMap(
  current: Json | undefined,
  at: Spot,
  path: readonly string[],
): { value: JsonObject; children: Spot['children'] } {
  if (typeof current === 'object' && current !== null) return { value: current as JsonObject, children: at.children }
  if (typeof current !== 'string') return { value: {}, children: new Map() }
  const value = longForm(current, path)
  const inner: Spot = { key: at.value, value: at.value, children: new Map() }
  return { value, children: new Map(Object.keys(value).map((key) => [key, inner])) }
}

/** Every value inside an override stands at it. */
function spotsOf(value: Json, whole: Spot): Spot['children'] {
  if (typeof value !== 'object' || value === null) return new Map()
  const entries: [string | number, Json][] = Array.isArray(value)
    ? [...value.entries()]
    : (Object.entries(value) as [string, Json][])
  return new Map(
    entries.map(([key, inner]) => [key, { key: whole.value, value: whole.value, children: spotsOf(inner, whole) }]),
  )
}

function indexOf(list: readonly Json[], step: string): number | undefined {
  if (/^\d+$/.test(step)) return Number(step) < list.length ? Number(step) : undefined
  const index = list.findIndex((item) => nameOf(item) === step)
  return index < 0 ? undefined : index
}

/** What an item of a list goes by: its id, its plugin, its metric or its warning. */
function nameOf(item: Json): string | undefined {
  if (typeof item === 'string') return item
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined
  const { id, use, metric, warning } = item as JsonObject
  return [id, use, metric, warning].find((name) => typeof name === 'string')
}
