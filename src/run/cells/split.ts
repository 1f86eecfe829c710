import { fail } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { questionOf, truthOf } from '../question.ts'
import { assignFolds } from '../split/assign-folds.ts'
import { assignParts } from '../split/assign-parts.ts'
import { rowDigester, rowKeys } from '../split/row-keys.ts'
import { rowsOf, rowsOfFold, type Split, splitToState, TEST, TRAIN, VALIDATION } from '../split/split.ts'
import type { Answer } from '../task.ts'
import type { TaskContext } from '../task-context.ts'

/** Decides which rows train, validate and test, and how the training rows fall into folds. */
export async function runSplit(ctx: TaskContext): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const { page } = ctx
  const frame = await ctx.frame()
  const question = await questionOf(page, frame, ctx.registry)
  const truth = truthOf(page, frame, question)
  const classes = question.truth.length > 0 ? (truth as Int32Array) : undefined
  const random = (purpose: string) => ctx.random(purpose, 'split')
  const keys = rowKeys(frame, page.key)
  const split = await ctx.timed((): Split => {
    const parts = assignParts(page.split, {
      frame,
      seed: page.seed,
      keys: page.key === undefined ? undefined : keys,
      classes,
      random,
    })
    const rows = Uint32Array.from(parts.keys()).filter((row) => parts[row] === TRAIN)
    const folds = assignFolds({
      frame,
      rows,
      count: page.folds,
      classes,
      split: page.split,
      columns: page.columns,
      random,
    })
    return { parts, ...folds }
  })
  return { outputs: { split: await ctx.putState(splitToState(split)) }, facts: factsOf(split, keys) }
}

/** Row counts and digests of row keys: the proof of which rows did what. */
function factsOf(split: Split, keys: readonly string[]): JsonObject {
  const parts = { train: rowsOf(split, TRAIN), validation: rowsOf(split, VALIDATION), test: rowsOf(split, TEST) }
  for (const part of ['train', 'test'] as const) {
    if (parts[part].length === 0) throw fail('RUN_NO_ROWS', { part: part === 'train' ? 'training' : 'test' })
  }
  const digestOf = rowDigester(keys)
  const present = Object.entries(parts).filter(([part, rows]) => part !== 'validation' || rows.length > 0)
  return {
    rows: Object.fromEntries(present.map(([part, rows]) => [part, rows.length])),
    keys: Object.fromEntries(present.map(([part, rows]) => [part, digestOf(rows)])),
    folds: Array.from({ length: split.foldCount }, (_, i) => {
      const { trained, scored } = rowsOfFold(split, i + 1)
      if (trained.length === 0 || scored.length === 0) throw fail('RUN_NO_ROWS', { part: `fold ${i + 1}` })
      return { fold: i + 1, trained: digestOf(trained), scored: digestOf(scored) }
    }),
  }
}
