import { table } from './code.ts'

/** Codes of keys, signatures and what they stand for. */
export const signCodes = table({
  SIGN_BAD_KEY: {
    message: 'the key cannot be used: {reason}',
    hint: 'Make one by `daybook key new`: ECDSA over P-256, as PEM.',
    exit: 2,
  },
  SIGN_PASSPHRASE: {
    message: 'the key is locked by a passphrase, and {reason}',
    hint: 'Set DAYBOOK_KEY_PASSPHRASE; at a terminal it is asked for.',
    exit: 2,
  },
  SIGN_NO_KEY: { message: 'there is no key to sign with', hint: 'Name one by `--key FILE` or DAYBOOK_KEY.', exit: 2 },
  SIGN_KEY_EXISTS: {
    message: '{file} is there already',
    hint: 'A key is never overwritten: name another file.',
    exit: 2,
  },
  SIGN_KEY_UNWRITABLE: { message: 'the key cannot be written to {file}: {reason}', exit: 2 },
  SIGN_BAD_ENVELOPE: { message: 'the signed statement cannot be read: {reason}', exit: 4 },
  SIGN_NOT_BY_KEY: {
    message: 'no signature is by key {key}',
    hint: 'Something was changed after it was signed, or somebody else signed it.',
    exit: 4,
  },
  SIGN_OTHER_RUN: {
    message: 'the statement does not fit run {run}: {reason}',
    hint: 'It was signed for another run, or the run’s files were changed since.',
    exit: 4,
  },
  SIGN_ABSENT: {
    message: 'run {run} carries no attestation by key {key}',
    hint: 'Sign it by `daybook attest RUN --key FILE`.',
    exit: 4,
  },
  SIGN_OWN_RUN: {
    message: 'run {run} was {done} by key {key} already',
    hint: 'Who attests a run does not approve it: another person signs with another key.',
    exit: 2,
  },
  SIGN_NOT_APPROVED: {
    message: 'run {run} waits for approval by {roles}',
    hint: 'Approve it by `daybook approve RUN --role ROLE --key FILE`.',
    exit: 3,
  },
  SIGN_APPROVAL_GONE: {
    message: 'the approval by {role} (run {run}, key {key}) that was relied on does not hold: {reason}',
    hint: 'Bring the statement back from a copy of the store, or approve again and run the page.',
    exit: 4,
  },
  SIGN_BAD_BUNDLE: { message: 'model.sig cannot be read: {reason}', exit: 4 },
  SIGN_BAD_STATEMENT: { message: 'what is signed is no list of files: {reason}', exit: 4 },
  SIGN_BAD_NAME: {
    message: 'the name {file} is refused: it {reason}',
    hint: 'Signed files have relative paths of plain names, no two of which look alike.',
    exit: 4,
  },
  SIGN_NO_FILES: { message: 'there is no file to sign', exit: 2 },
  SIGN_FOLDER: { message: '{folder} cannot be taken: {reason}', hint: 'Name a folder of files.', exit: 2 },
  SIGN_LINK: {
    message: '{file} is no plain file',
    hint: 'A signature stands for files, not for what links lead to: copy it in its place.',
    exit: 4,
  },
  SIGN_FILE_MISSING: { message: '{file} is signed, and it is not there', exit: 4 },
  SIGN_FILE_CHANGED: { message: '{file} is not what was signed', exit: 4 },
  SIGN_FILE_UNSIGNED: {
    message: '{file} is there, and nobody signed it',
    hint: 'Remove it, or sign the folder again if it belongs there.',
    exit: 4,
  },
  RECEIPTS_UNREADABLE: { message: '{file} cannot be read as a file of receipts: {reason}', exit: 4 },
  RECEIPTS_IN_USE: {
    message: 'another server (process {process}) writes its receipts to {file}',
    hint: 'Give each server a file of its own.',
    exit: 1,
  },
  RECEIPTS_NOT_WRITTEN: {
    message: 'the receipts of decisions cannot be written to {file}: {reason}',
    hint: 'No decision is answered without its receipt: make room, then start the server again.',
    exit: 1,
  },
})
