import type { JsonObject } from '../base/json.ts'
import { observedSchema } from './observed-schema.ts'
import { closed, count, digest, list, map, number, orNull, text } from './schema-forms.ts'

/** JSON Schema (draft-07) of a run's record, `run.json`, described field by field. */
export function recordSchema(): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Record of a run of Daybook',
    ...closed(
      'What went into a run, what happened and what came out. `digest` proves `result`; the ledger holds the SHA-256 of the whole file.',
      {
        format: { const: 1, description: 'Version of this form.' },
        id: text('Sorts by time: `20261122-051233-9f03ab`, in UTC.', '^\\d{8}-\\d{6}-[0-9a-f]{6}$'),
        pipeline: text('Name of the page.'),
        status: { enum: ['ok', 'failed', 'gateFailed', 'interrupted'], description: 'How the run ended.' },
        digest: digest('SHA-256 of the canonical JSON (RFC 8785) of `result`.'),
        result: result(),
        deploy: list('Targets of deployment, in order. Not in `result`: another target changes no digest.', cell()),
        approvals: list(
          'What the page demands before anything is deployed, as it stood when the run asked; absent where it demands nothing.',
          closed('An approval.', {
            role: text('Role that gives it.'),
            keys: orNull(
              list(
                'Ids of the keys that may give it; null for any.',
                text('Id of a key, or its file where that is gone.'),
              ),
            ),
            by: orNull(digest('Id of the key that gave it; null, as what follows, while it is waited for.')),
            run: orNull(text('The run of equal result that was approved.')),
            statement: orNull(digest('SHA-256 of the signed statement, which lies with that run.')),
            note: orNull({ type: 'string', description: 'What was looked at.' }),
            at: orNull(text('When, by its own word.')),
          }),
        ),
        page: closed('The page as it was, with notes and targets.', {
          text: text('Its text.'),
          digest: digest('SHA-256 of the text as UTF-8.'),
        }),
        overrides: list(
          'What `--set` changed, in order.',
          closed('One change.', {
            path: text('Dotted path in the page.'),
            value: { description: 'The value set: any JSON.' },
          }),
        ),
        error: orNull(
          closed(
            'What ended the run early; null where nothing did.',
            {
              code: text('Stable code.'),
              message: text('What happened.'),
              hint: text('What to do.'),
              cell: text('Cell that it happened in.'),
            },
            ['hint', 'cell'],
          ),
        ),
        warnings: list(
          'What the cells warned of, in their order: cells taken from the cache too.',
          closed('A warning.', {
            cell: text('Cell that warned.'),
            code: text('Code of the warning.'),
            message: text('What was found.'),
            silenced: { type: 'boolean', description: 'Does the page say that it is known and accepted?' },
          }),
        ),
        observed: observedSchema(),
        previous: orNull(digest('`digest` of the run of this page before; null for the first.')),
      },
      ['approvals'],
    ),
  }
}

