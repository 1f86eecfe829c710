import { type WarningCode, warningText } from '../../base/codes/warnings.ts'
import { fail } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Features, Frame } from '../../frame/index.ts'
import { chancePsi, SHIFTED } from '../../model/drift/psi.ts'
import { conformFrame, countUnseen, type Model, openModel, parseManifest, type Scored } from '../../model/index.ts'
import type { PageFacts } from '../../plan/index.ts'
import type { State, StateObject } from '../../plugin/api.ts'
import type { Evaluation } from '../../store/index.ts'
import { evaluateParts, type MetricCell, type ScoredRows } from '../evaluation/index.ts'
import { gather } from '../fit/training-rows.ts'
import { rowWeights } from '../fit/weights.ts'
import { type AskedQuestion, questionOf, truthOf } from '../question.ts'
import { rowsOf, type Split, TEST, TRAIN, VALIDATION } from '../split/split.ts'
import type { Answer } from '../task.ts'
import type { TaskContext } from '../task-context.ts'

/** Scores every part of the rows on the path that serving takes, and says how good the scores are. */
export async function runEvaluate(ctx: TaskContext): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const { page } = ctx
  const [frame, split] = [await ctx.frame(), await ctx.split()]
  const question = await questionOf(page, frame, ctx.registry)
  const model = await openModel(
    parseManifest(await ctx.objects.get(ctx.input('model'))),
    (digest) => ctx.objects.get(digest),
    ctx.registry,
    ctx.scoring,
  )
  const labels = labelsFor(ctx, frame, question)
  const conformed = (part: number): { rows: Uint32Array; frame: Frame } => {
    const rows = rowsOf(split, part)
    return { rows, frame: conformFrame(frame.take(rows), model.signature, { lenient: true }) }
  }
  const [train, validation, test] = [conformed(TRAIN), conformed(VALIDATION), conformed(TEST)]
  warnOfUnseen(ctx, test.frame)
  const score = (part: typeof train): ScoredRows => ({
    ...labels(part.rows, model.scoreConformed(part.frame)),
    features: () => model.features(part.frame),
  })
  const metrics = await metricCells(ctx)
  const folds = await Promise.all(
    foldNames(split).map(async (name) => foldOf(await ctx.state(ctx.input(name)), labels)),
  )
  const evaluation = await ctx.timed(() =>
    evaluateParts({
      signature: { ...model.signature, classes: question.truth },
      metrics,
      train: score(train),
      ...(validation.rows.length > 0 && { validation: score(validation) }),
      test: score(test),
      folds,
      frames: { train: train.frame, test: test.frame },
      ...(question.task === 'clustering' && { described: describedColumns(page, frame, model).take(train.rows) }),
      resamples: page.resamples,
      seed: page.seed,
      cell: 'evaluate',
      kernels: ctx.scoring,
    }),
  )
  warnOfDrift(ctx, evaluation)
  return {
    outputs: { evaluation: await ctx.putJson(evaluation as unknown as Json) },
    facts: { metrics: evaluation.metrics as unknown as JsonObject },
  }
}

/** The columns that the model takes, and the protected ones: a cluster may turn out to be a matter of age. */
function describedColumns({ columns }: PageFacts, frame: Frame, { signature }: Model): Frame {
  const taken = new Set(signature.columns.map(({ name }) => name))
  return frame.select(frame.names.filter((name) => taken.has(name) || columns[name]?.role === 'protected'))
}

function labelsFor(
  ctx: TaskContext,
  frame: Frame,
  question: AskedQuestion,
): (rows: Uint32Array, scored: Scored) => ScoredRows {
  const target = truthOf(ctx.page, frame, question)
  const weights = rowWeights(ctx.page, frame)
  return (rows, scored) => ({ y: gather(target, rows), ...(weights && { weight: gather(weights, rows) }), scored })
}

async function metricCells(ctx: TaskContext): Promise<MetricCell[]> {
  return Promise.all(
    ctx.page.metrics.map(async ({ cell, use, params }) => ({
      id: cell,
      plugin: await ctx.registry.find('metric', use),
      params,
    })),
  )
}

function foldNames({ foldCount }: Split): string[] {
  return Array.from({ length: foldCount }, (_, i) => `fold-${i + 1}`)
}

function foldOf(state: State, labels: (rows: Uint32Array, scored: Scored) => ScoredRows): ScoredRows {
  const { rows, values, output, threshold, X } = state as StateObject
  if (!(rows instanceof Uint32Array) || !(values instanceof Float64Array))
    throw fail('STATE_CORRUPT', { reason: 'it holds no scored rows' })
  return {
    ...labels(rows, {
      rows: rows.length,
      values,
      output: output as Scored['output'],
      ...(typeof threshold === 'number' && { threshold }),
    }),
    ...(X !== undefined && { features: () => X as unknown as Features }),
  }
}

/** Levels of the test rows that training did not see: served rows like them would be refused under `unseen: error`. */
function warnOfUnseen(ctx: TaskContext, test: Frame): void {
  for (const [column, rows] of countUnseen(test)) tell(ctx, 'UNSEEN_LEVELS', { column, rows })
}

/** Columns whose test rows lie far from the training rows, and farther than so few rows do by chance. */
function warnOfDrift(ctx: TaskContext, { stability, parts }: Evaluation): void {
  for (const { name, psi, bins } of stability.features) {
    if (psi === null || psi <= SHIFTED || psi <= chancePsi(bins.length, parts.train.rows, parts.test.rows)) continue
    tell(ctx, 'DRIFT_COLUMN', { column: name, value: Math.round(psi * 1000) / 1000 }, SHIFTED)
  }
}

function tell(
  ctx: TaskContext,
  code: WarningCode,
  values: Readonly<Record<string, number | string>>,
  threshold?: number,
): void {
  ctx.warn(code, warningText(code, values), { ...values, ...(threshold !== undefined && { threshold }) })
}
