import type { JsonObject } from '../../base/json.ts'
import { type Column, Frame, hasMissing } from '../../frame/index.ts'
import type { PreprocessInput, State, Task } from '../../plugin/api.ts'
import { frameOf, nearlyEqual, plainValues } from '../example-frame.ts'
import type { Check } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'
import { classesOf, generatedFrame, shuffled, targetOf } from '../generated.ts'
import type { Subject } from '../subject.ts'
import { sameBytes, sameWhenStored } from './fitted.ts'

/** One data set to fit on, and rows to apply the state to. */
export interface PreprocessCase {
  readonly name: string
  readonly params: JsonObject
  readonly input: PreprocessInput
  readonly given: Frame
}

export function preprocessChecks(subject: Subject<'preprocess'>): Check[] {
  const { plugin } = subject
  const cases = preprocessCases(subject)
  const untouched = cases.map(({ input, given }) => fingerprint([input, given]))
  const fit = async ({ params, input }: PreprocessCase, how?: { threads?: number; memory?: 0 | 1 }): Promise<State> =>
    subject.call('fit', () => plugin.fit(input, params, subject.context(params, how)))
  const apply = async ({ params }: PreprocessCase, state: State, frame: Frame, kernels?: 'training'): Promise<Frame> =>
    new Frame(
      frame.rows,
      await subject.call('apply', () => plugin.apply(state, frame, subject.scoringContext(params, kernels))),
    )

  return [
    {
      name: 'example is true',
      async *run() {
        const { example } = plugin
        const [one] = cases
        if (example === undefined || one === undefined) return yield 'there is no `example`'
        const out = await apply(one, await fit(one), one.given)
        const expected = Object.keys(example.gives)
        if (out.names.join() !== expected.join())
          return yield `columns ${out.names.join(', ')} come out, the example says ${expected.join(', ')}`
        for (const column of out.columns) {
          const values = plainValues(column, out.rows)
          const said = example.gives[column.name] ?? []
          if (!nearlyEqual(values, said, 1e-9))
            yield `\`${column.name}\` is ${JSON.stringify(values)}, the example says ${JSON.stringify(said)}`
        }
      },
    },
    sameBytes(cases, fit),
    sameWhenStored(cases, fit, (one, state, kernels) => apply(one, state, one.given, kernels), {
      name: 'a stored state does as the fresh one, and kernels for training as those for scoring',
      stored: 'after the codec, apply gives other columns',
      training: 'the kernels for training give other columns than those for scoring',
    }),
    {
      name: 'what comes out is what output says',
      async *run() {
        for (const one of cases) {
          const state = await fit(one)
          for (const frame of [one.input.frame, one.given, one.given.take(new Uint32Array())])
            yield* outputFaults(one, frame, await apply(one, state, frame), subject)
        }
      },
    },
    {
      name: 'apply goes row by row: batch size and row order change nothing',
      async *run() {
        for (const one of cases) {
          const state = await fit(one)
          const { rows } = one.given
          const whole = await apply(one, state, one.given)
          for (const picked of [shuffled(rows), [0], [rows - 1]].map((list) => Uint32Array.from(list))) {
            const parts = await apply(one, state, one.given.take(picked))
            if (fingerprint(parts) !== fingerprint(whole.take(picked)))
              yield `${one.name}: ${picked.length} of ${rows} rows come out otherwise than among all`
          }
        }
      },
    },
    {
      name: 'inputs and state are not changed',
      async *run() {
        for (const [i, one] of cases.entries()) {
          const state = await fit(one)
          const stateBefore = fingerprint(state)
          await apply(one, state, one.given)
          if (untouched[i] !== fingerprint([one.input, one.given]))
            yield `${one.name}: a hook changed the data that it was given`
          if (stateBefore !== fingerprint(state)) yield `${one.name}: apply changed the state`
        }
      },
    },
    {
      name: 'columns with attributes take no other value',
      async *run() {
        if (plugin.attributes === undefined) return
        for (const one of cases) {
          const state = await fit(one)
          const named = await subject.call('attributes', () => plugin.attributes?.(state))
          for (const column of (await apply(one, state, one.given)).columns) {
            const values = named?.get(column.name)?.map(({ value }) => value)
            if (values === undefined || column.type !== 'number') continue
            const other = column.values.find((value) => !values.includes(value))
            if (other !== undefined) yield `${one.name}: \`${column.name}\` is ${other}, which no attribute is`
          }
        }
      },
    },
    {
      name: 'order is kept where it is promised',
      async *run() {
        if (plugin.keepsOrder !== true) return
        for (const one of cases) {
          const out = await apply(one, await fit(one), one.given)
          for (const column of one.given.columns)
            if (breaksOrder(column, out.get(column.name), 1))
              yield `${one.name}: \`${column.name}\` falls where it rose`
        }
      },
    },
    {
      name: 'promises are obeyed where it says so',
      async *run() {
        if (plugin.monotone === undefined) return
        for (const one of cases) {
          for (const promise of [1, -1] as const) {
            const promises = new Map(one.input.frame.names.map((name) => [name, promise]))
            const promised = { ...one, input: { ...one.input, promises } }
            const out = await apply(promised, await fit(promised), one.given)
            const sign = plugin.monotone === 'increasing' ? promise : -promise
            for (const column of one.given.columns)
              if (breaksOrder(column, out.get(column.name), sign))
                yield `${one.name}: \`${column.name}\` goes against a promise of ${promise}`
          }
        }
      },
    },
  ]
}

