import type { Json } from '../base/json.ts'
import { runChecks } from './cells/checks.ts'
import { runCompress } from './cells/compress.ts'
import { runDeploy } from './cells/deploy.ts'
import { runEvaluate } from './cells/evaluate.ts'
import { runFold } from './cells/fold.ts'
import { runGates } from './cells/gates.ts'
import { runPreprocess } from './cells/preprocess.ts'
import { runSource } from './cells/source.ts'
import { runSplit } from './cells/split.ts'
import { runTrain } from './cells/train.ts'
import type { Answer, Task, TaskEvent } from './task.ts'
import { TaskContext, type Workplace } from './task-context.ts'
import { errorOf } from './task-error.ts'

/** Runs one task where it is: what every executor ends in. @throws DaybookError naming the cell */
export async function runTask(
  task: Task,
  workplace: Workplace,
  onEvent: (event: TaskEvent) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const ctx = new TaskContext(task, workplace, onEvent, signal)
  try {
    signal.throwIfAborted()
    const done = await dispatch(ctx)
    const { warnings } = ctx.shown
    const facts = warnings.length === 0 ? done.facts : { ...done.facts, warnings: warnings as unknown as Json }
    return { ...done, facts, shown: await ctx.objects.put(ctx.shown.bytes()), ms: Math.round(ctx.ms * 1000) / 1000 }
  } catch (thrown) {
    throw errorOf(thrown, task, signal)
  } finally {
    ctx.release()
  }
}

function dispatch(ctx: TaskContext): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const { work } = ctx.task
  switch (work.type) {
    case 'source':
      return runSource(ctx, work.index)
    case 'split':
      return runSplit(ctx)
    case 'preprocess':
      return runPreprocess(ctx, work.index)
    case 'train':
      return runTrain(ctx)
    case 'compress':
      return runCompress(ctx, work.index)
    case 'fold':
      return runFold(ctx, work.fold)
    case 'checks':
      return runChecks(ctx)
    case 'evaluate':
      return runEvaluate(ctx)
    case 'gates':
      return runGates(ctx)
    case 'deploy':
      return runDeploy(ctx, work.index)
  }
}
