import { table } from './code.ts'

/** Codes of planning and running. */
export const runCodes = table({
  RUN_INTERRUPTED: { message: 'the run was interrupted', hint: 'Run the page again: finished cells are kept.', exit: 130 },
  RUN_GATE_FAILED: { message: '{metric} is {value}, the gate asks for {bound}', exit: 3 },
})