/** The example first, then generated frames with every type that the plugin takes, one a task where it sees the target. */
export function preprocessCases(subject: Subject<'preprocess'>): PreprocessCase[] {
  const { plugin } = subject
  const cases: PreprocessCase[] = []
  const { example } = plugin
  if (example !== undefined) {
    const frame = frameOf(example.fit, plugin.takes)
    const y = example.y
    const task: Task = y?.every((value: number) => value === 0 || value === 1) === false ? 'regression' : 'binary'
    const target =
      y === undefined || plugin.uses === undefined
        ? {}
        : { y: task === 'binary' ? Int32Array.from(y) : Float32Array.from(y) }
    cases.push({
      name: 'example',
      params: subject.fill(example.params),
      input: { frame, task, classes: classesOf(task), ...target },
      given: frameOf(example.given, plugin.takes, frame),
    })
  }
  const params = subject.generalParams
  if (params === undefined) return cases
  const every: readonly Task[] = plugin.uses === 'target' ? ['binary', 'multiclass', 'regression'] : ['binary']
  const tasks = plugin.tasks === undefined ? every : every.filter((task) => plugin.tasks?.includes(task))
  const holes = plugin.missing === 'allow'
  for (const task of tasks) {
    const frame = generatedFrame(plugin.takes, 60, `fit ${task}`, { holes })
    const given = generatedFrame(plugin.takes, 40, `apply ${task}`, { holes, unseen: true })
    const score = Array.from({ length: 60 }, (_, row) => (row * 37) % 61)
    const target = plugin.uses === 'target' ? { y: targetOf(task, score) } : {}
    cases.push({
      name: `generated data, ${task}`,
      params,
      input: { frame, task, classes: classesOf(task), ...target },
      given,
    })
  }
  return cases
}

function* outputFaults(
  one: PreprocessCase,
  frame: Frame,
  out: Frame,
  { plugin }: Subject<'preprocess'>,
): Generator<string> {
  const said = plugin.output(
    one.input.frame
      .info()
      .map((info, i) => ({ ...info, missing: info.missing || hasMissing(frame.columns[i] as Column) })),
    one.params,
  )
  const written = said.map(({ name, type }) => `${name}: ${type}`).join(', ')
  const seen = out.columns.map(({ name, type }) => `${name}: ${type}`).join(', ')
  if (written !== seen) return yield `${one.name}: output says { ${written} }, apply gives { ${seen} }`
  for (const [i, column] of out.columns.entries()) {
    const length = column.type === 'sparse' ? column.starts.length - 1 : column.values.length
    if (length !== frame.rows) yield `${one.name}: \`${column.name}\` has ${length} rows of ${frame.rows}`
    else if (hasMissing(column) && said[i]?.missing === false)
      yield `${one.name}: \`${column.name}\` has missing values, output says that it has none`
  }
}

/** Does a number fall (under sign -1: rise) somewhere while its value before rises? */
function breaksOrder(before: Column, after: Column | undefined, sign: number): boolean {
  if (before.type !== 'number' || after?.type !== 'number') return false
  const rows = [...before.values.keys()].filter((row) => !Number.isNaN(before.values[row]))
  rows.sort((a, b) => (before.values[a] as number) - (before.values[b] as number))
  const value = (row: number | undefined): number => sign * (after.values[row as number] as number)
  return rows.some((row, i) => i > 0 && value(row) < value(rows[i - 1]))
}
