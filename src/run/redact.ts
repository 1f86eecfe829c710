import { basename } from 'node:path'
import { DaybookError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { PageFacts, PluginUse } from '../plan/index.ts'
import type { ShownWarning } from '../plugin/api.ts'

/** Shortest value that is hidden: a shorter one is no secret, and stands in too many words. */
const shortest = 4

/** Puts what the page wrote (`${env:NAME}`) in the place of what it stands for, in whatever a plugin said. */
export interface Redactor {
  text(text: string): string
  warning(warning: ShownWarning): ShownWarning
  error(error: DaybookError): DaybookError
}

/** Hides the values of secrets, and of locations that come from the environment. */
export function redactor(page: PageFacts): Redactor {
  const hidden = usesOf(page).flatMap(hiddenOf)
  const known = [...new Map(hidden.filter(([value]) => value.length >= shortest))]
  // Longest first: a path goes as a whole, before the name that it ends in.
  const ordered = known.sort(([a], [b]) => b.length - a.length)
  const text = (given: string): string =>
    ordered.reduce((clean, [value, written]) => clean.replaceAll(value, written), given)
  const json = (value: Json): Json => {
    if (typeof value === 'string') return text(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => json(item as Json))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), json(inner as Json)]))
  }
  if (ordered.length === 0) return { text: (given) => given, warning: (given) => given, error: (given) => given }
  return {
    text,
    warning: (warning) => json(warning as unknown as Json) as unknown as ShownWarning,
    error: (error) => redactError(error, text),
  }
}

function redactError(error: DaybookError, text: (given: string) => string): DaybookError {
  const { code, message, hint, at, cell, plugin, values, all } = error
  const told = error.cause instanceof Error ? `${error.cause.message}${error.cause.stack}` : ''
  const cause = text(told) === told ? error.cause : undefined
  const entries = Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? text(value) : value])
  return new DaybookError(code, text(message), {
    hint: hint === undefined ? undefined : text(hint),
    at,
    cell,
    plugin,
    cause,
    values: Object.fromEntries(entries),
    ...(all.length > 1 && { all: all.map((one) => redactError(one.all.length > 1 ? alone(one) : one, text)) }),
  })
}

/** An error without those that it stands for beside itself. */
function alone({ code, message, hint, at, cell, plugin, cause, values }: DaybookError): DaybookError {
  return new DaybookError(code, message, { hint, at, cell, plugin, cause, values })
}

function usesOf({ sources, preprocess, algorithm, optimizer, compress, metrics, deploy }: PageFacts): PluginUse[] {
  return [...sources, ...preprocess, algorithm, ...(optimizer ? [optimizer] : []), ...compress, ...metrics, ...deploy]
}

/** Values that are not to be told, with what the page wrote for them. */
function hiddenOf({ params, locations, secrets = {} }: PluginUse): (readonly [string, string])[] {
  const ofSecrets = Object.entries(secrets).flatMap(([path, value]) => {
    const written = writtenAt(params, path)
    return [[value, written] as const, [encodeURIComponent(value), written] as const]
  })
  const ofLocations = Object.entries(locations).flatMap(([path, value]) => {
    const written = writtenAt(params, path)
    if (!written.includes('${env:')) return []
    const name = basename(value)
    return [[value, written] as const, ...(written.endsWith(name) ? [] : [[name, basename(written)] as const])]
  })
  return [...ofSecrets, ...ofLocations]
}

function writtenAt(params: JsonObject, path: string): string {
  const value = path
    .split('.')
    .reduce<Json | undefined>((inner, key) => (inner as JsonObject | undefined)?.[key], params)
  return typeof value === 'string' ? value : '(hidden)'
}
