import { existsSync } from 'node:fs'
import type { Ajv, ErrorObject, Options } from 'ajv'
import { type Digest, digestJson } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { checkValue, describeValue, type Issue } from './check-params.ts'
import type { ParamSchema } from './params.ts'
import { valueJsonSchema } from './params-schema.ts'

/** A compiled JSON Schema: true where a value fits, else it leaves its errors behind. */
interface Validate {
  (value: unknown): boolean
  errors?: null | Partial<ErrorObject>[]
}

/** Judges values by JSON Schema: one for each check of a page. */
export interface Validators {
  /**
   * What is wrong with a value; nothing where it fits the schema. ajv alone decides that: `checkValue` finds the words.
   *
   * @param owner what the schema belongs to, for the error
   * @throws DaybookError PLUGIN_INVALID where the schema is none
   */
  check(schema: ParamSchema, value: unknown, owner: string): Promise<readonly Issue[]>
}

/** How ajv reads schemas, here and where validators are made beforehand. Nothing is filled in and nothing is loaded. */
export const ajvOptions: Options = {
  strict: true,
  allowUnionTypes: true,
  keywords: ['x-location', 'x-secret'],
  ownProperties: true,
  logger: false,
}

/** Folder of validators that were made when Daybook was built, each named by the digest of its JSON Schema. */
export const compiledFolder = new URL('./validators/', import.meta.url)

/**
 * Opens validators. Schemas that Daybook knew when it was built have theirs already; ajv is loaded for others alone, those of
 * foreign plugins, and checks them against the meta-schema first.
 */
export function openValidators(): Validators {
  let ajv: Promise<Ajv> | undefined
  const known = new Map<Digest, Promise<Validate>>()

  const compile = async (json: JsonObject, digest: Digest, owner: string): Promise<Validate> => {
    const file = new URL(`${digest}.js`, compiledFolder)
    if (existsSync(file)) return (await import(file.href)).default
    ajv ??= import('ajv').then(({ Ajv }) => new Ajv(ajvOptions))
    const compiler = await ajv
    try {
      return compiler.compile(json)
    } catch (cause) {
      const reason = `its params are no JSON Schema: ${(cause as Error).message}`
      throw fail('PLUGIN_INVALID', { plugin: owner, reason }, { cause, plugin: owner })
    }
  }

  return {
    async check(schema, value, owner) {
      const json = valueJsonSchema(schema)
      const digest = digestJson(json)
      const compiled = known.get(digest) ?? compile(json, digest, owner)
      known.set(digest, compiled)
      const validate = await compiled
      if (validate(value)) return []
      const told = checkValue(schema, value)
      return told.length > 0 ? told : (validate.errors ?? []).map((error) => issueOf(error, value))
    },
  }
}

/** An error of ajv as it is, for what `checkValue` has no words for. */
export function issueOf(
  { instancePath = '', keyword, params = {}, message }: Partial<ErrorObject>,
  root: unknown,
): Issue {
  const path: (string | number)[] = []
  let value = root
  for (const part of instancePath.split('/').slice(1)) {
    const step = part.replaceAll('~1', '/').replaceAll('~0', '~')
    path.push(Array.isArray(value) ? Number(step) : step)
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  if (keyword === 'additionalProperties') {
    const key = String(params.additionalProperty)
    return { path: [...path, key], problem: { type: 'unknown', key, allowed: [] } }
  }
  if (keyword === 'required') {
    const key = String(params.missingProperty)
    return { path: [...path, key], problem: { type: 'missing', key, expected: 'a value' } }
  }
  const expected = `what its schema asks for: it ${message ?? `fails \`${keyword}\``}`
  return { path, problem: { type: 'value', got: describeValue(value), expected, choices: [] } }
}
