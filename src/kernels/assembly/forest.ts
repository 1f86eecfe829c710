// Kernels of random forests, one file a stage of the work.
export * from './forest-bag'
export * from './forest-grow'
export * from './forest-scores'
