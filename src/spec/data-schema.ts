import type { ParamSchema, ParamsSchema } from '../plugin/api.ts'
import { absent, columnName, columnRole, columnType, defaults, note, text } from './schema-words.ts'

const facts: ParamsSchema = {
  type: {
    ...columnType,
    ...absent,
    description: 'What the column holds. Inferred where it is not said.',
    examples: ['number'],
  },
  role: {
    ...columnRole,
    ...absent,
    description: 'What the column is for. `protected` is kept for slices and never a feature.',
    examples: ['protected'],
  },
  min: { type: 'number', ...absent, description: 'Smallest value allowed.', examples: [0] },
  max: { type: 'number', ...absent, description: 'Largest value allowed.', examples: [120] },
  levels: {
    type: 'array',
    items: text,
    minItems: 1,
    uniqueItems: true,
    ...absent,
    description: 'The categories there are, in order.',
    examples: [['low', 'middle', 'high']],
  },
  unseen: {
    enum: ['error', 'other', 'missing'],
    ...absent,
    description: 'What becomes of a category that training did not see. Without it: `error`.',
    examples: ['other'],
  },
  missing: {
    type: 'object',
    ...absent,
    description: 'Missing values: the share that is expected, and texts that stand for one in this column.',
    examples: [{ atMost: 0.02 }],
    properties: {
      atMost: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        ...absent,
        description: 'Largest share of missing values allowed.',
        examples: [0.02],
      },
      values: {
        type: 'array',
        items: { type: ['string', 'number'] },
        minItems: 1,
        ...absent,
        description: 'What stands for missing.',
        examples: [['-9']],
      },
    },
  },
  optional: {
    type: 'boolean',
    ...absent,
    description: 'A row may come without it when it is scored: it counts as missing.',
    examples: [true],
  },
  unique: {
    type: 'boolean',
    ...absent,
    description: 'No two rows share a value. Rows that do are warned of.',
    examples: [true],
  },
  unit: { ...text, ...absent, description: 'Unit of the values.', examples: ['EUR'] },
  monotone: {
    enum: ['increasing', 'decreasing'],
    ...absent,
    description: 'The promise that a larger value only ever raises, or lowers, the prediction.',
    examples: ['increasing'],
  },
  reason: {
    ...text,
    ...absent,
    description: 'What an applicant is told where this column decided.',
    examples: ['Debt is high for the income'],
  },
  note,
}

const validation: ParamSchema = {
  type: 'number',
  minimum: 0,
  exclusiveMaximum: 1,
  default: defaults.validation,
  description: 'Share of the rows that algorithms stop by; it comes out of the training rows.',
  examples: [0.1],
}
const share = { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 } as const satisfies ParamSchema
const test: ParamSchema = {
  ...share,
  default: defaults.test,
  description: 'Share of the rows to test on.',
  examples: [0.2],
}
const on = (description: string): ParamSchema => ({ ...columnName, description, examples: ['appliedOn'] })

/** `data.split` */
export const split: ParamSchema = {
  default: { by: 'random' },
  description: 'Which rows test the model.',
  examples: [{ by: 'random', test: 0.2 }],
  anyOf: [
    {
      type: 'object',
      properties: {
        by: {
          const: 'random',
          description: 'Rows at random. With a `key`, by its hash, so that new rows never move old ones.',
        },
        test,
        validation,
        stratify: {
          type: 'boolean',
          ...absent,
          description:
            'Every class with the same share in each part. Without it: where there are classes and no `key`.',
          examples: [true],
        },
        note,
      },
    },
    {
      type: 'object',
      properties: {
        by: { const: 'time', description: 'The latest rows are the test rows.' },
        on: on('Date or number to order by.'),
        test,
        validation,
        note,
      },
    },
    {
      type: 'object',
      properties: {
        by: { const: 'group', description: 'Groups stay together.' },
        on: on('Column that names the group.'),
        test,
        validation,
        note,
      },
    },
    {
      type: 'object',
      properties: {
        by: { const: 'interval', description: 'Every so many rows, counted from the first: for fixed protocols.' },
        every: {
          type: 'integer',
          minimum: 2,
          maximum: 1_000_000,
          description: '5: rows 0, 5, 10 … are the test rows.',
          examples: [5],
        },
        validation,
        note,
      },
    },
    {
      type: 'object',
      properties: {
        by: { const: 'column', description: 'A column says it: `train`, `validation` or `test`.' },
        on: on('Column that says it.'),
        validation,
        note,
      },
    },
  ],
}

/** `data.target` */
export const target: ParamSchema = {
  ...absent,
  description: 'What is to be learned. A text is short for `{ column: … }`.',
  examples: ['defaulted', { column: 'defaulted', positive: 'yes' }],
  anyOf: [
    columnName,
    {
      type: 'object',
      properties: {
        column: { ...columnName, description: 'Name of the column.', examples: ['defaulted'] },
        type: {
          enum: ['number', 'category'],
          ...absent,
          description: 'Inferred where it is not said.',
          examples: ['category'],
        },
        positive: {
          ...text,
          ...absent,
          description: 'Of two values, the one that is scored: as the file writes it. Without it: the last in order.',
          examples: ['yes'],
        },
        note,
      },
    },
  ],
}

/** `data.columns` */
export const columns: ParamSchema = {
  type: 'object',
  ...absent,
  description: 'Facts about columns, stated once; the rest is inferred and printed.',
  examples: [{ income: { type: 'number', unit: 'EUR', min: 0 } }],
  additionalProperties: { type: 'object', properties: facts },
}
