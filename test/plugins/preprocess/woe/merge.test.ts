import fc from 'fast-check'
import t from 'tap'
import { type Counts, Weighing } from '../../../../plugins/preprocess/woe/evidence.ts'
import { type Direction, type Merged, type MergeRules, mergeBins } from '../../../../plugins/preprocess/woe/merge.ts'
import { scoringKernels } from '../../../../src/kernels/index.ts'

const kernels = scoringKernels()

function weighingOf(fine: readonly Counts[]): Weighing {
  const sum = (of: (counts: Counts) => number) => fine.reduce((total, counts) => total + of(counts), 0)
  return new Weighing({ events: sum(({ events }) => events), others: sum(({ others }) => others) }, 1, kernels)
}

/** The bins of merged fine ones. */
function binsOf(fine: readonly Counts[], { starts }: Merged): Counts[] {
  return starts.map((start, i) =>
    fine.slice(start, starts[i + 1]).reduce((sum, { events, others }) => ({
      events: sum.events + events,
      others: sum.others + others,
    })),
  )
}

/** The best information of all ways to part the fine bins: the oracle. */
function bestByTrying(fine: readonly Counts[], rules: MergeRules): number {
  const weighing = weighingOf(fine)
  let best = weighing.of(binsOf(fine, { starts: [0], information: 0 })[0] as Counts).information
  for (let mask = 1; mask < 2 ** (fine.length - 1); mask++) {
    const starts = [0, ...fine.keys()].filter((at, i) => i === 0 || (at > 0 && (mask >> (at - 1)) % 2 === 1))
    const bins = binsOf(fine, { starts, information: 0 })
    if (bins.length > rules.bins || bins.some(({ events, others }) => events + others < rules.least)) continue
    const weighed = bins.map((bin) => weighing.of(bin))
    const rises = weighed.every(({ woe }, i) => i === 0 || woe <= (weighed[i - 1]?.woe as number))
    const falls = weighed.every(({ woe }, i) => i === 0 || woe >= (weighed[i - 1]?.woe as number))
    if ((rules.direction === 'increasing' && !rises) || (rules.direction === 'decreasing' && !falls)) continue
    best = Math.max(
      best,
      weighed.reduce((sum, { information }) => sum + information, 0),
    )
  }
  return best
}

const counts = fc.record({ events: fc.integer({ min: 0, max: 20 }), others: fc.integer({ min: 0, max: 40 }) })
const fineBins = fc
  .array(counts, { minLength: 1, maxLength: 8 })
  .filter((fine) => fine.some(({ events }) => events > 0) && fine.some(({ others }) => others > 0))
const directions: readonly Direction[] = ['increasing', 'decreasing', 'none']

t.test('no other way to merge neighbours tells more', (t) => {
  fc.assert(
    fc.property(
      fineBins,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom(...directions),
      (fine, bins, least, direction) => {
        const rules = { bins, least, direction }
        const merged = mergeBins(fine, weighingOf(fine), rules)
        const best = bestByTrying(fine, rules)
        return Math.abs(merged.information - best) <= 1e-8 * (1 + best)
      },
    ),
    { numRuns: 300 },
  )
  t.end()
})

t.test('the rate goes one way, bins are large enough and not too many', (t) => {
  fc.assert(
    fc.property(
      fc.array(counts, { minLength: 2, maxLength: 40 }).filter((fine) => fine.some(({ events }) => events > 0)),
      fc.constantFrom('increasing' as const, 'decreasing' as const),
      (fine, direction) => {
        const all = [...fine, { events: 1, others: 1 }]
        const weighing = weighingOf(all)
        const least = 0.1 * (weighing.total.events + weighing.total.others)
        const merged = mergeBins(all, weighing, { bins: 6, least, direction })
        const bins = binsOf(all, merged)
        const sign = direction === 'increasing' ? -1 : 1
        const woe = bins.map((bin) => weighing.of(bin).woe)
        return (
          bins.length <= 6 &&
          (bins.length === 1 || bins.every(({ events, others }) => events + others >= least)) &&
          woe.every((value, i) => i === 0 || sign * (value - (woe[i - 1] as number)) >= 0)
        )
      },
    ),
  )
  t.end()
})

t.test('where nothing is gained, fewer bins are better', (t) => {
  const fine = [
    { events: 1, others: 3 },
    { events: 1, others: 3 },
    { events: 3, others: 1 },
  ]
  const weighing = new Weighing({ events: 5, others: 7 }, 1e-6, kernels)
  t.same(mergeBins(fine, weighing, { bins: 3, least: 0, direction: 'increasing' }).starts, [0, 2])
  t.same(
    mergeBins(fine, weighing, { bins: 3, least: 0, direction: 'decreasing' }).starts,
    [0],
    'one bin is always allowed',
  )
  t.end()
})
