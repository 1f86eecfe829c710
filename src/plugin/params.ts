import type { Json } from '../base/json.ts'

type TypeName = 'number' | 'integer' | 'string' | 'boolean' | 'null' | 'array' | 'object'

/**
 * Schema of one param: a closed subset of JSON Schema draft-07, each keyword with a static type.
 * A property without `default` is required, at every level: defaults stand in schemas alone.
 */
export interface ParamSchema {
  readonly type?: TypeName | readonly TypeName[]
  readonly enum?: readonly (string | number | boolean | null)[]
  readonly const?: string | number | boolean | null
  readonly anyOf?: readonly ParamSchema[]
  readonly default?: Json
  readonly description?: string
  readonly examples?: readonly Json[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly items?: ParamSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly properties?: ParamsSchema
  /** Schema of the values of a map, whose keys are free. Without it an object is closed. */
  readonly additionalProperties?: ParamSchema
  /** The value is a path, relative to the page's folder: resolved, hashed by content, and `${env:NAME}` may stand in it. */
  readonly location?: true
  /** The value is a secret: `${env:NAME}` may stand in it, and it reaches no key, record, log or error. */
  readonly secret?: true
}

/** Params of a plugin, by name. */
export interface ParamsSchema {
  readonly [name: string]: ParamSchema
}

type OfTypeName<Name, S> = Name extends 'number' | 'integer'
  ? number
  : Name extends 'string'
    ? string
    : Name extends 'boolean'
      ? boolean
      : Name extends 'null'
        ? null
        : Name extends 'array'
          ? S extends { readonly items: infer Items }
            ? readonly ParamValue<Items>[]
            : readonly Json[]
          : Name extends 'object'
            ? ObjectValue<S>
            : never

type ObjectValue<S> = S extends { readonly properties: infer P }
  ? ParamsOf<P>
  : S extends { readonly additionalProperties: infer V }
    ? { readonly [key: string]: ParamValue<V> }
    : { readonly [key: string]: Json }

/** Static type of the values that a schema allows, defaults filled in. */
export type ParamValue<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly const: infer C }
    ? C
    : S extends { readonly anyOf: readonly (infer U)[] }
      ? ParamValue<U>
      : S extends { readonly type: readonly (infer Names)[] }
        ? OfTypeName<Names, S>
        : S extends { readonly type: infer Name }
          ? OfTypeName<Name, S>
          : Json

/** Static type of a plugin's params, read off its schema literal. */
export type ParamsOf<P> = { readonly [Name in keyof P]: ParamValue<P[Name]> }

/** Params as a page gives them: those with a default may be left out. */
export type GivenParams<P> = {
  readonly [Name in keyof P as P[Name] extends { readonly default: unknown } ? Name : never]?: ParamValue<P[Name]>
} & {
  readonly [Name in keyof P as P[Name] extends { readonly default: unknown } ? never : Name]: ParamValue<P[Name]>
}
