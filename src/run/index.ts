export { InProcessExecutor } from './in-process-executor.ts'
export { version } from './observe.ts'
export {
  type PageOptions,
  planPage,
  resolvedPage,
  runPage,
  storeFolder,
  type ValidatedPage,
  validatePage,
} from './page.ts'
export { openRunModel } from './run-model.ts'
export { type FinishedRun, type RunOptions, runPipeline } from './run-pipeline.ts'
export type { Answer, Executor, Task, TaskEvent } from './task.ts'
export { WorkerExecutor, type WorkerOptions } from './worker-executor.ts'
