import type { Json } from '../base/json.ts'
import type { ParamSchema, ParamsSchema, PluginKind } from '../plugin/api.ts'
import { columns, split, target } from './data-schema.ts'
import { absent, cellName, columnName, columnRole, columnType, defaults, note, text } from './schema-words.ts'

/** Makes the schema of a place that takes a plugin; `extra` are its keys beside `use`, `with`, `id` and `note`. */
export type CellSchema = (kind: PluginKind, description: string, extra: ParamsSchema) => ParamSchema

const cellNames = { type: 'string', pattern: cellName } as const satisfies ParamSchema
const from: ParamSchema = {
  anyOf: [cellNames, { type: 'array', items: cellNames, minItems: 1, uniqueItems: true }],
  ...absent,
  description: 'Cells that it is made of, by their names under `cells:`.',
  examples: [['loans', 'bureau']],
}

const selector: ParamSchema = {
  ...absent,
  description:
    'Which columns the cell takes: names, globs (`*`), or by type and role. Without it: what the plugin takes.',
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
    on: {
      enum: ['test', 'folds'],
      default: defaults.on,
      description: 'The test rows, or the mean of the folds.',
      examples: ['folds'],
    },
    note,
  },
}

const role: ParamSchema = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]{0,63}$',
  description: 'Role of whoever approves: small letters, digits and hyphens.',
  examples: ['validator'],
}

const approval: ParamSchema = {
  anyOf: [
    role,
    {
      type: 'object',
      properties: {
        role,
        keys: {
          type: 'array',
          items: text,
          minItems: 1,
          uniqueItems: true,
          ...absent,
          description:
            'Keys that may give it: their ids, or paths of `.pub` files from the folder of the page. Without it: any key.',
          examples: [['keys/validator.pub']],
        },
        note,
      },
    },
  ],
}

const ignored: ParamSchema = {
  type: 'object',
  properties: {
    warning: {
      type: 'string',
      pattern: '^[A-Z][A-Z0-9_]{0,63}$',
      description: 'Code of the warning.',
      examples: ['LEAK_COLUMN'],
    },
    column: { ...columnName, ...absent, description: 'Only where it speaks of this column.', examples: ['balance'] },
    cell: { ...text, ...absent, description: 'Only where this cell gives it.', examples: ['checks'] },
    reason: {
      ...text,
      description: 'Why it is of no concern: for the report, and for whoever asks later.',
      examples: ['The balance is known when the decision is taken.'],
    },
    note,
  },
}

/** The schema of a page. What stands under `with` is free here: plugins say it. */
export function pageSchema(cell: CellSchema): ParamSchema {
  const id: ParamSchema = {
    type: 'string',
    pattern: cellName,
    ...absent,
    description: 'Name of the cell. Without it: the id of the plugin.',
    examples: ['scale'],
  }
  const list = (description: string, items: ParamSchema, example: Json): ParamSchema => ({
    type: 'array',
    items,
    ...absent,
    description,
    examples: [[example]],
  })
  const free = (description: string, example: string): ParamSchema => ({
    ...text,
    ...absent,
    description,
    examples: [example],
  })
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
        default: defaults.seed,
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
      data: cell('data', 'The rows that the model learns from.', {
        from,
        target,
        key: {
          ...columnName,
          ...absent,
          description: 'Column that names a row: unique, never a feature.',
          examples: ['loanId'],
        },
        columns,
        split,
      }),
      preprocess: list(
        'What is done to the columns before they are learned from, in order.',
        cell('preprocess', 'A transformation of columns.', { id, columns: selector }),
        'one-hot',
      ),
      algorithm: cell('algorithm', 'The plugin that learns.', {}),
      optimizer: {
        ...cell('optimizer', 'What trains the algorithm, for those that are trained by one.', {}),
        ...absent,
      },
      compress: list(
        'What makes the model smaller.',
        cell('compress', 'A way to make the model smaller.', { id }),
        './plugins/round.js',
      ),
      evaluate: {
        type: 'object',
        ...absent,
        description: 'How the model is judged.',
        examples: [{ metrics: ['auc', 'brier'], folds: 5 }],
        properties: {
          metrics: list(
            'Metrics, in the order of the report. Without it: all that fit.',
            cell('metric', 'A metric.', { id }),
            'auc',
          ),
          folds: {
            type: 'integer',
            minimum: 0,
            maximum: 100,
            default: defaults.folds,
            description: 'Folds of cross-validation over the training rows.',
            examples: [5],
          },
          resamples: {
            type: 'integer',
            minimum: 0,
            maximum: 100_000,
            default: defaults.resamples,
            description: 'Bootstrap resamples of the test rows for intervals; 0 for none.',
            examples: [1000],
          },
          note,
        },
      },
      gates: list('What the model must reach. A gate that fails ends the run with exit 3.', gate, {
        metric: 'auc',
        atLeast: 0.75,
      }),
      approvals: list(
        'Who must approve the result, each by a key of their own, before anything is deployed or served.',
        approval,
        'validator',
      ),
      ignore: list(
        'Warnings that are of no concern here, each with its reason. They are recorded as silenced.',
        ignored,
        {
          warning: 'LEAK_COLUMN',
          column: 'balance',
          reason: 'The balance is known when the decision is taken.',
        },
      ),
      deploy: list('What is made of the model.', cell('deploy', 'A target.', { id }), 'serve'),
    },
  }
}

/** The schema of cells where any plugin may stand, for the structure check. */
export const anyCell: CellSchema = (kind, description, extra) => {
  const isData = kind === 'data'
  const properties: ParamsSchema = {
    use: {
      ...text,
      ...(isData && absent),
      description: 'The plugin: its id, an npm package and export, or a path.',
      examples: [],
    },
    with: { type: 'object', ...absent, description: 'Parameters of the plugin.' },
    note,
    ...extra,
  }
  const full: ParamSchema = { type: 'object', properties, description }
  return { anyOf: [text, full], description }
}

/** The structure of a page, plugins aside. */
export const structure: ParamSchema = pageSchema(anyCell)
