import type { SvmKernel } from 'daybook/kernels'
import { type FitContext, fail, type TrainingData } from 'daybook/plugin'
import { turn as eventTurn } from '../linear/turn.ts'
import { CALIBRATION_FOLDS, calibrate } from './calibrate.ts'
import { pairsOf } from './couple.ts'
import { supportOf, tilesOf } from './decide.ts'
import { type KernelParams, kernelOf } from './kernel.ts'
import { type Machine, type MachineRules, type Solved, trainMachine } from './machine.ts'
import type { Decisions, KernelDecisions, SvmModel } from './model.ts'
import { classProblem, type Problem, type Turn, valueProblem } from './problem.ts'
import { allRows, countTo, sourceOf } from './rows.ts'
import type { Sigmoid } from './sigmoid.ts'

export interface SvmRules extends Omit<MachineRules, 'kernel'>, KernelParams {
  readonly c: number
  readonly epsilon: number
  readonly probability: 'none' | 'sigmoid'
}

/** One decision function's work, as the table tells it. */
export interface Told extends Solved {
  readonly name: string
}

/**
 * Trains the machines of a task: one for values or two classes, one a pair of classes for more; and their sigmoids.
 *
 * @throws DaybookError FIT_NO_ROWS, FIT_PARAM (kernel values beyond f32)
 */
export async function trainSvm(
  data: TrainingData,
  params: SvmRules,
  ctx: FitContext,
): Promise<{ model: SvmModel; told: readonly Told[] }> {
  const { X, y, task } = data
  const { weight } = data
  const used = weight === undefined ? countTo(X.rows) : countTo(X.rows).filter((row) => (weight[row] as number) > 0)
  if (used.length === 0)
    throw fail('FIT_NO_ROWS', { reason: X.rows === 0 ? 'the training part is empty' : 'all weights are 0' })
  const rules: MachineRules = { ...params, kernel: kernelOf(params, X) }
  const weightOf = (row: number): number => weight?.[row] ?? 1
  const calibrated = task !== 'regression' && params.probability === 'sigmoid'
  const parts = calibrated ? CALIBRATION_FOLDS + 1 : 1

  /** Trains part `part` of `count` parts of the work. */
  const train = (problem: Problem, part: number, count: number): Promise<Machine> =>
    trainMachine(ctx.kernels, problem, rules, turnOf(ctx, part, count))

  if (task === 'regression') {
    const { mean, scale } = momentsOf(y, used, weightOf)
    const targets = Float64Array.from(used, (row) => ((y[row] as number) - mean) / scale)
    const problem = valueProblem(
      sourceOf(X, used),
      targets,
      Float64Array.from(used, weightOf),
      params.c,
      params.epsilon,
    )
    const machine = await train(problem, 0, 1)
    const decisions = rescaled(decisionsFrom([machine], [used], rules.kernel, data), mean, scale)
    return { model: { decisions, classes: 0, sigmoids: new Float64Array(0) }, told: [toldOf(machine, 'values')] }
  }

  const classes = task === 'binary' ? 2 : data.classes.length
  const rowsOf = Array.from({ length: classes }, (_, code) => used.filter((row) => y[row] === code))
  warnOfAbsent(ctx, rowsOf, data.classes)
  await eventTurn(ctx)
  const pairs = pairsOf(classes)
  const machines: Machine[] = []
  const sigmoids: Sigmoid[] = []
  for (const [p, [first, second]] of pairs.entries()) {
    const rows = classes === 2 ? used : used.filter((row) => y[row] === first || y[row] === second)
    const codes = new Int32Array(rows.length)
    const weights = new Float64Array(rows.length)
    for (let k = 0; k < rows.length; k++) {
      codes[k] = Number(y[rows[k] as number] === second)
      weights[k] = weightOf(rows[k] as number)
    }
    await eventTurn(ctx)
    const problemOf = (chosen: Uint32Array): Problem =>
      classProblem(
        sourceOf(
          X,
          chosen.map((k) => rows[k] as number),
        ),
        Int32Array.from(chosen, (k) => codes[k] as number),
        Float64Array.from(chosen, (k) => weights[k] as number),
        params.c,
      )
    const count = pairs.length * parts
    const whole = classProblem(sourceOf(X, rows), codes, weights, params.c)
    machines.push(await train(whole, p * parts, count))
    if (!calibrated) continue
    const sigmoid = await calibrate(
      ctx.kernels,
      { source: sourceOf(X, rows), codes, weights },
      rules.kernel,
      ctx.random(`calibration ${first}-${second}`),
      (chosen, fold) => train(problemOf(chosen), p * parts + fold + 1, count),
      turnOf(ctx, p * parts + parts - 1, count),
    )
    sigmoids.push(sigmoid)
  }
  const decisions = decisionsFrom(machines, rowsOf, rules.kernel, data)
  const named = pairs.map(([first, second]) =>
    classes === 2 ? 'classes' : `${data.classes[first]} or ${data.classes[second]}`,
  )
  return {
    model: { decisions, classes, sigmoids: Float64Array.from(sigmoids.flatMap(({ a, b }) => [a, b])) },
    told: machines.map((machine, p) => toldOf(machine, named[p] as string)),
  }
}

