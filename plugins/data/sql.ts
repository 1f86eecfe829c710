import { queryFrames } from 'daybook/frame'
import { defineData } from 'daybook/plugin'

/** Rows that a query makes of other cells' rows. */
export default defineData({
  id: 'sql',
  version: 1,
  summary: 'One SELECT over other cells, run by the embedded DuckDB.',
  description:
    'Each cell named by `from` is a table of that name. The rows come in a total order: by `orderBy`, then by all other columns from left to right, ' +
    'so that equal data gives equal rows. One thread, no files, no network; functions whose result does not follow from the rows (`random`, ' +
    '`now`, `uuid`, sampling) are refused. Sums of floats and `exp` or `log` are DuckDB’s own: the record names its version.',
  inputs: 'some',
  params: {
    query: {
      type: 'string',
      minLength: 1,
      description: 'One SELECT statement in DuckDB’s SQL.',
      examples: ['SELECT l.*, b.score FROM loans l LEFT JOIN bureau b USING (customer)'],
    },
    orderBy: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      default: [],
      description:
        'Columns of the result that its rows are ordered by, ascending, missing values last; the others follow from left to right.',
      examples: [['loanId']],
    },
  },
  read: ({ query, orderBy }, ctx) => queryFrames(ctx.inputs, { query, orderBy }),
})
