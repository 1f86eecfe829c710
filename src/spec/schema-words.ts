import type { ParamSchema } from '../plugin/api.ts'

/** A key that may be left out and then has no value: `null` stands for that, and is refused as a value. */
export const absent = { default: null } as const

/** Text that is not empty. */
export const text = { type: 'string', minLength: 1 } as const satisfies ParamSchema
/** Prose beside anything. */
export const note = {
  ...text,
  ...absent,
  description: 'Prose in Markdown, shown with what it belongs to.',
  examples: ['Why this is so.'],
}
/** Name of a column of the data. */
export const columnName = { ...text, maxLength: 1000 } as const satisfies ParamSchema
/** What a column may hold. */
export const columnType: ParamSchema = { enum: ['number', 'category', 'text', 'date', 'boolean'] }
/** What a column may be for. */
export const columnRole: ParamSchema = { enum: ['feature', 'protected', 'ignore', 'weight', 'group', 'time'] }

/** Form of the names that a page gives to cells. */
export const cellName = '^[A-Za-z][A-Za-z0-9-]{0,63}$'

/** Values of keys that a page leaves out. Those of params stand in plugins. */
export const defaults = { seed: 0, test: 0.2, validation: 0, folds: 0, resamples: 500, on: 'test' } as const
