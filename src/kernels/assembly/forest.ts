// Kernels of random forests, one file a stage of the work.
export { forestGrow } from './forest-grow'
export * from './forest-scores'
