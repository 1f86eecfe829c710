import type { JsonObject } from '../../base/json.ts'
import type { ParamSchema, ParamsSchema } from '../../plugin/api.ts'
import { checkParams } from '../../plugin/check-params.ts'
import { faultOfPlugin } from '../../plugin/check-plugin.ts'
import { checkFigure } from '../../plugin/figure.ts'
import type { Check } from '../finding.ts'
import type { Subject } from '../subject.ts'

/** What every plugin has to say of itself, whatever its kind. */
export function declarationChecks({ plugin }: Subject): Check[] {
  return [
    {
      name: 'declaration is complete and defaults fit their own schema',
      *run() {
        const fault = faultOfPlugin(plugin)
        if (fault !== undefined) yield fault
        if (!isFrozenDeep(plugin)) yield 'it is not frozen: export what its `define…` function returns'
      },
    },
    {
      name: 'every param is described',
      *run() {
        for (const place of undescribed(plugin.params, '')) yield `param \`${place}\` has no description`
      },
    },
    {
      name: 'params of the example fit the schema',
      *run() {
        const given = (plugin as { readonly example?: { readonly params?: JsonObject } }).example?.params
        if (given === undefined) return
        for (const { path, problem } of checkParams(plugin.params, given))
          yield `param \`${path.join('.')}\`: ${problem.type === 'value' ? `${problem.got}, expected ${problem.expected}` : problem.type}`
      },
    },
  ]
}

/** What can be said after the other checks ran the hooks. */
export function conductChecks(subject: Subject): Check[] {
  return [
    {
      name: 'hooks use no clock, chance, network, inexact functions or undeclared files',
      *run() {
        yield* subject.reached
      },
    },
    {
      name: 'figures stand on their own data',
      *run() {
        const faults = subject.figures.map((figure) => [figure.title, checkFigure(figure)] as const)
        for (const [title, fault] of faults) if (fault !== undefined) yield `figure "${title}": ${fault}`
      },
    },
  ]
}

function* undescribed(params: ParamsSchema, before: string): Generator<string> {
  for (const [name, schema] of Object.entries(params)) {
    const place = `${before}${name}`
    if (!schema.description?.trim()) yield place
    yield* undescribedWithin(schema, place)
  }
}

function* undescribedWithin(schema: ParamSchema, place: string): Generator<string> {
  if (schema.properties !== undefined) yield* undescribed(schema.properties, `${place}.`)
  if (schema.items !== undefined) yield* undescribedWithin(schema.items, `${place}[]`)
  for (const branch of schema.anyOf ?? []) yield* undescribedWithin(branch, place)
}

function isFrozenDeep(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true
  return Object.isFrozen(value) && Object.values(value).every(isFrozenDeep)
}
