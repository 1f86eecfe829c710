import { table } from './code.ts'

/** Codes of documents that are sent elsewhere. */
export const reportCodes = table({
  POST_BAD_URL: {
    message: 'the events cannot be sent there: {reason}',
    hint: 'Name the whole address, such as `https://lineage.example.org/api/v1/lineage`.',
    exit: 2,
  },
  POST_BAD_TOKEN: {
    message: 'DAYBOOK_OPENLINEAGE_TOKEN holds what no header can carry',
    hint: 'A token is of visible ASCII characters, without spaces and line ends.',
    exit: 2,
  },
  POST_REFUSED: {
    message: '{url} answered {status} to event {event} of {events}{said}',
    hint: 'Look at the collector’s address, its token (DAYBOOK_OPENLINEAGE_TOKEN) and its own log.',
    exit: 1,
  },
  POST_FAILED: {
    message: '{url} took no event: {reason}',
    hint: 'Nothing was lost: `daybook document` writes the same events again.',
    exit: 1,
  },
})
