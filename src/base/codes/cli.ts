import { table } from './code.ts'

/** Codes of the command line. */
export const cliCodes = table({
  CLI_USAGE: { message: '{reason}', exit: 2 },
  CLI_CANCELLED: { message: 'it was cancelled', hint: 'Nothing was written.', exit: 130 },
})
