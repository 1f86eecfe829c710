import type { OnnxGraph, OnnxTensor } from 'daybook/plugin'
import type { CivilDate } from './civil.ts'

/** The calendar day of days since 1970 as nodes of an ONNX graph: the same whole-number arithmetic, in doubles. */
export function writeCivil(graph: OnnxGraph, days: OnnxTensor): Readonly<Record<keyof CivilDate, OnnxTensor>> {
  const plus = (a: OnnxTensor, b: OnnxTensor | number): OnnxTensor => graph.node('Add', [a, b])
  const minus = (a: OnnxTensor, b: OnnxTensor | number): OnnxTensor => graph.node('Sub', [a, b])
  const times = (a: OnnxTensor, b: number): OnnxTensor => graph.node('Mul', [a, b])
  const whole = (a: OnnxTensor, b: number): OnnxTensor => graph.node('Floor', [graph.node('Div', [a, b])])
  const either = (test: OnnxTensor, yes: OnnxTensor | number, no: OnnxTensor | number): OnnxTensor =>
    graph.node('Where', [test, yes, no], { type: 'double' })
  const atMost3 = (a: OnnxTensor): OnnxTensor => either(graph.node('Greater', [a, 3]), 3, a)
  const isMultiple = (a: OnnxTensor, b: number): OnnxTensor => graph.node('Equal', [times(whole(a, b), b), a])

  const since = plus(days, 719_468)
  const cycle = whole(since, 146_097)
  const inCycle = minus(since, times(cycle, 146_097))
  const centuries = atMost3(whole(inCycle, 36_524))
  const inCentury = minus(inCycle, times(centuries, 36_524))
  const fours = whole(inCentury, 1_461)
  const inFour = minus(inCentury, times(fours, 1_461))
  const years = atMost3(whole(inFour, 365))
  const rest = minus(inFour, times(years, 365))

  const marchMonth = whole(plus(times(rest, 5), 2), 153)
  const day = plus(minus(rest, whole(plus(times(marchMonth, 153), 2), 5)), 1)
  const month = either(graph.node('Less', [marchMonth, 10]), plus(marchMonth, 3), minus(marchMonth, 9))
  const isBefore = graph.node('LessOrEqual', [month, 2])
  const counted = plus(plus(plus(times(cycle, 400), times(centuries, 100)), times(fours, 4)), years)
  const year = plus(counted, graph.cast(isBefore, 'double'))
  const isCentury = isMultiple(year, 100)
  const isLeap = graph.node('And', [
    isMultiple(year, 4),
    graph.node('Or', [graph.node('Not', [isCentury]), isMultiple(year, 400)]),
  ])
  const dayOfYear = either(isBefore, minus(rest, 305), plus(rest, either(isLeap, 61, 60)))
  return { year, month, day, dayOfYear }
}