/** Tells the share of the work that is done, then gives the event loop a turn; ends the work if a cancel came. */
function turnOf(ctx: FitContext, part: number, count: number): Turn {
  let most = 0
  return async (share, note) => {
    most = Math.max(most, share)
    ctx.progress(Math.floor((1000 * (part + most)) / count), 1000, note)
    await eventTurn(ctx)
  }
}

function toldOf({ solved }: Machine, name: string): Told {
  return { name, ...solved }
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

/** Weighted mean and standard deviation of the target; a constant target has scale 1. */
function momentsOf(
  y: ArrayLike<number>,
  used: Uint32Array,
  weightOf: (row: number) => number,
): { mean: number; scale: number } {
  let total = 0
  let sum = 0
  for (const row of used) {
    total += weightOf(row)
    sum += weightOf(row) * (y[row] as number)
  }
  const mean = sum / total
  let squares = 0
  for (const row of used) {
    const far = (y[row] as number) - mean
    squares += weightOf(row) * far * far
  }
  const scale = Math.sqrt(squares / total)
  return { mean, scale: scale > 1e-9 * Math.abs(mean) ? scale : 1 }
}

/** Machines as stored: weights side by side, or support vectors, each stored once, sorted by class. */
function decisionsFrom(
  machines: readonly Machine[],
  rowsOf: readonly Uint32Array[],
  kernel: SvmKernel,
  { X }: TrainingData,
): Decisions {
  const intercepts = Float64Array.from(machines, ({ intercept }) => intercept + 0) // -0 is 0
  const features = X.features.length
  if (kernel.kind === 'linear') {
    const coefficients = new Float64Array(features * machines.length)
    for (const [p, machine] of machines.entries()) {
      if (machine.form !== 'linear') continue
      for (let f = 0; f < features; f++) coefficients[f * machines.length + p] = (machine.weights[f] as number) + 0
    }
    return { form: 'linear', coefficients, intercepts }
  }
  const betasOf = machines.map((machine) => {
    const betas = new Float64Array(X.rows)
    if (machine.form === 'kernel')
      for (const row of supportOf(machine.betas))
        betas[machine.source.chosen[row] as number] = machine.betas[row] as number
    return betas
  })
  const vectorsOf = rowsOf.map((rows) => rows.filter((row) => betasOf.some((betas) => betas[row] !== 0)))
  const firstOf: number[] = []
  let vectors = 0
  for (const own of vectorsOf) {
    firstOf.push(vectors)
    vectors += own.length
  }
  const runs: number[] = []
  const coefficients: number[] = []
  const groups = rowsOf.length === 1 ? [[0]] : pairsOf(rowsOf.length)
  for (const [p, group] of groups.entries()) {
    for (const code of group) {
      const own = vectorsOf[code] as Uint32Array
      runs.push(firstOf[code] as number, own.length)
      for (const row of own) coefficients.push((betasOf[p] as Float64Array)[row] as number)
    }
    if (group.length === 1) runs.push(0, 0)
  }
  const tiles = tilesOf(
    allRows(X),
    vectorsOf.flatMap((rows) => Array.from(rows)),
  )
  return {
    form: 'kernel',
    kernel: { ...kernel },
    vectors: tiles.values,
    features,
    runs: Int32Array.from(runs),
    coefficients: Float64Array.from(coefficients),
    intercepts,
  } satisfies KernelDecisions
}

/** The same functions in the target's own unit. */
function rescaled(decisions: Decisions, mean: number, scale: number): Decisions {
  return {
    ...decisions,
    coefficients: decisions.coefficients.map((value) => value * scale),
    intercepts: decisions.intercepts.map((value) => value * scale + mean),
  }
}
