import type { DaybookError, Place } from './errors.ts'

/** Widest piece of a source line that a code frame shows. */
const frameWidth = 110

/**
 * An error as people read it: place, code and message, then the line with what is wrong underlined and what to do.
 *
 *     pipelines/loan.yaml:24:13 SPEC_UNKNOWN_PARAM  `maxDeph` is not a parameter of gradient-boosting
 *       24 |     with: { maxDeph: 5 }
 *          |             ^^^^^^^      did you mean `maxDepth`?
 *
 * One error alone; who has one that stands for several prints each of `error.all`.
 */
export function formatError(error: DaybookError): string {
  const { at, hint, cell } = error
  const title = `${error.code}  ${error.message}${at === undefined && cell !== undefined ? ` (cell ${cell})` : ''}`
  if (at === undefined) return hint === undefined ? title : `${title}\n  ${hint}`
  const head = `${at.file}:${at.line}:${at.col} ${title}`
  if (at.text === undefined) return hint === undefined ? head : `${head}\n  ${hint}`
  return `${head}\n${codeFrame(at, at.text, hint)}`
}

function codeFrame(at: Place, text: string, hint: string | undefined): string {
  const number = String(at.line)
  const from = at.col + 20 > frameWidth ? at.col - 21 : 0
  const cut = text.slice(from, from + frameWidth)
  const shown = `${from > 0 ? '…' : ''}${visible(cut)}${from + frameWidth < text.length ? '…' : ''}`
  const start = at.col - 1 - from
  const lead = ' '.repeat((from > 0 ? 1 : 0) + columns(cut.slice(0, start)))
  const carets = '^'.repeat(Math.max(1, columns(cut.slice(start, Math.max(at.endCol - 1 - from, start)))))
  const gutter = ' '.repeat(number.length)
  const underline = `  ${gutter} | ${lead}${carets}`
  if (hint === undefined) return `  ${number} | ${shown}\n${underline}`
  const fits = hint.length + underline.length < frameWidth
  return `  ${number} | ${shown}\n${underline}${fits ? `  ${hint}` : `\n  ${gutter}   ${hint}`}`
}

/** Tabs and control characters as one visible character each, so that the carets stand under what they mean. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/\t/g, '→').replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')
}

/** Characters that a terminal shows for the text, to the extent that it is simple: a pair of surrogates is one. */
function columns(text: string): number {
  return [...text].length
}
