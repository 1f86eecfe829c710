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
    hint: 'Set DAYBOOK_KEY_PASSPHRASE.',
    exit: 2,
  },
  SIGN_NO_KEY: { message: 'there is no key to sign with', hint: 'Name one by `--key FILE` or DAYBOOK_KEY.', exit: 2 },
  SIGN_KEY_EXISTS: {
    message: '{file} is there already',
    hint: 'A key is never overwritten: name another file.',
    exit: 2,
  },
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
})
