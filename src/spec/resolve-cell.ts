import { existsSync } from 'node:fs'
import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import type { ParamsSchema, PluginKind, ResolvedPlugin } from '../plugin/api.ts'
import type { Issue } from '../plugin/check-params.ts'
import { fillParams } from '../plugin/fill-params.ts'
import type { Validators } from '../plugin/validators.ts'
import { misplacedEnv, readSurroundings } from './environment.ts'
import type { Page } from './page.ts'
import type { CellSpec, SpecContext, SpecPath } from './pipeline.ts'
import { nearestFile } from './read-page.ts'
import { valueHint } from './value-hint.ts'

/** A cell before it has its id: ids depend on each other. */
export type Unnamed<Cell extends CellSpec> = Omit<Cell, 'id'> & { readonly wanted?: string }

/** What a page says of a cell, short form opened. */
export interface CellText {
  readonly use: string
  readonly with: JsonObject
  readonly note?: string
  readonly id?: string
}

/** What a check of a page works with. */
export interface CheckContext extends SpecContext {
  readonly validators: Validators
}

export function cellText(value: Json): CellText {
  if (typeof value === 'string') return { use: value, with: {} }
  const { use, with: given, note, id } = value as JsonObject
  return {
    use: use as string,
    with: (given ?? {}) as JsonObject,
    ...(typeof note === 'string' && { note }),
    ...(typeof id === 'string' && { id }),
  }
}

/**
 * Finds the plugin of a cell, checks its `with` and fills in defaults. Errors are added to `errors`; the plugin is given
 * even where params are wrong, so that the rest of the page can be checked.
 */
export async function resolveCell<Kind extends PluginKind>(
  page: Page,
  ctx: CheckContext,
  at: { readonly kind: Kind; readonly path: SpecPath; readonly value: Json },
  errors: DaybookError[],
): Promise<{ readonly plugin: ResolvedPlugin<Kind> | undefined; readonly cell: Unnamed<CellSpec<Kind>> | undefined }> {
  const text = cellText(at.value)
  let plugin: ResolvedPlugin<Kind>
  try {
    plugin = await ctx.registry.find(at.kind, text.use)
  } catch (thrown) {
    errors.push(asDaybookError(thrown).with({ at: page.place([...at.path, 'use']) }))
    return { plugin: undefined, cell: undefined }
  }
  const schema = plugin.plugin.params as ParamsSchema
  const name = plugin.plugin.id
  const before = errors.length
  const misplaced = misplacedEnv(schema, text.with)
  for (const path of misplaced) {
    errors.push(
      fail('SPEC_ENV_NOT_ALLOWED', { key: path.join('.') }, { at: page.place([...at.path, 'with', ...path]) }),
    )
  }
  let issues: readonly Issue[]
  try {
    issues = await ctx.validators.check({ type: 'object', properties: schema }, text.with, name)
  } catch (thrown) {
    errors.push(asDaybookError(thrown).with({ at: page.place([...at.path, 'use']) }))
    return { plugin: undefined, cell: undefined }
  }
  issues = issues.filter(({ path }) => !misplaced.some((one) => one.join('.') === path.join('.')))
  errors.push(...issues.map((issue) => paramError(page, [...at.path, 'with'], name, schema, issue)))
  if (errors.length > before) return { plugin, cell: undefined }
  const params = fillParams(schema, text.with)
  const {
    locations,
    secrets,
    errors: faults,
  } = readSurroundings(page, { path: at.path, plugin: name, schema, params }, ctx)
  errors.push(...faults)
  if (at.kind === 'data' && ctx.findsFiles !== true) errors.push(...checkFiles(page, at.path, text.with, locations))
  if (errors.length > before) return { plugin, cell: undefined }
  const { note, id } = text
  const cell = {
    kind: at.kind,
    plugin,
    params,
    locations,
    ...(Object.keys(secrets).length > 0 && { secrets }),
    path: at.path,
    ...(note !== undefined && { note }),
    ...(id !== undefined && { wanted: id }),
  }
  return { plugin, cell }
}

function paramError(
  page: Page,
  path: SpecPath,
  plugin: string,
  schema: ParamsSchema,
  { path: inner, problem }: Issue,
): DaybookError {
  const param = inner.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
  const full = [...path, ...inner]
  switch (problem.type) {
    case 'unknown': {
      const near = nearest(problem.key, problem.allowed)
      const others = problem.allowed.length === 0 ? 'It has none.' : `It has ${problem.allowed.join(', ')}.`
      const hint = near === undefined ? others : `did you mean \`${near}\`?`
      return fail('SPEC_UNKNOWN_PARAM', { param, plugin }, { at: page.place(full, 'key'), hint })
    }
    case 'missing': {
      const example = inner.length === 1 ? schema[problem.key]?.examples?.[0] : undefined
      const hint =
        example === undefined ? undefined : `For example \`with: { ${problem.key}: ${JSON.stringify(example)} }\`.`
      return fail(
        'SPEC_MISSING_PARAM',
        { plugin, param, expected: problem.expected },
        { at: page.place(full, 'key'), hint },
      )
    }
    default: {
      const hint = valueHint(problem)
      const shown = param === '' ? 'with' : param
      return fail(
        'SPEC_BAD_PARAM',
        { param: shown, plugin, got: problem.got, expected: problem.expected },
        { at: page.place(full), hint },
      )
    }
  }
}

/** Files that a data cell reads must be there: a page finds out before anything runs. */
function checkFiles(
  page: Page,
  path: SpecPath,
  given: JsonObject,
  locations: Readonly<Record<string, string>>,
): DaybookError[] {
  return Object.entries(locations).flatMap(([name, file]) => {
    if (file.includes('://') || existsSync(file)) return []
    const steps = name.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step))
    const shown = steps.reduce<Json | undefined>(
      (value, step) => (value as Readonly<Record<string | number, Json>> | undefined)?.[step],
      given,
    )
    const written = typeof shown === 'string' ? shown : file
    const hint = written.includes('${env:') ? undefined : nearestFile(file, written) // what it leads to is not told
    return [fail('SPEC_NO_DATA_FILE', { path: written }, { at: page.place([...path, 'with', ...steps]), hint })]
  })
}
