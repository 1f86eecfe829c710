import type { Json } from '../base/json.ts'
import type { ParamSchema, ParamsSchema, PluginKind } from '../plugin/api.ts'

/** Makes the schema of a place that takes a plugin; `extra` are its keys beside `use`, `with`, `id` and `note`. */
export type CellSchema = (kind: PluginKind, description: string, extra: ParamsSchema) => ParamSchema

/** A key that may be left out and then has no value: `null` stands for that, and is refused as a value. */
const absent = { default: null } as const

const text = { type: 'string', minLength: 1 } as const satisfies ParamSchema
const note = { ...text, ...absent, description: 'Prose in Markdown, shown with what it belongs to.', examples: ['Why this is so.'] }
const columnName = { ...text, maxLength: 1000 } as const satisfies ParamSchema
const share = { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 } as const satisfies ParamSchema
const columnType: ParamSchema = { enum: ['number', 'category', 'text', 'date', 'boolean'] }
const columnRole: ParamSchema = { enum: ['feature', 'protected', 'ignore', 'weight', 'group', 'time'] }

const cellName = '^[A-Za-z][A-Za-z0-9-]{0,63}$'

const facts: ParamsSchema = {
  type: { ...columnType, ...absent, description: 'What the column holds. Inferred where it is not said.', examples: ['number'] },
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
      atMost: { type: 'number', minimum: 0, maximum: 1, ...absent, description: 'Largest share of missing values allowed.', examples: [0.02] },
      values: { type: 'array', items: { type: ['string', 'number'] }, minItems: 1, ...absent, description: 'What stands for missing.', examples: [['-9']] },
    },
  },
  optional: { type: 'boolean', ...absent, description: 'A row may come without it when it is scored: it counts as missing.', examples: [true] },
  unit: { ...text, ...absent, description: 'Unit of the values.', examples: ['EUR'] },
  monotone: {
    enum: ['increasing', 'decreasing'],
    ...absent,
    description: 'The promise that a larger value only ever raises, or lowers, the prediction.',
    examples: ['increasing'],
  },
  reason: { ...text, ...absent, description: 'What an applicant is told where this column decided.', examples: ['Debt is high for the income'] },
  note,
}

const validation: ParamSchema = {
  type: 'number',
  minimum: 0,
  exclusiveMaximum: 1,
  default: 0,
  description: 'Share of the rows that algorithms stop by; it comes out of the training rows.',
  examples: [0.1],
}
const test: ParamSchema = { ...share, default: 0.2, description: 'Share of the rows to test on.', examples: [0.2] }
const on = (description: string): ParamSchema => ({ ...columnName, description, examples: ['appliedOn'] })

