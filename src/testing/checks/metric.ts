import type { JsonObject } from '../../base/json.ts'
import type { MetricInput, Task } from '../../plugin/api.ts'
import { nearlyEqual } from '../example-frame.ts'
import type { Check } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'
import { shuffled } from '../generated.ts'
import { exampleInput, generatedScores, inputOf, perfectScores, type Scored, takeRows } from '../scored-rows.ts'
import type { Subject } from '../subject.ts'

const tolerance = 1e-9

export function metricChecks(subject: Subject<'metric'>): Check[] {
  const { plugin } = subject
  const params = subject.generalParams ?? subject.fill(plugin.example?.params ?? {})
  const tasks = plugin.tasks as readonly Task[]
  const compute = async (input: MetricInput, given: JsonObject = params): Promise<number> =>
    subject.call('compute', () => plugin.compute(input, given, subject.scoringContext(given)))
  const of = (scored: Scored): Promise<number> => compute(inputOf(scored))

  return [
    {
      name: 'example is true',
      async *run() {
        const { example } = plugin
        if (example === undefined) return yield 'there is no `example`'
        const got = await compute(exampleInput(example), subject.fill(example.params ?? {}))
        if (!nearlyEqual(got, example.gives, tolerance)) yield `it is ${got}, the example says ${example.gives}`
      },
    },
    {
      name: 'weights of 1 are as no weights',
      async *run() {
        for (const scored of tasks.map(generatedScores)) {
          const [without, withOnes] = [await of(scored), await of({ ...scored, weight: scored.y.map(() => 1) })]
          if (!nearlyEqual(without, withOnes, tolerance))
            yield `${scored.task}: ${withOnes} with weights, ${without} without`
        }
      },
    },
    {
      name: 'a row of weight 2 counts as two rows, one of weight 0 as none',
      async *run() {
        for (const scored of tasks.map(generatedScores)) {
          const weight = scored.y.map((_, row) => row % 3)
          const rows = weight.flatMap((count, row) => Array.from({ length: count }, () => row))
          const [weighted, repeated] = [await of({ ...scored, weight }), await of(takeRows(scored, rows))]
          if (!nearlyEqual(weighted, repeated, tolerance))
            yield `${scored.task}: ${weighted} with weights, ${repeated} with repeated rows`
        }
      },
    },
    {
      name: 'the order of the rows does not matter',
      async *run() {
        for (const scored of tasks.map(generatedScores)) {
          const [one, other] = [await of(scored), await of(takeRows(scored, shuffled(scored.y.length)))]
          if (!nearlyEqual(one, other, tolerance)) yield `${scored.task}: ${other} in another order, ${one} before`
        }
      },
    },
    {
      name: 'perfect predictions are better than others',
      async *run() {
        for (const scored of tasks.map(generatedScores)) {
          const perfect = perfectScores(scored)
          if (perfect === undefined) continue
          const [best, some] = [await of(perfect), await of(scored)]
          if (!(plugin.better === 'higher' ? best >= some : best <= some))
            yield `${scored.task}: ${best} for the truth itself, ${some} for a guess, and ${plugin.better} is better`
        }
      },
    },
    {
      name: 'one class or one row alone gives a number or NaN',
      async *run() {
        for (const scored of tasks.map(generatedScores)) {
          const first = scored.y.flatMap((truth, row) => (truth === scored.y[0] ? [row] : []))
          for (const rows of [first, [0]]) {
            const got = await of(takeRows(scored, rows))
            if (typeof got !== 'number') yield `${scored.task}: ${rows.length} rows of one class give ${got}`
          }
        }
      },
    },
    {
      name: 'inputs are not changed',
      async *run() {
        for (const scored of tasks.map(generatedScores)) {
          const input = inputOf({ ...scored, weight: scored.y.map((_, row) => 1 + (row % 2)) })
          const before = fingerprint([input, input.order()])
          await compute(input)
          if (before !== fingerprint([input, input.order()])) yield `${scored.task}: compute changed its input`
        }
      },
    },
  ]
}
