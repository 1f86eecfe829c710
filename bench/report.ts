import { LOAD_LIMIT, type Measured } from './measure.ts'

/** A table of results: one quantity a line, one column a contender. The first contender is ours. */
export interface ResultTable {
  readonly title: string
  readonly contenders: readonly string[]
  /** What `compared` of the lines is. Default: ours to theirs. */
  readonly comparing?: string
  readonly lines: readonly Line[]
  readonly notes?: readonly string[]
}

export interface Line {
  readonly what: string
  readonly values: readonly string[]
  /** What is held against the bar. */
  readonly compared?: string
  readonly bar?: string
  readonly kept?: boolean
  /** Other programs kept more than half a core busy meanwhile. */
  readonly loaded?: boolean
}

export type Print = (table: ResultTable) => void

/** Names of contenders with their versions; one that is not installed stays a column, so that tables keep their form. */
export function namesOf(measured: readonly (Measured | undefined)[], names: readonly string[]): string[] {
  return names.map((name, i) => {
    const one = measured[i]
    return one === undefined ? `${name} (absent)` : one.version === '' ? name : `${name} ${one.version}`
  })
}

export interface Comparison {
  readonly what: string
  readonly measured: readonly (Measured | undefined)[]
  readonly value: (measured: Measured) => number
  readonly show: (measured: Measured) => string
  readonly bar?: number
}

/** Ours as a multiple of the least that a peer has: time, memory. */
export function ratioLine({ what, measured, value, show, bar }: Comparison): Line {
  const [own, others] = sides(measured, value)
  const ratio = own / Math.min(...others)
  return line(what, measured, show, others.length === 0 ? undefined : ratio.toFixed(2), {
    ...(bar !== undefined && { bar: `<= ${bar.toFixed(2)}`, kept: ratio <= bar }),
  })
}

/** Ours minus the most that a peer has: accuracy, area under the curve. `bar` is how much less ours may be. */
export function shortfallLine({ what, measured, value, show, bar }: Comparison): Line {
  const [own, others] = sides(measured, value)
  const difference = own - Math.max(...others)
  return line(what, measured, show, others.length === 0 ? undefined : signed(difference), {
    ...(bar !== undefined && { bar: `>= -${bar}`, kept: difference >= -bar }),
  })
}

/** How far ours is from the first peer's, on either side. */
export function distanceLine(comparison: Comparison & { readonly relative?: boolean }): Line {
  const { what, measured, value, show, bar, relative = false } = comparison
  const [own, others] = sides(measured, value)
  const [other = Number.NaN] = others
  const distance = relative ? (own - other) / Math.abs(other) : own - other
  const compared = relative ? distance.toExponential(1) : signed(distance)
  return line(what, measured, show, others.length === 0 ? undefined : compared, {
    ...(bar !== undefined && { bar: `within ${bar}`, kept: Math.abs(distance) <= bar }),
  })
}

/** Seconds and CPU seconds, ours as a multiple of the fastest peer's. */
export function timeLine(what: string, measured: readonly (Measured | undefined)[], bar?: number): Line {
  const times = ratioLine({
    what: `${what}: seconds (CPU)`,
    measured,
    value: ({ seconds }) => seconds,
    show: secondsOf,
    ...(bar !== undefined && { bar }),
  })
  return { ...times, loaded: measured.some((one) => one?.loaded === true) }
}

export function memoryLine(what: string, measured: readonly (Measured | undefined)[], bar?: number): Line {
  return ratioLine({
    what: `${what}: peak memory, MiB`,
    measured,
    value: ({ peakMemory }) => peakMemory,
    show: ({ peakMemory }) => (peakMemory / 2 ** 20).toFixed(0),
    ...(bar !== undefined && { bar }),
  })
}

/** Seconds, and CPU seconds in brackets. */
export function secondsOf({ seconds, cpuSeconds }: Measured): string {
  return `${digits(seconds)} (${digits(cpuSeconds)})`
}

/** Three significant digits. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function sides(measured: readonly (Measured | undefined)[], value: (one: Measured) => number): [number, number[]] {
  const [own, ...others] = measured
  return [own === undefined ? Number.NaN : value(own), others.flatMap((one) => (one === undefined ? [] : value(one)))]
}

function line(
  what: string,
  measured: readonly (Measured | undefined)[],
  show: (one: Measured) => string,
  compared: string | undefined,
  verdict: Pick<Line, 'bar' | 'kept'>,
): Line {
  return {
    what,
    values: measured.map((one) => (one === undefined ? '' : show(one))),
    ...(compared === undefined ? {} : { compared, ...verdict }),
  }
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(4)
  return Number(text) === 0 ? text : `${value < 0 ? '-' : '+'}${text}`
}

/** As text for a terminal, or as Markdown. */
export function render(
  { title, contenders, comparing = 'ours to theirs', lines, notes = [] }: ResultTable,
  markdown: boolean,
): string {
  const barred = lines.some(({ compared }) => compared !== undefined)
  const verdicts = lines.some(({ bar }) => bar !== undefined)
  const head = ['', ...contenders, ...(barred ? [comparing] : []), ...(verdicts ? ['bar', ''] : [])]
  const cells = lines.map(({ what, values, compared = '', bar = '', kept, loaded }) => [
    `${what}${loaded === true ? ' *' : ''}`,
    ...contenders.map((_, i) => values[i] ?? ''),
    ...(barred ? [compared] : []),
    ...(verdicts ? [bar, kept === undefined ? '' : kept ? 'kept' : 'MISSED'] : []),
  ])
  const remarks = lines.some(({ loaded }) => loaded)
    ? [...notes, `\\* other programs used more than ${LOAD_LIMIT} of a core`]
    : notes
  const body = markdown ? markdownRows(head, cells) : textRows(head, cells)
  const tail = remarks.map((note) => (markdown ? `${note}\n` : `  ${note.replace('\\', '')}\n`)).join('')
  return `${markdown ? `### ${title}\n\n` : `${title}\n`}${body}${tail === '' ? '' : markdown ? `\n${tail}` : tail}\n`
}

function markdownRows(head: readonly string[], cells: readonly (readonly string[])[]): string {
  const row = (texts: readonly string[]): string => `| ${texts.join(' | ')} |\n`
  return `${row(head)}|---|${head
    .slice(1)
    .map(() => '---:|')
    .join('')}\n${cells.map(row).join('')}`
}

function textRows(head: readonly string[], cells: readonly (readonly string[])[]): string {
  const widths = head.map((text, i) => Math.max(text.length, ...cells.map((row) => (row[i] ?? '').length)))
  const row = (texts: readonly string[]): string =>
    `  ${texts.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  ')}\n`
  return [head, ...cells].map((texts) => row(texts).replace(/ +\n$/, '\n')).join('')
}
