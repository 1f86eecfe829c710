import { MISSING_TEXTS, readCsv, readDataFile } from 'daybook/frame'
import { defineData } from 'daybook/plugin'

/** Rows of a CSV file. */
export default defineData({
  id: 'csv',
  version: 1,
  summary: 'Rows of a CSV file, also gzipped.',
  description:
    'Reads RFC 4180: quoted fields may hold the delimiter, line ends and doubled quotes. Types are inferred over all rows and printed; ' +
    'what the page declares under `columns` is enforced. Rows of unequal length, an open quote, names that stand twice and bytes ' +
    'that are not in the encoding are errors that name the line.',
  inputs: 'none',
  params: {
    path: {
      type: 'string',
      minLength: 1,
      location: true,
      description: 'The file, relative to the folder of the page or absolute. Links are followed, gzip is unpacked.',
      examples: ['data/loans.csv'],
    },
    delimiter: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 1,
      default: ',',
      description:
        'The character between fields. null takes the one of `,` `;` tab and `|` that the first line holds most of.',
      examples: [';'],
    },
    header: {
      type: 'boolean',
      default: true,
      description: 'Does the first line name the columns? If not they are c1, c2 and so on.',
    },
    encoding: {
      enum: ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'latin1'],
      default: 'utf-8',
      description: 'What the text is written in. A byte order mark is taken off.',
    },
    decimal: { enum: ['.', ','], default: '.', description: 'The decimal mark of numbers.' },
    thousands: {
      enum: ['', ',', '.', ' ', "'"],
      default: '',
      description: 'The mark between groups of three digits; empty for none.',
    },
    missing: {
      type: 'array',
      items: { type: 'string' },
      uniqueItems: true,
      default: [...MISSING_TEXTS],
      description:
        'Texts that stand for missing in every column. For one column alone: `columns: { name: { missing: { values: ["-9"] } } }`.',
      examples: [['', 'n/a', '-']],
    },
  },
  async read({ path, ...options }) {
    return readCsv(await readDataFile(path), options, fileName(path))
  },
  example: {
    params: { path: 'loans.csv' },
    files: { 'loans.csv': 'loanId,amount,purpose\nL1,1200,car\nL2,NA,"repairs, roof"\n' },
    gives: [
      { loanId: 'L1', amount: '1200', purpose: 'car' },
      { loanId: 'L2', amount: null, purpose: 'repairs, roof' },
    ],
  },
})

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) as string
}