const split: ParamSchema = {
  default: { by: 'random' },
  description: 'Which rows test the model.',
  examples: [{ by: 'random', test: 0.2 }],
  anyOf: [
    {
      type: 'object',
      properties: {
        by: { const: 'random', description: 'Rows at random. With a `key`, by its hash, so that new rows never move old ones.' },
        test,
        validation,
        stratify: {
          type: 'boolean',
          ...absent,
          description: 'Every class with the same share in each part. Without it: where there are classes and no `key`.',
          examples: [true],
        },
        note,
      },
    },
    {
      type: 'object',
      properties: { by: { const: 'time', description: 'The latest rows are the test rows.' }, on: on('Date or number to order by.'), test, validation, note },
    },
    {
      type: 'object',
      properties: { by: { const: 'group', description: 'Groups stay together.' }, on: on('Column that names the group.'), test, validation, note },
    },
    {
      type: 'object',
      properties: {
        by: { const: 'interval', description: 'Every so many rows, counted from the first: for fixed protocols.' },
        every: { type: 'integer', minimum: 2, maximum: 1_000_000, description: '5: rows 0, 5, 10 … are the test rows.', examples: [5] },
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

const target: ParamSchema = {
  ...absent,
  description: 'What is to be learned. A text is short for `{ column: … }`.',
  examples: ['defaulted', { column: 'defaulted', positive: 'yes' }],
  anyOf: [
    columnName,
    {
      type: 'object',
      properties: {
        column: { ...columnName, description: 'Name of the column.', examples: ['defaulted'] },
        type: { enum: ['number', 'category'], ...absent, description: 'Inferred where it is not said.', examples: ['category'] },
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

const columns: ParamSchema = {
  type: 'object',
  ...absent,
  description: 'Facts about columns, stated once; the rest is inferred and printed.',
  examples: [{ income: { type: 'number', unit: 'EUR', min: 0 } }],
  additionalProperties: { type: 'object', properties: facts },
}

const cellNames = { type: 'string', pattern: cellName } as const satisfies ParamSchema
const from: ParamSchema = {
  anyOf: [cellNames, { type: 'array', items: cellNames, minItems: 1, uniqueItems: true }],
  ...absent,
  description: 'Cells that it is made of, by their names under `cells:`.',
  examples: [['loans', 'bureau']],
}

const selector: ParamSchema = {
  ...absent,
  description: 'Which columns the cell takes: names, globs (`*`), or by type and role. Without it: what the plugin takes.',
  examples: [['income', 'debt*'], { type: 'number' }],
  anyOf: [
    columnName,
    { type: 'array', items: columnName, minItems: 1, uniqueItems: true },
    {
      type: 'object',
      properties: {
        type: {
          anyOf: [columnType, { type: 'array', items: columnType, minItems: 1, uniqueItems: true }],
          ...absent,
          description: 'Columns of these types.',
          examples: ['number', ['number', 'date']],
        },
        role: {
          anyOf: [columnRole, { type: 'array', items: columnRole, minItems: 1, uniqueItems: true }],
          ...absent,
          description: 'Columns of these roles.',
          examples: ['feature'],
        },
      },
    },
  ],
}

const gate: ParamSchema = {
  type: 'object',
  properties: {
    metric: { ...text, description: 'Id of a metric under `evaluate:`.', examples: ['auc'] },
    atLeast: { type: 'number', ...absent, description: 'Smallest value that passes.', examples: [0.75] },
    atMost: { type: 'number', ...absent, description: 'Largest value that passes.', examples: [0.16] },
    on: { enum: ['test', 'folds'], default: 'test', description: 'The test rows, or the mean of the folds.', examples: ['folds'] },
    note,
  },
}

/** The schema of a page. What stands under `with` is free here: plugins say it. */
export function pageSchema(cell: CellSchema): ParamSchema {
  const id: ParamSchema = { type: 'string', pattern: cellName, ...absent, description: 'Name of the cell. Without it: the id of the plugin.', examples: ['scale'] }
  const list = (description: string, items: ParamSchema, example: Json): ParamSchema => ({
    type: 'array',
    items,
    ...absent,
    description,
    examples: [[example]],
  })
  const free = (description: string, example: string): ParamSchema => ({ ...text, ...absent, description, examples: [example] })
  return {
    type: 'object',
    properties: {
      $schema: free('Schema for editors.', '../schemas/pipeline.schema.json'),
      daybook: { const: 1, description: 'Version of the language.', examples: [1] },
      name: {
        type: 'string',
        pattern: '^[a-z][a-z0-9-]{0,63}$',
        description: 'Name of the pipeline: small letters, digits and hyphens.',
        examples: ['loan-approval'],
      },
      owner: free('Who answers for the model.', 'credit-risk'),
      purpose: free('What the model is for.', 'Approve or refer consumer loans up to 50,000 EUR.'),
      limitations: free('What it must not be used for.', 'Not for business loans.'),
      reviewBy: free('When to look at it again.', '2027-06-30'),
      note,
      seed: {
        type: 'integer',
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        default: 0,
        description: 'Seed of all random numbers.',
        examples: [7],
      },
      cells: {
        type: 'object',
        ...absent,
        description: 'Sources and joins by name, for pages that need more than one source.',
        examples: [{ loans: { use: 'csv', with: { path: 'data/loans.csv' } } }],
        additionalProperties: cell('data', 'A source, or rows made of other cells.', { from }),
      },
      data: cell('data', 'The rows that the model learns from.', { from, target, key: { ...columnName, ...absent, description: 'Column that names a row: unique, never a feature.', examples: ['loanId'] }, columns, split }),
      preprocess: list('What is done to the columns before they are learned from, in order.', cell('preprocess', 'A transformation of columns.', { id, columns: selector }), 'one-hot'),
      algorithm: cell('algorithm', 'The plugin that learns.', {}),
      optimizer: { ...cell('optimizer', 'What trains the algorithm, for those that are trained by one.', {}), ...absent },
      compress: list('What makes the model smaller.', cell('compress', 'A way to make the model smaller.', { id }), './plugins/round.js'),
      evaluate: {
        type: 'object',
        ...absent,
        description: 'How the model is judged.',
        examples: [{ metrics: ['auc', 'brier'], folds: 5 }],
        properties: {
          metrics: list('Metrics, in the order of the report. Without it: all that fit.', cell('metric', 'A metric.', { id }), 'auc'),
          folds: { type: 'integer', minimum: 0, maximum: 100, default: 0, description: 'Folds of cross-validation over the training rows.', examples: [5] },
          resamples: {
            type: 'integer',
            minimum: 0,
            maximum: 100_000,
            default: 500,
            description: 'Bootstrap resamples of the test rows for intervals; 0 for none.',
            examples: [1000],
          },
          note,
        },
      },
      gates: list('What the model must reach. A gate that fails ends the run with exit 3.', gate, { metric: 'auc', atLeast: 0.75 }),
      deploy: list('What is made of the model.', cell('deploy', 'A target.', { id }), 'serve'),
    },
  }
}

/** The schema of cells where any plugin may stand, for the structure check. */
export const anyCell: CellSchema = (kind, description, extra) => {
  const isData = kind === 'data'
  const properties: ParamsSchema = {
    use: { ...text, ...(isData && absent), description: 'The plugin: its id, an npm package and export, or a path.', examples: [] },
    with: { type: 'object', ...absent, description: 'Parameters of the plugin.' },
    note,
    ...extra,
  }
  const full: ParamSchema = { type: 'object', properties, description }
  return { anyOf: [text, full], description }
}

/** The structure of a page, plugins aside. */
export const structure: ParamSchema = pageSchema(anyCell)
