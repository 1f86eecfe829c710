// Our side of a table: a process that does one job and prints one line of JSON.
import { createHash } from 'node:crypto'
import { KernelPool, scoringKernels, trainingKernels } from 'daybook/kernels'
import type { State } from 'daybook/plugin'
import { encodeState } from '../src/plugin/codec.ts'
import { fillParams } from '../src/plugin/fill-params.ts'
import { type FileArray, readData, writeArrays } from './array-file.ts'
import type { BenchData } from './data.ts'
import type { Job, JobAnswer } from './job.ts'
import { builtIn, featuresOf, fitPlugin, trainingData } from './plugin-fit.ts'
import { cpuSeconds, peakMemory } from './usage.ts'

const job = JSON.parse(process.argv[2] ?? '{}') as Job
const data = readData(job.data)
const algorithm = job.algorithm ?? ''
const { answer, outcome } = job.time === 'fit' ? await fit(data) : await score(data)
writeArrays(job.out, { header: {}, arrays: outcome })
process.stdout.write(`${JSON.stringify(answer)}\n`)

interface Done {
  readonly answer: JobAnswer
  readonly outcome: Record<string, FileArray>
}

async function fit({ train, test, features }: BenchData): Promise<Done> {
  const rows = trainingData(train, features)
  const { value: state, answer } = await timed(() => fitPlugin({ ...job, algorithm }, rows))
  const scores = await predict(state, featuresOf(test, features))
  return { answer: { ...answer, digest: digestOf(state) }, outcome: { scores, ...machineOf(state, features) } }
}

async function score({ train, test, features }: BenchData): Promise<Done> {
  const state = await fitPlugin({ ...job, algorithm }, trainingData(train, features))
  const X = featuresOf(test, features)
  const { value: scores, answer } = await timed(() => predict(state, X))
  return { answer: { ...answer, digest: digestOf(state) }, outcome: { scores } }
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; answer: JobAnswer }> {
  const [before, began] = [cpuSeconds(), performance.now()]
  const value = await work()
  const seconds = (performance.now() - began) / 1e3
  const cpu = cpuSeconds()
  const answer = { seconds, cpuSeconds: cpu - before, processCpuSeconds: cpu, peakMemory: peakMemory(), version: '' }
  return { value, answer }
}

/** Scores of the positive class. */
async function predict(state: State, X: ReturnType<typeof featuresOf>): Promise<Float64Array> {
  const plugin = await builtIn('algorithm', algorithm)
  const params = fillParams(plugin.params, job.params as never)
  const { threads } = job
  const kernels = threads === 1 ? scoringKernels() : trainingKernels({ pool: new KernelPool(), threads }) // as the engine does
  const out = plugin.predict(state, X, { params, kernels })
  return out.length === X.rows ? out : out.filter((_, at) => at % 2 === 1)
}

/** What objectives are computed from: coefficients of a linear model, or support vectors f32 [vectors, features] and theirs. */
function machineOf(state: State, features: number): Record<string, FileArray> {
  const { coefficients, intercepts, decisions } = state as unknown as StateOfMachines
  if (coefficients instanceof Float64Array && intercepts instanceof Float64Array) return { coefficients, intercepts }
  if (decisions?.vectors === undefined) return {}
  const count = decisions.coefficients.length
  const vectors = new Float32Array(count * features)
  // Stored in tiles of 16 vectors, feature by feature.
  for (let at = 0; at < vectors.length; at++) {
    const [vector, f] = [Math.floor(at / features), at % features]
    vectors[at] = decisions.vectors[((vector >> 4) * features + f) * 16 + (vector & 15)] as number
  }
  return { coefficients: decisions.coefficients, vectors }
}

interface StateOfMachines {
  readonly coefficients?: unknown
  readonly intercepts?: unknown
  readonly decisions?: { readonly coefficients: Float64Array; readonly vectors?: Float32Array }
}

function digestOf(state: State): string {
  return createHash('sha256').update(encodeState(state)).digest('hex')
}
