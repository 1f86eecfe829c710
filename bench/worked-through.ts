// Trains one algorithm over and over in one process, and prints what it saw as one line of JSON.
import { KernelPool } from 'daybook/kernels'
import { makeData } from './data.ts'
import { boundOptimizer, builtIn, type FitTask, fitPlugin, trainingData } from './plugin-fit.ts'
import { residentMemory } from './usage.ts'

/** What is asked of the program. */
export interface Worked {
  readonly algorithm: string
  readonly rows: number
  readonly features: number
  readonly params: Readonly<Record<string, unknown>>
  readonly threads: number
  /** `cancel`: each training is cancelled, after these milliseconds. `repeat`: so many trainings to the end. */
  readonly cancel?: readonly number[]
  readonly repeat?: number
}

export interface WorkedAnswer {
  /** Milliseconds from each cancel to the end of the training; null for a training that was over before. */
  readonly delays: readonly (number | null)[]
  /** Resident bytes after each training. */
  readonly resident: readonly number[]
}

const {
  algorithm,
  rows,
  features,
  params,
  threads,
  cancel = [],
  repeat = 0,
} = JSON.parse(process.argv[2] ?? '{}') as Worked
const plugin = await builtIn('algorithm', algorithm)
const task = (['binary', 'regression', 'clustering', 'anomaly'] as const).find((one) => plugin.tasks.includes(one))
const data = {
  ...trainingData(makeData({ form: 'dense', rows, test: 0, features }).train, features, task as FitTask),
  ...(plugin.optimizer === true && { optimizer: await boundOptimizer(plugin.defaultOptimizer ?? 'adam') }),
}
const pool = new KernelPool()

const delays: (number | null)[] = []
for (const milliseconds of cancel) {
  const controller = new AbortController()
  const due = performance.now() + milliseconds
  // A timer that is due while the thread works fires at the next turn: that wait is part of the delay.
  const timer = setTimeout(() => controller.abort(), milliseconds)
  const ended = await fitPlugin({ algorithm, params, threads, pool, signal: controller.signal }, data).then(
    () => false,
    (thrown: unknown) => {
      if (thrown instanceof Error && thrown.name === 'AbortError') return true
      throw thrown
    },
  )
  clearTimeout(timer)
  delays.push(ended ? performance.now() - due : null)
}

const resident: number[] = []
for (let training = 0; training < repeat; training++) {
  await fitPlugin({ algorithm, params, threads, pool }, data)
  resident.push(residentMemory())
}
process.stdout.write(`${JSON.stringify({ delays, resident } satisfies WorkedAnswer)}\n`)
