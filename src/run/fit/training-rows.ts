import type { Digest } from '../../base/digest.ts'
import { fail } from '../../base/errors.ts'
import type { Frame } from '../../frame/index.ts'
import { conformFrame, makeSignature, type Signature } from '../../model/index.ts'
import { type AskedQuestion, questionOf, targetOf } from '../question.ts'
import { assignInnerFolds } from '../split/assign-folds.ts'
import { checkedRowKeys, rowDigester } from '../split/row-keys.ts'
import type { TaskContext } from '../task-context.ts'
import { classWeights, combineWeights, rowWeights } from './weights.ts'

/** Rows conformed to the signature, with what is known of them. */
export interface LabelledRows {
  readonly conformed: Frame
  readonly y: Int32Array | Float32Array
  /** Sample weight times class weight: what the algorithm sees. */
  readonly weight: Float32Array | undefined
  /** Sample weight alone: what preprocess cells see, whose keys know nothing of the algorithm. */
  readonly sampleWeight: Float32Array | undefined
}

/** Everything that a fit may see: no row of it is tested, and the signature knows nothing but these rows. */
export interface TrainingRows {
  readonly question: AskedQuestion
  readonly signature: Signature
  readonly training: LabelledRows
  readonly validation: LabelledRows | undefined
  /** Digest of the keys of the training rows, made of the very rows that the fit is handed. */
  readonly seen: Digest
  /** Fold of each training row for preprocess cells that see the target; equal for all cells of a fit. */
  readonly outOfFold: Uint8Array
}

/** Folds within the training rows for preprocess cells that see the target. */
const innerFolds = 5

/** Makes the training rows of a fit: the final one, or that of a fold. */
export async function trainingRows(
  ctx: TaskContext,
  frame: Frame,
  rows: { readonly train: Uint32Array; readonly validation: Uint32Array },
  fold?: number,
): Promise<TrainingRows> {
  const { page } = ctx
  if (rows.train.length === 0) throw fail('RUN_NO_ROWS', { part: 'training' })
  const question = await questionOf(page, frame, ctx.registry)
  const all = targetOf(page, frame, question)
  const weights = rowWeights(page, frame)
  const raw = frame.take(rows.train)
  const signature = makeSignature(raw, {
    columns: page.columns,
    key: page.key,
    target: page.target,
    task: question.task,
    classes: question.classes,
    output: question.output,
  })
  const y = gather(all, rows.train)
  const byClass = classWeights(page.algorithm.params, question.classes, y)
  const labelled = (part: Frame, of: Uint32Array): LabelledRows => {
    const labels = gather(all, of)
    const own = weights && gather(weights, of)
    return {
      conformed: conformFrame(part, signature, { lenient: true }),
      y: labels,
      weight: combineWeights(own, byClass, labels),
      sampleWeight: own,
    }
  }
  return {
    question,
    signature,
    training: labelled(raw, rows.train),
    seen: (await keysOf(ctx, frame))(rows.train),
    validation: rows.validation.length === 0 ? undefined : labelled(frame.take(rows.validation), rows.validation),
    outOfFold: assignInnerFolds({
      frame,
      rows: rows.train,
      count: innerFolds,
      classes: question.classes.length > 0 ? (all as Int32Array) : undefined,
      split: page.split,
      columns: page.columns,
      random: (purpose) => ctx.random(purpose, 'preprocess', fold),
    }),
  }
}

/** Digests of rows by their keys. Kept for the other fits on this frame. */
function keysOf(ctx: TaskContext, frame: Frame): Promise<(rows: Uint32Array) => Digest> {
  const { key } = ctx.page
  return ctx.memo.get(`row keys ${key ?? ''} ${ctx.input('frame')}`, async () =>
    rowDigester(checkedRowKeys(frame, key)),
  )
}

/** The values of some rows, in their order. */
export function gather<T extends Int32Array | Float32Array>(values: T, rows: Uint32Array): T {
  if (values.length === 0) return values
  const Values = values.constructor as new (length: number) => T
  const taken = new Values(rows.length)
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i] as number] as number
  return taken
}
