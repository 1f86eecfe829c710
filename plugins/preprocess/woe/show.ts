import type { FitContext, TableCell } from 'daybook/plugin'
import type { ColumnBins } from './column-bins.ts'
import type { Counts, Evidence } from './evidence.ts'

/** Above it a column may know the outcome, below it it says nothing: N. Siddiqi, "Credit Risk Scorecards" (2006). */
const TOO_GOOD = 0.5
const NO_USE = 0.02
/** Most columns whose bins are shown: those of the highest information value. */
const SHOWN = 60

export interface ShownColumn extends ColumnBins {
  readonly name: string
  readonly information: number
}

/** Shows the bins of each column, the most telling first, and warns of columns that tell too much or nothing. */
export function showBins(ctx: FitContext, columns: readonly ShownColumn[], total: Counts, event: string): void {
  const ranked = [...columns.keys()]
    .sort((a, b) => (columns[b] as ShownColumn).information - (columns[a] as ShownColumn).information || a - b)
    .map((i) => columns[i] as ShownColumn)
  const all = total.events + total.others
  ctx.table({
    title: 'Information value',
    columns: ['column', 'information value', 'reading', 'bins', `rate of ${event}`, 'missing'],
    rows: ranked.map(({ name, information, bins, direction, missing }) => [
      name,
      information,
      readingOf(information),
      bins.length,
      direction === 'none' ? '' : direction,
      (missing.events + missing.others) / all,
    ]),
  })
  ctx.figure({
    title: 'Information value',
    description: 'How much the bins of each column tell about the outcome, the most telling column first.',
    spec: {
      data: { values: ranked.slice(0, 30).map(({ name, information }) => ({ column: name, information })) },
      mark: { type: 'bar', tooltip: true },
      encoding: {
        y: { field: 'column', type: 'nominal', sort: null, title: null },
        x: { field: 'information', type: 'quantitative', title: 'information value' },
      },
    },
  })
  for (const column of ranked.slice(0, SHOWN)) {
    const row = (text: string, { events, others, woe, information }: Counts & Evidence): TableCell[] => [
      text,
      events + others,
      (events + others) / all,
      events,
      events + others === 0 ? null : events / (events + others),
      woe,
      information,
    ]
    const { missing } = column
    ctx.table({
      title: column.name,
      columns: ['bin', 'rows', 'share', event, `rate of ${event}`, 'WoE', 'IV'],
      rows: [
        ...column.bins.map((bin) => row(bin.text, bin)),
        ...(missing.events + missing.others > 0 ? [row('missing', missing)] : []),
        ['all', all, 1, total.events, total.events / all, 0, column.information],
      ],
    })
  }
  warnOf(ctx, ranked)
}

function readingOf(information: number): string {
  if (information > TOO_GOOD) return 'too good?'
  if (information >= 0.3) return 'strong'
  if (information >= 0.1) return 'medium'
  return information >= NO_USE ? 'weak' : 'no use'
}

function warnOf(ctx: FitContext, ranked: readonly ShownColumn[]): void {
  const evidence = (columns: readonly ShownColumn[]) =>
    Object.fromEntries(columns.map(({ name, information }) => [name, information]))
  const names = (columns: readonly ShownColumn[]) => columns.map(({ name }) => `\`${name}\``).join(', ')
  const good = ranked.filter(({ information }) => information > TOO_GOOD)
  if (good.length > 0)
    ctx.warn({
      code: 'WOE_TOO_GOOD',
      message:
        `${names(good)}: an information value above ${TOO_GOOD} is rare. ` +
        'Make sure that the values were known when the decision was taken.',
      evidence: evidence(good),
    })
  const useless = ranked.filter(({ information }) => information < NO_USE)
  if (useless.length > 0)
    ctx.warn({
      code: 'WOE_NO_USE',
      message: `${names(useless)}: an information value below ${NO_USE} says next to nothing. Take them out with a \`drop\` cell.`,
      evidence: evidence(useless),
    })
}
