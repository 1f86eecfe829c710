import { table } from './code.ts'

/** Codes of the store: objects, cells, records, ledger. */
export const storeCodes = table({
  STORE_OBJECT_MISSING: {
    message: 'object {digest} is not in the store',
    hint: 'Run the page again: what is missing is made anew.',
    exit: 1,
  },
  STORE_OBJECT_CORRUPT: {
    message: 'object {digest} does not hold the bytes that its name says',
    hint: 'The file was changed or the disk is failing. Run the page again: it is made anew.',
    exit: 1,
  },
  STORE_UNWRITABLE: {
    message: '{path} cannot be written: {reason}',
    hint: 'Make room or mend the permissions, or name another store with `--store`.',
    exit: 1,
  },
  STORE_UNREADABLE: {
    message: '{path} cannot be read: {reason}',
    hint: 'Mend the permissions, or name another store with `--store`.',
    exit: 1,
  },
  STORE_NEWER: {
    message: 'the store {folder} has format {format}, this Daybook knows {known}',
    hint: 'Use the newer Daybook that wrote it.',
    exit: 1,
  },
  STORE_NO_RUN: { message: 'there is no run `{run}` in {folder}', exit: 2 },
  STORE_NO_GOOD_RUN: {
    message: 'no run of {pipeline} ended well',
    hint: 'Name a run by its id: `daybook ls` lists them.',
    exit: 2,
  },
  STORE_AMBIGUOUS_RUN: { message: '`{run}` fits {count} runs', hint: 'Type more of the id.', exit: 2 },
  STORE_RUN_CORRUPT: {
    message: 'the record of run {run} cannot be read: {reason}',
    hint: 'It was changed or damaged. Its ledger entry still holds the digest of what it was.',
    exit: 1,
  },
  STORE_ABSENT: {
    message: 'there is no store in {folder}',
    hint: 'Run a page, or name its store with `--store`.',
    exit: 2,
  },
  STORE_BUSY: {
    message: '{run} is under way (process {pid} on {host})',
    hint: 'Wait until it has ended, then try again. If it was killed on another machine, remove its file in `leases/` of the store.',
    exit: 1,
  },
  STORE_DAMAGED: { message: 'the store is damaged: {reason}', hint: '`daybook fsck` says what is wrong.', exit: 1 },
  STORE_CELL_DAMAGED: {
    message: 'the cache entry {key} does not hold what its digest says',
    hint: 'Nothing is lost: the next run makes the cell anew.',
    exit: 1,
  },
  STORE_DRAWING_DAMAGED: {
    message: 'the drawing {key} does not hold what its digest says',
    hint: 'Nothing is lost: the next report draws it anew.',
    exit: 1,
  },
  STORE_INDEX_DAMAGED: {
    message: 'the copy {name} of a part of the ledger does not hold what the ledger does',
    hint: 'Nothing is lost: it is made anew. Someone may have changed it so that lists show what is not so.',
    exit: 1,
  },
  STORE_NOT_FORGOTTEN: {
    message: '{path} was to be removed on {at} and is still there',
    hint: 'Run `daybook forget` again with the same words: it finishes what was interrupted.',
    exit: 1,
  },
  STORE_NO_INPUT: {
    message: 'no run of the store in {folder} read an input with digest {digest}',
    hint: '`daybook show RUN --json` names the inputs of a run.',
    exit: 2,
  },
  STORE_FILE_CHANGED: {
    message: '{path} is not the file that was written',
    hint: 'Bring it back from a copy of the store.',
    exit: 1,
  },
  STORE_FILE_MISSING: { message: '{path} is gone', hint: 'Bring it back from a copy of the store.', exit: 1 },
  STORE_FILE_STRANGE: {
    message: '{path} was put there by nobody that the record knows',
    hint: 'Remove it, or find out who put it beside the target’s files.',
    exit: 1,
  },
  STORE_LEDGER_DAMAGED: {
    message: 'entry {number} of the ledger is damaged: {reason}',
    hint: 'Bring it back from a copy of the store: the entries after it hold its digest.',
    exit: 1,
  },
})
