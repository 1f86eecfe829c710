import type { DateColumn, NumberColumn } from 'daybook/frame'
import { definePreprocess, fail, type OnnxGraph, type OnnxTensor } from 'daybook/plugin'
import { type CivilDate, civilFromDays, daysFromCivil } from './date-parts/civil.ts'
import { writeCivil } from './date-parts/onnx.ts'
import { placesOf } from './places.ts'
import { presentSorted } from './quantile.ts'

const dayMs = 86_400_000

const parts = ['year', 'quarter', 'month', 'dayOfMonth', 'dayOfYear', 'dayOfWeek', 'hour', 'daysSince'] as const

/** Splits a date into numbers that an algorithm can use. */
export default definePreprocess({
  id: 'date-parts',
  version: 1,
  summary: 'Splits a date into numbers: `name:year`, `name:month`, `name:dayOfWeek`, days since a reference and more.',
  description:
    'All parts are those of the Gregorian calendar in UTC. `dayOfWeek` is 1 for Monday to 7 for Sunday; `daysSince` counts whole and broken days ' +
    'since `since`, below zero before it. A missing date has missing parts.',
  takes: ['date'],
  missing: 'allow',
  params: {
    parts: {
      type: 'array',
      items: { enum: parts, description: 'A part of the date.' },
      minItems: 1,
      uniqueItems: true,
      default: ['year', 'month', 'dayOfWeek', 'daysSince'],
      description: 'The parts that come out, in this order.',
    },
    since: {
      type: ['string', 'null'],
      pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
      default: null,
      examples: ['2020-01-01'],
      description:
        'Date that `daysSince` counts from, as YYYY-MM-DD. Null: the earliest one of the training rows, column by column.',
    },
  },
  output(columns, params) {
    if (params.since !== null) momentOf(params.since)
    return columns.flatMap(({ name, missing }) =>
      params.parts.map((part) => ({ name: `${name}:${part}`, type: 'number' as const, missing })),
    )
  },
  fit({ frame }, { since }) {
    const dates = frame.columns.filter((column) => column.type === 'date')
    const reference = (column: DateColumn): number =>
      since === null ? (presentSorted(column)[0] as number) : momentOf(since)
    return { columns: frame.names, since: Float64Array.from(dates, reference) }
  },
  apply({ columns, since }, frame, { params }) {
    const place = placesOf(columns)
    return frame.columns
      .filter((column) => column.type === 'date')
      .flatMap((column) => split(column, params.parts, since[place(column.name)] as number))
  },
  onnx({ columns, since }, taken, graph, { params }) {
    const place = placesOf(columns)
    return taken.flatMap(({ name, tensor }) => {
      const partAs = writtenParts(graph, tensor, since[place(name)] as number)
      return params.parts.map((part) => ({ name: `${name}:${part}`, type: 'number' as const, tensor: partAs(part) }))
    })
  },
  example: {
    params: { parts: ['year', 'month', 'dayOfWeek', 'daysSince'] },
    fit: { opened: ['2024-02-01', '2024-02-29'] },
    given: { opened: ['2024-02-29', null] },
    gives: {
      'opened:year': [2024, null],
      'opened:month': [2, null],
      'opened:dayOfWeek': [4, null],
      'opened:daysSince': [28, null],
    },
  },
})

/** Midnight of a date such as `2020-01-31`. @throws DaybookError PARAM_CONFLICT where there is no such day */
function momentOf(date: string): number {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number]
  const days = daysFromCivil(year, month, day)
  if (Number.isNaN(days))
    throw fail('PARAM_CONFLICT', { param: 'since', value: date, expected: 'a day of the calendar' })
  return days * dayMs
}

type Part = (typeof parts)[number]

const partOf: Readonly<Record<Part, (moment: number, civil: CivilDate, since: number) => number>> = {
  year: (_, { year }) => year,
  quarter: (_, { month }) => Math.ceil(month / 3),
  month: (_, { month }) => month,
  dayOfMonth: (_, { day }) => day,
  dayOfYear: (_, { dayOfYear }) => dayOfYear,
  dayOfWeek: (moment) => ((((Math.floor(moment / dayMs) + 3) % 7) + 7) % 7) + 1, // 1970-01-01 was a Thursday
  hour: (moment) => Math.floor((moment - Math.floor(moment / dayMs) * dayMs) / 3_600_000),
  daysSince: (moment, _, since) => (moment - since) / dayMs,
}

/** {@link partOf} as nodes of an ONNX graph. */
function writtenParts(graph: OnnxGraph, moment: OnnxTensor, since: number): (part: Part) => OnnxTensor {
  const days = graph.node('Floor', [graph.node('Div', [moment, dayMs])])
  const civil = writeCivil(graph, days)
  const write: Readonly<Record<Part, () => OnnxTensor>> = {
    year: () => civil.year,
    quarter: () => graph.node('Ceil', [graph.node('Div', [civil.month, 3])]),
    month: () => civil.month,
    dayOfMonth: () => civil.day,
    dayOfYear: () => civil.dayOfYear,
    dayOfWeek() {
      const shifted = graph.node('Add', [days, 3])
      const weeks = graph.node('Floor', [graph.node('Div', [shifted, 7])])
      return graph.node('Add', [graph.node('Sub', [shifted, graph.node('Mul', [weeks, 7])]), 1])
    },
    hour() {
      const inDay = graph.node('Sub', [moment, graph.node('Mul', [days, dayMs])])
      return graph.node('Floor', [graph.node('Div', [inDay, 3_600_000])])
    },
    daysSince: () => graph.node('Div', [graph.node('Sub', [moment, since]), dayMs]),
  }
  return (part) => write[part]()
}

function split(column: DateColumn, chosen: readonly Part[], since: number): NumberColumn[] {
  const { values } = column
  const numbers = chosen.map(() => new Float64Array(values.length).fill(Number.NaN))
  for (let row = 0; row < values.length; row++) {
    const moment = values[row] as number
    if (Number.isNaN(moment)) continue
    const civil = civilFromDays(Math.floor(moment / dayMs))
    for (const [i, part] of chosen.entries()) (numbers[i] as Float64Array)[row] = partOf[part](moment, civil, since)
  }
  return chosen.map((part, i) => ({
    type: 'number',
    name: `${column.name}:${part}`,
    values: numbers[i] as Float64Array,
  }))
}
