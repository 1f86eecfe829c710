import { type FitContext, fail, type TrainingData } from 'daybook/plugin'
import { turnOf as eventTurns } from '../trees/turn.ts'
import { CALIBRATION_FOLDS, PairCalibration } from './calibrate.ts'
import { pairsOf } from './couple.ts'
import { type KernelParams, kernelOf } from './kernel.ts'
import { type Machine, type MachineRules, type Solved, trainMachine } from './machine.ts'
import type { SvmModel } from './model.ts'
import { pairRowsOf } from './pair.ts'
import { classProblem, type Turn, valueProblem } from './problem.ts'
import { countTo, sourceOf } from './rows.ts'
import type { Sigmoid } from './sigmoid.ts'
import { decisionsFrom, rescaled } from './store.ts'
import { inWaves, type Wave } from './wave.ts'

export interface SvmRules extends Omit<MachineRules, 'kernel'>, KernelParams {
  readonly c: number
  readonly epsilon: number
  readonly probability: 'none' | 'sigmoid'
}

/** One decision function's work, as the table tells it. */
export interface Told extends Solved {
  readonly name: string
}

interface Trained {
  readonly model: SvmModel
  readonly told: readonly Told[]
}

/**
 * Trains the machines of a task: one for values or two classes, one a pair of classes for more; and their sigmoids.
 *
 * @throws DaybookError FIT_NO_ROWS, FIT_PARAM (a param, or kernel values, out of reach of the arithmetic)
 */
export async function trainSvm(data: TrainingData, params: SvmRules, ctx: FitContext): Promise<Trained> {
  const { X, weight } = data
  const used = usedRows(X.rows, weight)
  if (used.length === 0)
    throw fail('FIT_NO_ROWS', { reason: X.rows === 0 ? 'the training part is empty' : 'all weights are 0' })
  const rules: MachineRules = { ...params, kernel: await kernelOf(params, X, eventTurns(ctx)) }
  return data.task === 'regression'
    ? trainValues(data, used, params, rules, ctx)
    : trainClasses(data, used, params, rules, ctx)
}

async function trainValues(
  data: TrainingData,
  used: Uint32Array,
  { c, epsilon }: SvmRules,
  rules: MachineRules,
  ctx: FitContext,
): Promise<Trained> {
  const { X, y } = data
  const weights = weightsOf(data, used)
  const { mean, scale } = momentsOf(y, used, weights)
  const targets = new Float64Array(used.length)
  for (let k = 0; k < used.length; k++) targets[k] = ((y[used[k] as number] as number) - mean) / scale
  const problem = valueProblem(sourceOf(X, used), targets, weights, c, epsilon)
  const turnOf = turnsOf(ctx, 1)
  const machines: Machine[] = []
  const job = async (wave: Wave): Promise<void> => {
    machines.push(await trainMachine(ctx.kernels, wave, problem, rules, turnOf(0)))
  }
  await inWaves(ctx.kernels, [job], 1)
  const decisions = rescaled(decisionsFrom(machines, [used], rules.kernel, X), mean, scale)
  const told = machines.map(({ solved }) => ({ name: 'values', ...solved }))
  return { model: { decisions, classes: 0, sigmoids: new Float64Array(0) }, told }
}

