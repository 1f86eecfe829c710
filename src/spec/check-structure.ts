import { type DaybookError, fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import type { ParamSchema } from '../plugin/api.ts'
import type { Issue } from '../plugin/check-params.ts'
import type { Validators } from '../plugin/validators.ts'
import type { Page } from './page.ts'
import { structure } from './page-schema.ts'
import type { SpecPath } from './pipeline.ts'
import { valueHint } from './value-hint.ts'

/** Errors of a page's structure, plugins aside, with the paths that they stand at. */
export async function checkStructure(
  page: Page,
  validators: Validators,
): Promise<{ readonly path: SpecPath; readonly error: DaybookError }[]> {
  const issues = await validators.check(structure, page.root, 'the page')
  return issues.map((issue) => ({ path: issue.path, error: structureError(page, issue) }))
}

/**
 * The page without its free `x-…` keys. Under `with` they are the plugin's affair, under `columns` they are names.
 */
export function withoutFreeKeys(root: JsonObject, path: SpecPath = []): JsonObject {
  const strip = (value: Json, at: SpecPath): Json => {
    if (typeof value !== 'object' || value === null || at.at(-1) === 'with') return value
    if (Array.isArray(value)) return value.map((item, i) => strip(item as Json, [...at, i]))
    return withoutFreeKeys(value as JsonObject, at)
  }
  const names = path.length === 2 && path[0] === 'data' && path[1] === 'columns'
  const kept = Object.entries(root).filter(([key]) => names || !key.startsWith('x-'))
  return Object.fromEntries(kept.map(([key, value]) => [key, strip(value as Json, [...path, key])]))
}

function structureError(page: Page, { path, problem }: Issue): DaybookError {
  const section = sectionName(path.slice(0, -1))
  const key = keyName(path)
  switch (problem.type) {
    case 'unknown':
      return fail(
        'SPEC_UNKNOWN_KEY',
        { key: problem.key, section },
        { at: page.place(path, 'key'), hint: unknownKeyHint(problem.key, problem.allowed, path) },
      )
    case 'missing':
      return fail('SPEC_MISSING_KEY', { key, section, expected: problem.expected }, { at: page.place(path, 'key') })
    default: {
      const hint = valueHint(problem)
      return fail(
        'SPEC_BAD_VALUE',
        { key, got: problem.got, expected: problem.expected },
        { at: page.place(path), hint },
      )
    }
  }
}

/** A path as people write it: `evaluate.metrics[1]`; `the page` for its root. */
export function sectionName(path: SpecPath): string {
  if (path.length === 0) return 'the page'
  return `\`${path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')}\``
}

function keyName(path: SpecPath): string {
  const last = path.at(-1)
  return typeof last === 'number' ? sectionName(path).slice(1, -1) : String(last ?? 'page')
}

function unknownKeyHint(key: string, allowed: readonly string[], path: SpecPath): string {
  const near = nearest(key, allowed)
  if (near !== undefined) return `did you mean \`${near}\`?`
  if (key === '<<') return 'YAML 1.2 has no merge keys: write the keys out, or use an alias for a whole value.'
  if (allowed.includes('use') && path.length > 1 && path[0] !== 'data')
    return 'Parameters of a plugin stand under `with:`.'
  const home = homeOf(key)
  if (home !== undefined) return `It belongs into \`${home}\`.`
  return allowed.length > 20
    ? 'Free keys start with `x-`.'
    : `There are ${allowed.filter((name) => !name.startsWith('$')).join(', ')}.`
}

/** The section that knows a key, where the page wrote it into another one. */
function homeOf(key: string): string | undefined {
  for (const [section, schema] of Object.entries(structure.properties ?? {})) {
    const branches: readonly ParamSchema[] = schema.anyOf ?? [schema]
    if (branches.some(({ properties }) => properties !== undefined && Object.hasOwn(properties, key))) return section
  }
  return nearest(key, Object.keys(structure.properties ?? {})) === undefined ? undefined : 'the page itself'
}
