import { table } from './code.ts'

/** Codes of the HTTP server. */
export const serveCodes = table({
  SERVE_BAD_REQUEST: { message: '{reason}', exit: 1, http: 400 },
})
