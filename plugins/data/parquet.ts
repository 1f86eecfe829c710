import { readParquet } from 'daybook/frame'
import { defineData } from 'daybook/plugin'

/** Rows of a Parquet file. */
export default defineData({
  id: 'parquet',
  version: 1,
  summary: 'Rows of a Parquet file.',
  description:
    'Columns keep the type that the file says: whole numbers, floats and decimals are numbers, dates and timestamps dates (UTC), booleans ' +
    'booleans; texts are categories where few are distinct. Lists, structs and times of day are refused, as are whole numbers beyond 2^53. ' +
    'Read by DuckDB on one thread, in the order of the file.',
  inputs: 'none',
  params: {
    path: {
      type: 'string',
      minLength: 1,
      location: true,
      description: 'The file, relative to the folder of the page or absolute. Links are followed.',
      examples: ['data/loans.parquet'],
    },
  },
  read: ({ path }) => readParquet(path),
})
