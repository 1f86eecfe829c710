import { table } from './code.ts'

/** Codes of the store: objects, cells, records, ledger. */
export const storeCodes = table({
  STORE_OBJECT_MISSING: { message: 'object {digest} is not in the store', exit: 1 },
  STORE_OBJECT_CORRUPT: { message: 'object {digest} does not hold the bytes that its name says', exit: 1 },
})
