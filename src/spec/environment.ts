import { isAbsolute, resolve } from 'node:path'
import { type DaybookError, fail, type Place } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { ParamsSchema } from '../plugin/api.ts'
import { visitParams } from '../plugin/visit-params.ts'
import type { Page } from './page.ts'
import type { SpecContext, SpecPath } from './pipeline.ts'

const variable = /\$\{env:([^}]*)\}/g

/** What params that are locations or secrets lead to, by dotted param path. */
export interface Surroundings {
  readonly locations: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  readonly errors: readonly DaybookError[]
}

/**
 * Resolves the locations and secrets among the params of a cell: `${env:NAME}` filled in, paths made absolute. Says where
 * a variable is not set, and where a secret stands in clear.
 */
export function readSurroundings(
  page: Page,
  at: { readonly path: SpecPath; readonly plugin: string; readonly schema: ParamsSchema; readonly params: JsonObject },
  { env, findsFiles = false }: Pick<SpecContext, 'env' | 'findsFiles'>,
): Surroundings {
  const locations: Record<string, string> = {}
  const secrets: Record<string, string> = {}
  const errors: DaybookError[] = []
  visitParams(at.schema, at.params, (schema, value, path) => {
    if (typeof value !== 'string') return
    const place = page.place([...at.path, 'with', ...path])
    const name = path.join('.')
    const free = schema.location === true || schema.secret === true
    if (!free) return
    const unset = [...value.matchAll(variable)].find(([, key]) => env[key as string] === undefined)
    // Whoever finds the file by its content needs no variable that once led to it.
    if (unset !== undefined && !(findsFiles && schema.location === true)) {
      errors.push(fail('SPEC_ENV_UNSET', { name: unset[1] || '(no name)' }, { at: place }))
      return
    }
    if (schema.location === true && holdsCredentials(value)) {
      errors.push(fail('SPEC_LITERAL_CREDENTIALS', { param: name, plugin: at.plugin }, { at: covered(place, value) }))
      return
    }
    const filled = value.replace(variable, (written, key: string) => env[key] ?? written)
    if (schema.secret === true) {
      if (value !== '' && filled === value)
        errors.push(fail('SPEC_LITERAL_SECRET', { param: name, plugin: at.plugin }, { at: covered(place, value) }))
      secrets[name] = filled
    } else {
      locations[name] =
        isAbsolute(filled) || /^[a-z][a-z0-9+.-]+:\/\//.test(filled) ? filled : resolve(page.folder, filled)
    }
  })
  return { locations, secrets, errors }
}

/** Names of query parameters whose values open doors. */
const secretParameter =
  /^(?:x-(?:amz|goog)-(?:signature|credential|security-token)|sig|signature|.*(?:token|secret|password|passwd|api[-_]?key|access[-_]?key))$/i

/** Does a URL carry a password or a token that stands in clear? */
export function holdsCredentials(location: string): boolean {
  const scheme = /^[a-z][a-z0-9+.-]+:\/\//i.exec(location)?.[0]
  if (scheme === undefined) return false
  const [address = '', query = ''] = location.slice(scheme.length).split('#')[0]?.split('?', 2) ?? []
  const inClear = (text: string | undefined): boolean => text !== undefined && text.replace(variable, '') !== ''
  const user = /^[^/]*(?=@)/.exec(address)?.[0]
  if (user?.includes(':') && inClear(user.slice(user.indexOf(':') + 1))) return true
  return query.split('&').some((pair) => {
    const [name = '', ...value] = pair.split('=')
    return secretParameter.test(name) && inClear(value.join('='))
  })
}

/** A place whose line shows no letter of a value. */
function covered(place: Place, value: string): Place {
  const { text, ...bare } = place
  return text?.includes(value) ? { ...bare, text: text.replaceAll(value, '*'.repeat(value.length)) } : bare
}

/** Paths of params with `${env:…}` that are neither location nor secret. */
export function misplacedEnv(schema: ParamsSchema, given: JsonObject): SpecPath[] {
  const found: SpecPath[] = []
  visitParams(schema, given, (one, value, path) => {
    if (typeof value === 'string' && mentionsEnv(value) && one.location !== true && one.secret !== true)
      found.push(path)
  })
  return found
}

/** `${env:…}` outside of `with` is always an error; in prose it is just text. */
export function checkNoEnv(page: Page): { readonly path: SpecPath; readonly error: DaybookError }[] {
  const found: { path: SpecPath; error: DaybookError }[] = []
  const visit = (value: Json | undefined, path: SpecPath): void => {
    const last = path.at(-1)
    if (
      last === 'with' ||
      last === 'note' ||
      (path.length === 1 && ['purpose', 'limitations', 'owner', 'reviewBy'].includes(String(last)))
    )
      return
    if (typeof value === 'string' && mentionsEnv(value)) {
      found.push({ path, error: fail('SPEC_ENV_NOT_ALLOWED', { key: String(last) }, { at: page.place(path) }) })
    }
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) visit(inner, [...path, Array.isArray(value) ? Number(key) : key])
  }
  visit(page.root, [])
  return found
}

function mentionsEnv(text: string): boolean {
  return text.includes('${env:')
}
