import { stripVTControlCharacters, styleText } from 'node:util'
import type { Json } from '../base/json.ts'

/** Where a command's words go: results to stdout, everything else to stderr. */
export interface Terminal {
  readonly json: boolean
  readonly quiet: boolean
  /** Is stderr a terminal that may be redrawn? */
  readonly live: boolean
  /** A line of the result. Not printed under `--json`, where `envelope` is the only output. */
  result(line?: string): void
  /** A line of progress or advice, on stderr. Not printed under `--quiet`. */
  message(line?: string): void
  /** An error or warning, on stderr. Printed always, but not under `--json`. */
  problem(line: string): void
  /** The one JSON document of `--json`. */
  envelope(value: Json): void
  /** Colours a piece of a result, where stdout is a terminal that wants it. */
  paint(style: Style, text: string): string
  /** Colours a piece of a message, where stderr is one. */
  paintMessage(style: Style, text: string): string
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

export interface TerminalOptions {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
}

export function openTerminal(options: TerminalOptions): Terminal {
  const json = options.json === true
  const quiet = options.quiet === true
  const plain = process.env.TERM === 'dumb' || json
  const painter = (stream: { readonly isTTY?: boolean }) => {
    const colour = stream.isTTY === true && !process.env.NO_COLOR && !plain
    return (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text)
  }
  return {
    json,
    quiet,
    live: process.stderr.isTTY === true && !process.env.CI && !plain && !quiet,
    result: (line = '') => {
      if (!json) process.stdout.write(`${line}\n`)
    },
    message: (line = '') => {
      if (!json && !quiet) process.stderr.write(`${line}\n`)
    },
    problem: (line) => {
      if (!json) process.stderr.write(`${line}\n`)
    },
    envelope: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    paint: painter(process.stdout),
    paintMessage: painter(process.stderr),
  }
}

/** Rows of text as aligned columns; columns of numbers to the right. */
export function alignColumns(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, text] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, shownWidth(text))
  }
  const pad = (text: string, i: number) => ' '.repeat((widths[i] as number) - shownWidth(text))
  return rows.map((row) =>
    row
      .map((text, i) => (right.has(i) ? pad(text, i) + text : text + pad(text, i)))
      .join('  ')
      .trimEnd(),
  )
}

/** Text from data as a terminal may show it: control and formatting characters, which could redraw the line, are replaced. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd')
}

/** Characters that the text takes on a terminal, to the extent that it is simple. */
function shownWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length
}

/** A metric for people: four significant digits, no exponent where it can be helped. */
export function formatMetric(value: number | null): string {
  if (value === null) return 'n/a'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e7 || size < 1e-4) return value.toExponential(3)
  return size >= 1000 ? value.toFixed(0) : value.toPrecision(4)
}

/** A duration for people: `840 ms`, `4.2 s`, `3 min 20 s`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
