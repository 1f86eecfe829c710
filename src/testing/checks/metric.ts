import type { JsonObject } from '../../base/json.ts'
import type { MetricInput, Task } from '../../plugin/api.ts'
import { nearlyEqual } from '../example-frame.ts'
import type { Check } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'
import { classesOf, numbers, shuffled } from '../generated.ts'
import type { Subject } from '../subject.ts'

/** Scored rows as plain lists; {@link inputOf} makes a metric's input of them. */
interface Scored {
  readonly task: Task
  readonly y: readonly number[]
  /** A row: the prediction in regression, else one probability a class. */
  readonly predicted: readonly (readonly number[])[]
  readonly weight?: readonly number[]
}

const tolerance = 1e-9

export function metricChecks(subject: Subject<'metric'>): Check[] {
  const { plugin } = subject
  const params = subject.generalParams ?? subject.fill(plugin.example?.params ?? {})
  const tasks = (plugin.tasks as readonly Task[]).filter((task) => task !== 'clustering')
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
          const perfect = scored.y.map((truth) =>
            scored.task === 'regression' ? [truth] : classesOf(scored.task).map((_, code) => (code === truth ? 1 : 0)),
          )
          const [best, some] = [await of({ ...scored, predicted: perfect }), await of(scored)]
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

/** Sixty rows whose predictions are right more often than not. */
function generatedScores(task: Task): Scored {
  const { next } = numbers(`scores ${task}`)
  const classes = classesOf(task).length
  const y = Array.from({ length: 60 }, (_, row) =>
    task === 'regression' ? Math.fround(1 + row / 10 + next()) : row % classes,
  )
  const predicted = y.map((truth) => {
    if (task === 'regression') return [truth + next() - 0.5]
    const raw = Array.from({ length: classes }, (_, code) => 0.05 + next() + (code === truth ? 0.4 : 0))
    const sum = raw.reduce((a, b) => a + b, 0)
    return raw.map((value) => value / sum)
  })
  return { task, y, predicted }
}

function takeRows({ task, y, predicted }: Scored, rows: readonly number[]): Scored {
  return {
    task,
    y: rows.map((row) => y[row] as number),
    predicted: rows.map((row) => predicted[row] as readonly number[]),
  }
}

function inputOf({ task, y, predicted, weight }: Scored): MetricInput {
  const common = {
    task,
    rows: y.length,
    classes: classesOf(task),
    ...(weight ? { weight: Float64Array.from(weight) } : {}),
  }
  if (task === 'regression')
    return {
      ...common,
      y: Float32Array.from(y),
      values: Float64Array.from(predicted.flat()),
      order: () => new Uint32Array(),
    }
  const ofPositive = Float64Array.from(predicted, (row) => row[1] as number)
  const probabilities = Float64Array.from(predicted.flat())
  const order = ascending(ofPositive)
  return {
    ...common,
    y: Int32Array.from(y),
    probabilities,
    scores: task === 'multiclass' ? probabilities : ofPositive,
    labels: Int32Array.from(predicted, (row) => row.indexOf(Math.max(...row))),
    order: () => order,
  }
}

type Example = NonNullable<Subject<'metric'>['plugin']['example']>

function exampleInput({ task, y, scores, probabilities, labels, values }: Example): MetricInput {
  const classCount = Math.max(
    probabilities?.[0]?.length ?? 2,
    ...y.map((code) => (task === 'regression' ? 0 : code + 1)),
  )
  const positive = scores ?? probabilities?.map((row) => row[1] as number)
  const given = {
    ...((scores ?? probabilities)
      ? { scores: Float64Array.from(scores ?? (task === 'binary' ? (positive ?? []) : (probabilities ?? []).flat())) }
      : {}),
    ...(probabilities ? { probabilities: Float64Array.from(probabilities.flat()) } : {}),
    ...(labels ? { labels: Int32Array.from(labels) } : {}),
    ...(values ? { values: Float64Array.from(values) } : {}),
  }
  return {
    task,
    rows: y.length,
    classes: task === 'regression' ? [] : Array.from({ length: classCount }, (_, code) => `class${code}`),
    y: task === 'regression' ? Float32Array.from(y) : Int32Array.from(y),
    ...given,
    order: () => ascending(Float64Array.from(positive ?? [])),
  }
}

function ascending(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b)
}
