import { fail } from '../base/errors.ts'

const QUOTE = 34
const NEWLINE = 10
const RETURN = 13

/** Takes what the splitter finds: fields in order, then the end of their record. */
export interface RecordSink {
  field(text: string): void
  /** `line`: where the record starts, from 1. */
  end(line: number): void
}

/**
 * Splits CSV text (RFC 4180) into fields. Quoted fields may hold delimiters, line ends and doubled quotes; a quote inside
 * an unquoted field stands for itself. Lines end with LF or CRLF. An empty line is a record of one empty field, the end of
 * the last line is no record.
 *
 * @throws DaybookError DATA_UNCLOSED_QUOTE (names the line where it opens), DATA_BAD_QUOTE (text after a closing quote)
 */
export function splitRecords(text: string, delimiter: string, file: string, sink: RecordSink): void {
  const separator = delimiter.charCodeAt(0)
  const length = text.length
  let at = 0
  let line = 1
  while (at < length) {
    const startLine = line
    for (;;) {
      if (at < length && text.charCodeAt(at) === QUOTE) {
        const openedAt = line
        let value = ''
        let from = ++at
        for (;;) {
          const close = text.indexOf('"', from)
          if (close < 0) throw fail('DATA_UNCLOSED_QUOTE', { file, line: openedAt })
          value += text.slice(from, close)
          at = close + 1
          if (text.charCodeAt(at) !== QUOTE) break
          value += '"'
          from = at + 1
        }
        line += countNewlines(value)
        if (text.charCodeAt(at) === RETURN && (at + 1 === length || text.charCodeAt(at + 1) === NEWLINE)) at++
        const next = at < length ? text.charCodeAt(at) : NEWLINE
        if (next !== separator && next !== NEWLINE) {
          throw fail('DATA_BAD_QUOTE', { file, line, found: JSON.stringify(text.slice(at, at + 10)) })
        }
        sink.field(value)
      } else {
        const start = at
        let code = NEWLINE
        while (at < length) {
          code = text.charCodeAt(at)
          if (code === separator || code === NEWLINE) break
          at++
        }
        const returned = (at === length || code === NEWLINE) && at > start && text.charCodeAt(at - 1) === RETURN
        sink.field(text.slice(start, returned ? at - 1 : at))
      }
      if (at < length && text.charCodeAt(at) === separator) {
        at++
        continue
      }
      at++ // the end of the line
      line++
      break
    }
    sink.end(startLine)
  }
}

function countNewlines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}
