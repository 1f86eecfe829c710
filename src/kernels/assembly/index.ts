// The one entry that both modules are compiled from (scripts/build-kernels.ts). Every exported function must be a pure
// function of its arguments and of the memory that they point to: no globals, no allocation, no imports.
export { exp, expm1, log, log1p, sigmoid, tanh } from './math'
export * from './activation'
export * from './boosting-losses'
export * from './descent'
export * from './forest'
export * from './k-means'
export * from './loss'
export * from './matrix'
export * from './neighbours'
export * from './philox'
export { pow } from './pow'
export * from './svm'
export * from './trees'
export * from './linear'

/** First byte behind the constants of the module: everything from here on belongs to the scopes of the caller. */
export function heapBase(): usize {
  return __heap_base
}
