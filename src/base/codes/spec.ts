import { table } from './code.ts'

/** Codes of the page: its text, its structure, its params, and the page against what plugins declare. */
export const specCodes = table({
  SPEC_UNKNOWN_KEY: { message: '`{key}` is not a key of {section}', exit: 2 },
  SPEC_UNKNOWN_PARAM: { message: '`{param}` is not a parameter of {plugin}', exit: 2 },
})