function result(): JsonObject {
  return closed('The same bytes on any machine for equal page, data, plugin versions and seed.', {
    page: {
      type: 'object',
      description: 'The resolved page: every default printed, without notes, targets, locations and secrets.',
      required: ['daybook', 'name', 'seed', 'data', 'algorithm'],
      properties: {
        daybook: { const: 1 },
        name: { type: 'string' },
        seed: { type: 'integer', description: 'Seed of every random stream.' },
        data: { type: 'object' },
        algorithm: { type: 'object' },
      },
    },
    inputs: list(
      'Sources, in order.',
      closed('What a source gave.', {
        cell: text('Id of the source.'),
        digest: digest('SHA-256 of its file, of the digests of its files, or where it reads none of its rows.'),
        rows: count('Rows read.'),
        columns: count('Columns read.'),
        schema: list('Columns as they were read, with control totals.', column()),
      }),
    ),
    split: closed('Which rows train, validate and test.', {
      assignment: {
        type: 'string',
        pattern: '^([0-9a-f]{64})?$',
        description: 'Object of the split; empty where the run did not come to it.',
      },
      rows: map('Rows by part.', count('Rows.')),
      keys: map('By part: SHA-256 of the canonical JSON of the sorted row keys.', digest('SHA-256.')),
    }),
    folds: list(
      'Folds of cross-validation.',
      closed('One fold.', {
        fold: { type: 'integer', minimum: 1, description: 'Number of the fold.' },
        trained: digest('Of the keys of the rows that it is trained on.'),
        scored: digest('Of the keys of the rows that it scores.'),
      }),
    ),
    cells: list('Cells, in order, but those of deployment.', cell()),
    metrics: orNull(metrics()),
    gates: list(
      'Gates of the page, as far as the run came.',
      closed(
        'A gate.',
        {
          metric: text('Metric.'),
          on: { enum: ['test', 'folds'], description: 'Test rows, or the mean of the folds.' },
          value: orNull(number('Value; null where it is not defined.')),
          passed: { type: 'boolean', description: 'Was it passed?' },
          atLeast: number('Least value that passes.'),
          atMost: number('Largest value that passes.'),
        },
        ['atLeast', 'atMost'],
      ),
    ),
    model: orNull(
      closed('The model; null where the run made none.', {
        digest: digest('SHA-256 of its manifest.'),
        algorithm: text('Plugin that was fitted.'),
        task: {
          enum: ['binary', 'multiclass', 'regression', 'clustering', 'anomaly'],
          description: 'What it answers.',
        },
        features: count('Features that reach the algorithm.'),
      }),
    ),
  })
}

function cell(): JsonObject {
  return closed(
    'A cell: what it took and gave.',
    {
      id: text('Id of the cell.'),
      plugin: text('Plugin and version.'),
      output: orNull(digest('Object that it is known by; null where it gave none.')),
      inputs: map('Objects of other cells that it took; absent where it gave nothing.', digest('SHA-256.')),
      rows: digest(
        'Of a fitted cell: of the keys of the rows that it saw, equal to `split.keys.train` or to its fold.',
      ),
    },
    ['inputs', 'rows'],
  )
}

function column(): JsonObject {
  return closed(
    'A column, with totals to reconcile it with the books that it came from. The order of rows does not matter.',
    {
      name: text('Name.'),
      type: { enum: ['number', 'category', 'text', 'date', 'boolean', 'sparse'], description: 'Declared or inferred.' },
      count: count('Values that are there.'),
      missing: count('Values that are missing.'),
      total: orNull(number('Numbers: the double nearest to the true sum; null where no double holds it.')),
      distinct: count('Categories, booleans and texts: values that differ.'),
      first: text('Dates: the first, ISO 8601 in UTC.'),
      last: text('Dates: the last.'),
    },
    ['total', 'distinct', 'first', 'last'],
  )
}

function metrics(): JsonObject {
  const value = orNull(number('Value; null where it is not defined.'))
  return closed(
    'Metrics by plugin id; null where the run did not come to them.',
    {
      rows: closed(
        'Rows that each was measured on.',
        {
          train: count('Training rows.'),
          validation: count('Validation rows.'),
          test: count('Test rows.'),
          folds: list('Rows scored by each fold.', count('Rows.')),
        },
        ['validation', 'folds'],
      ),
      train: map('On the training rows.', value),
      validation: map('On the validation rows.', value),
      test: map('On the test rows.', value),
      folds: map(
        'On the rows that each fold left out.',
        closed('Over the folds.', {
          values: list('One a fold.', value),
          mean: value,
          sd: value,
        }),
      ),
      intervals: map(
        'Bootstrap percentile intervals on the test rows.',
        closed('An interval.', {
          low: number('Lower end.'),
          high: number('Upper end.'),
          level: number('Coverage.'),
          resamples: count('Resamples on which the metric was defined.'),
        }),
      ),
    },
    ['rows', 'validation', 'folds', 'intervals'],
  )
}