async function trainClasses(
  data: TrainingData,
  used: Uint32Array,
  params: SvmRules,
  rules: MachineRules,
  ctx: FitContext,
): Promise<Trained> {
  const { kernels } = ctx
  const { X, y } = data
  const classes = data.task === 'binary' ? 2 : data.classes.length
  const rowsOf = rowsByClass(used, y, classes)
  warnOfAbsent(ctx, rowsOf, data.classes)
  const pairs = pairsOf(classes)
  const parts = params.probability === 'sigmoid' ? CALIBRATION_FOLDS + 1 : 1
  const turnOf = turnsOf(ctx, pairs.length * parts)
  const machines: Machine[] = []
  const sigmoids: Sigmoid[] = []
  const jobs: ((wave: Wave) => Promise<void>)[] = []
  for (const [p, [first, second]] of pairs.entries()) {
    const rowsOfPair = () => pairRowsOf(data, rowsOf[first] as Uint32Array, rowsOf[second] as Uint32Array)
    jobs.push(async (wave) => {
      const turn = turnOf(p * parts)
      await turn(0, 'rows')
      const { source, codes, weights } = rowsOfPair()
      machines[p] = await trainMachine(kernels, wave, classProblem(source, codes, weights, params.c), rules, turn)
    })
    if (parts === 1) continue
    const calibration = new PairCalibration(kernels, rules, params.c, rowsOfPair, () =>
      ctx.random(`calibration ${first}-${second}`),
    )
    for (let fold = 0; fold < CALIBRATION_FOLDS; fold++) {
      jobs.push(async (wave) => {
        const sigmoid = await calibration.fold(fold, wave, turnOf(p * parts + 1 + fold))
        if (sigmoid !== undefined) sigmoids[p] = sigmoid
      })
    }
  }
  // A linear machine shares its own passes out, over rows that it holds a copy of: one at a time.
  await inWaves(kernels, jobs, rules.kernel.kind === 'linear' ? 1 : kernels.threads)
  const decisions = decisionsFrom(machines, rowsOf, rules.kernel, X)
  const nameOf = ([first, second]: readonly [number, number]): string =>
    classes === 2 ? 'classes' : `${data.classes[first]} or ${data.classes[second]}`
  return {
    model: { decisions, classes, sigmoids: Float64Array.from(sigmoids.flatMap(({ a, b }) => [a, b])) },
    told: pairs.map((pair, p) => ({ name: nameOf(pair), ...(machines[p] as Machine).solved })),
  }
}

/** Rows that count for something, ascending. */
function usedRows(rows: number, weight: Float32Array | undefined): Uint32Array {
  const used = countTo(rows)
  if (weight === undefined) return used
  let count = 0
  for (let row = 0; row < rows; row++) if ((weight[row] as number) > 0) used[count++] = row
  return used.slice(0, count)
}

/** Rows of each class, ascending. */
function rowsByClass(used: Uint32Array, y: ArrayLike<number>, classes: number): Uint32Array[] {
  const counts = new Uint32Array(classes)
  for (let k = 0; k < used.length; k++) {
    const code = y[used[k] as number] as number
    counts[code] = (counts[code] as number) + 1
  }
  const rowsOf = Array.from(counts, (count) => new Uint32Array(count))
  counts.fill(0)
  for (let k = 0; k < used.length; k++) {
    const row = used[k] as number
    const code = y[row] as number
    const own = rowsOf[code] as Uint32Array
    const at = counts[code] as number
    own[at] = row
    counts[code] = at + 1
  }
  return rowsOf
}

/**
 * Turns of `parts` parts of the work. Each tells the share of the work that is done, then gives the event loop a turn, and
 * ends the work if a cancel came.
 */
function turnsOf(ctx: FitContext, parts: number): (part: number) => Turn {
  const shares = new Float64Array(parts)
  const eventTurn = eventTurns(ctx)
  let told = 0
  return (part) => async (share, note) => {
    shares[part] = Math.max(shares[part] as number, share)
    told = Math.max(told, Math.floor((1000 * shares.reduce((sum, one) => sum + one, 0)) / parts))
    ctx.progress(told, 1000, note)
    await eventTurn()
  }
}

function warnOfAbsent(ctx: FitContext, rowsOf: readonly Uint32Array[], classes: readonly string[]): void {
  const absent = classes.filter((_, code) => rowsOf[code]?.length === 0)
  if (absent.length > 0)
    ctx.warn({
      code: 'CLASS_WITHOUT_ROWS',
      message: `No training row is ${absent.map((name) => `\`${name}\``).join(' or ')}: it is never predicted.`,
      evidence: { classes: absent },
    })
}

/** Weights f64 of the rows that are used. */
function weightsOf({ weight }: TrainingData, used: Uint32Array): Float64Array {
  const weights = new Float64Array(used.length).fill(1)
  if (weight !== undefined) for (let k = 0; k < used.length; k++) weights[k] = weight[used[k] as number] as number
  return weights
}

/** Weighted mean and standard deviation of the target; a constant target has scale 1. */
function momentsOf(y: ArrayLike<number>, used: Uint32Array, weights: Float64Array): { mean: number; scale: number } {
  let total = 0
  let sum = 0
  for (const [k, row] of used.entries()) {
    total += weights[k] as number
    sum += (weights[k] as number) * (y[row] as number)
  }
  const mean = sum / total
  let squares = 0
  for (const [k, row] of used.entries()) {
    const far = (y[row] as number) - mean
    squares += (weights[k] as number) * far * far
  }
  const scale = Math.sqrt(squares / total)
  return { mean, scale: scale > 1e-9 * Math.abs(mean) ? scale : 1 }
}
