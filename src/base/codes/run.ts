import { table } from './code.ts'

/** Codes of planning and running. */
export const runCodes = table({
  PLAN_FILE_UNREADABLE: { message: '{file} cannot be read: {reason}', exit: 2 },
  LOCK_ABSENT: {
    message: 'there is no lock {file}',
    hint: 'Run the page with `--update-lock` and commit what it writes.',
    exit: 2,
  },
  LOCK_UNREADABLE: { message: 'the lock {file} cannot be read: {reason}', exit: 2 },
  LOCK_MOVED: {
    message: '{what} is not as the lock says: {locked} there, {now} here',
    hint: 'Bring back what the lock stands for, or run with `--update-lock` if the change is meant.',
    exit: 2,
  },
  LOCK_OVERRIDDEN: {
    message: 'a lock stands for the page as it is written, not for one changed by `--set`',
    hint: 'Write the change into the page, then run with `--update-lock`.',
    exit: 2,
  },
  RUN_NO_CELL: { message: 'run {run} has no cell `{cell}`', exit: 2 },
  RUN_INTERRUPTED: {
    message: 'the run was interrupted',
    hint: 'Run the page again: finished cells are kept.',
    exit: 130,
  },
  RUN_PLUGIN_FAILED: {
    message: 'plugin {plugin} failed: {reason}',
    hint: 'The fault is in the plugin, or in what it was given: its author needs the page and this message.',
    exit: 1,
  },
  RUN_WORKER_LOST: {
    message: 'the worker that ran plugin {plugin} ended: {reason}',
    hint: 'A plugin that ends the process or takes all memory ends its worker. Finished cells are kept.',
    exit: 1,
  },
  RUN_TASK_TOO_LARGE: {
    message: 'the task has {bytes} bytes, the limit is {limit}',
    hint: 'Declare fewer columns and levels on the page.',
    exit: 2,
  },
  RUN_NO_ROWS: {
    message: 'the split leaves no {part} rows',
    hint: 'Change the shares of `split`, or bring more rows.',
    exit: 1,
  },
  RUN_BAD_SPLIT_VALUE: {
    message: 'row {row}: column `{column}`, which splits the rows, holds {value}, expected {expected}',
    exit: 1,
  },
  RUN_TOO_FEW_GROUPS: { message: 'column `{column}` has {groups} groups, {needed} are needed', exit: 1 },
  RUN_BAD_KEY: {
    message: 'row {row}: key `{column}` is {reason}',
    hint: 'A key names one row: make it unique, or drop `key`.',
    exit: 1,
  },
  RUN_BAD_WEIGHT: { message: 'row {row}: weight `{column}` is {value}, expected a number of at least 0', exit: 1 },
  RUN_UNKNOWN_CLASS: { message: '`classWeight` names class `{class}`, there are {classes}', exit: 1 },
  RUN_RANDOM_UNDECLARED: {
    message: 'plugin {plugin} asks for random numbers and does not declare `random: true`',
    hint: 'Declare it: the id of the cell then joins its key.',
    exit: 1,
  },
  RUN_BAD_PATH: { message: 'target {plugin} writes to `{path}`, which is no relative path inside its folder', exit: 1 },
  RUN_INPUT_CHANGED: {
    message: 'the file of `{param}` changed while it was read',
    hint: 'Run the page again once the file is whole.',
    exit: 1,
  },
  RUN_NO_MODEL: {
    message: 'run {run} made no model: it is {status}',
    hint: 'Name a run that trained one: `daybook ls` lists them.',
    exit: 2,
  },
  RUN_GATE_FAILED: { message: '{metric} is {value}, the gate asks for {bound}', exit: 3 },
})
