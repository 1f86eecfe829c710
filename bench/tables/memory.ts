import { ask } from '../contenders.ts'
import { type BenchTable, countOf } from '../table.ts'
import type { Worked, WorkedAnswer } from '../worked-through.ts'
import { largeSizes } from './sizes.ts'

const TRAININGS = 20
/** What the collector lets pile up before it runs. */
const BAR = 96
const MIB = 2 ** 20

/** Fewer rows, rounds and epochs: what counts is that memory comes back, not how long it was used. */
const short: Readonly<Record<string, object>> = {
  'gradient-boosting': { trees: 10 },
  logistic: { maxIterations: 20 },
  'neural-network': { epochs: 1 },
  'random-forest': { trees: 5 },
}

export const memory: BenchTable = {
  name: 'memory',
  summary: 'resident memory over 20 trainings in one process',
  minutes: 3,
  async run({ print, only }) {
    const lines = largeSizes(only).map((size) => {
      const rows = Math.min(size.rows, size.name === 'svm, rbf' ? 5000 : 100_000)
      const params = { ...size.params, ...short[size.algorithm] }
      const { resident } = ask<Worked, WorkedAnswer>('worked-through.js', {
        ...size,
        rows,
        params,
        threads: 2,
        repeat: TRAININGS,
      })
      // Memory comes back in bursts, when the collector runs: so the most of ten trainings is held against the most of ten.
      const half = TRAININGS / 2
      const [early, late] = [Math.max(...resident.slice(0, half)), Math.max(...resident.slice(half))]
      const growth = (late - early) / MIB
      return {
        what: `${size.name}, ${countOf(rows)} x ${size.features}`,
        values: [resident[0] ?? 0, early, late, resident.at(-1) ?? 0].map((bytes) => (bytes / MIB).toFixed(0)),
        compared: growth.toFixed(0),
        bar: `<= ${BAR}`,
        kept: growth <= BAR,
      }
    })
    print({
      title: `Resident memory over ${TRAININGS} trainings in one process, 2 threads, MiB`,
      contenders: ['after the first', 'most of the first ten', 'most of the others', 'after the last'],
      comparing: 'growth',
      lines,
    })
  },
}
