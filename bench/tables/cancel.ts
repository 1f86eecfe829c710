import { ask } from '../contenders.ts'
import { type BenchTable, countOf } from '../table.ts'
import type { Worked, WorkedAnswer } from '../worked-through.ts'
import { largeSizes } from './sizes.ts'

const MOMENTS = [20, 100, 300, 600, 1000, 2000, 3000]
const BAR = 200

export const cancel: BenchTable = {
  name: 'cancel',
  summary: 'the longest time from a cancel to the end of a training',
  minutes: 2,
  async run({ print, only }) {
    const lines = [1, 2].flatMap((threads) =>
      largeSizes(only).map((size) => {
        const { delays } = ask<Worked, WorkedAnswer>('worked-through.js', { ...size, threads, cancel: MOMENTS })
        const arrived = delays.filter((delay) => delay !== null)
        const worst = Math.max(0, ...arrived)
        return {
          what: `${size.name}, ${countOf(size.rows)} x ${size.features}, ${threads === 1 ? '1 thread' : '2 threads'}`,
          values: [`${arrived.length}`, arrived.length === 0 ? '' : `${MOMENTS[delays.indexOf(worst)]} ms`],
          ...(arrived.length > 0 && { compared: worst.toFixed(0), bar: `<= ${BAR}`, kept: worst <= BAR }),
        }
      }),
    )
    print({
      title: 'Cancel: longest time to the end of the training',
      contenders: ['cancels', 'slowest after'],
      comparing: 'ms',
      lines,
      notes: [`Cancelled after ${MOMENTS.join(', ')} ms; what was over by then does not count.`],
    })
  },
}
