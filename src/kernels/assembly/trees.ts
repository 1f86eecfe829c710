// Kernels of histogram trees, one file a stage of the work.
export * from './trees-bins'
export * from './trees-gradients'
export * from './trees-histograms'
export * from './trees-splits'
export * from './trees-scores'
export * from './trees-contributions'
