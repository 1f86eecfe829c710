import { table } from './code.ts'

/** Codes of archives: what a guarded reader refuses, and what does not fit the run that an archive stands for. */
export const archiveCodes = table({
  TAR_BAD_NAME: {
    message: 'the archive has an entry named {name}: {reason}',
    hint: 'Names are relative paths of letters, digits and ._@+- alone. Take the archive from whoever made it, untouched.',
    exit: 4,
  },
  TAR_TWIN_NAME: {
    message: 'the archive has the entries {name} and {other}: on some systems they are one file',
    hint: 'No archive of Daybook has such names. Take it from whoever made it, untouched.',
    exit: 4,
  },
  TAR_NOT_A_FILE: {
    message: 'the entry {name} of the archive is {type}, not a file',
    hint: 'Archives hold files alone: nothing that leads elsewhere.',
    exit: 4,
  },
  TAR_EXTENSION: {
    message: 'the archive has {type} before or at {name}, which could give a file another name',
    hint: 'Pack it again without extension headers.',
    exit: 4,
  },
  TAR_TOO_MANY: {
    message: 'the archive has more than {limit} entries',
    hint: 'If that is meant, raise the limit.',
    exit: 4,
  },
  TAR_TOO_LARGE: {
    message: 'the entry {name} of the archive has {size} bytes, the limit is {limit}',
    hint: 'If that is meant, raise the limit.',
    exit: 4,
  },
  TAR_TOTAL_TOO_LARGE: {
    message: 'the archive unpacks to more than {limit} bytes, at {name}',
    hint: 'If that is meant, raise the limit.',
    exit: 4,
  },
  TAR_BAD_SIZE: {
    message: 'the entry {name} of the archive does not say its size as an octal number',
    hint: 'Take the archive from whoever made it, untouched.',
    exit: 4,
  },
  TAR_TRUNCATED: {
    message: 'the archive ends too early, {where}',
    hint: 'It was cut off on its way: fetch it again.',
    exit: 4,
  },
  TAR_TRAILING: {
    message: 'the archive goes on after its end, behind {name}',
    hint: 'Take the archive from whoever made it, untouched.',
    exit: 4,
  },
  TAR_DAMAGED: {
    message: 'the archive is damaged at {name}: {reason}',
    hint: 'Fetch it again, or take it from whoever made it.',
    exit: 4,
  },
  TAR_GZIP: {
    message: 'the archive is not one whole gzip file: {reason}',
    hint: 'Fetch it again, or take it from whoever made it.',
    exit: 4,
  },
  ARCHIVE_ABSENT: {
    message: 'there is no archive {file}: {reason}',
    hint: '`daybook export RUN --out run.tar` makes one. A run is named without a path.',
    exit: 2,
  },
  ARCHIVE_EXISTS: {
    message: '{file} is there already and is not this archive',
    hint: 'Name another file with `--out`, or remove it.',
    exit: 2,
  },
  ARCHIVE_NO_INPUT: {
    message: 'the inputs of run {run} cannot be put in: {reason}',
    hint: 'Name the folder in which they lie by `--data`, or export without data.',
    exit: 1,
  },
  ARCHIVE_RUN_DAMAGED: {
    message: 'run {run} is damaged, so that no archive is made of it: {reason}',
    hint: '`daybook verify RUN --no-replay` names each file. Objects that are gone are made anew by running the page.',
    exit: 1,
  },
  ARCHIVE_NO_RUN: {
    message: 'the archive holds no run: {reason}',
    hint: 'Make it by `daybook export RUN --out run.tar`.',
    exit: 4,
  },
  ARCHIVE_NEWER: {
    message: 'the archive has format {format}, this Daybook knows {known}',
    hint: 'Use the newer Daybook that wrote it.',
    exit: 2,
  },
  ARCHIVE_FILE_CHANGED: {
    message: '{path} in the archive is not the file that the manifest names',
    hint: 'Take the archive from whoever made it, untouched.',
    exit: 4,
  },
  ARCHIVE_FILE_MISSING: {
    message: '{path} is missing from the archive',
    hint: 'Take the archive from whoever made it, untouched.',
    exit: 4,
  },
  ARCHIVE_FILE_STRANGE: {
    message: '{path} is in the archive, and the run knows nothing of it',
    hint: 'Find out who put it there.',
    exit: 4,
  },
  ARCHIVE_NOT_EXACT: {
    message: 'the archive is not byte for byte what its files make',
    hint: 'Something was changed between its files. Take it from whoever made it, untouched.',
    exit: 4,
  },
  VERIFY_FOREIGN_CODE: {
    message:
      'the page names {use}, which does not come with Daybook, and code that came from elsewhere is not run unasked',
    hint: 'Read it; if you trust it, verify with `--run-code`.',
    exit: 1,
  },
  VERIFY_CLAIM: {
    message: 'the record says of {what} what its own objects do not',
    hint: 'The record was changed after the run.',
    exit: 4,
  },
})
