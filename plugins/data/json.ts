import { readDataFile, readJson } from 'daybook/frame'
import { defineData } from 'daybook/plugin'

/** Rows of a JSON or JSONL file. */
export default defineData({
  id: 'json',
  version: 1,
  summary: 'Rows of a JSON file (an array of objects) or a JSONL file (an object a line), also gzipped.',
  description:
    'The content says which of the two it is. Keys are columns, in the order in which they turn up; null or no key is missing. Numbers, booleans ' +
    'and texts keep their type, texts that are all ISO 8601 are dates. A column of mixed types, lists or objects is an error that names the row.',
  inputs: 'none',
  params: {
    path: {
      type: 'string',
      minLength: 1,
      location: true,
      description: 'The file, relative to the folder of the page or absolute. Links are followed, gzip is unpacked.',
      examples: ['data/loans.jsonl'],
    },
  },
  async read({ path }) {
    return readJson(await readDataFile(path), path.split(/[\\/]/).at(-1) as string)
  },
  example: {
    params: { path: 'loans.jsonl' },
    files: { 'loans.jsonl': '{"loanId":"L1","amount":1200,"owner":true}\n{"loanId":"L2","amount":null}\n' },
    gives: [
      { loanId: 'L1', amount: 1200, owner: true },
      { loanId: 'L2', amount: null, owner: null },
    ],
  },
})
