// Kernels of histogram trees, one file a stage of the work.
export * from './trees-bins'
export {
  boostLargest,
  boostLogisticGradients,
  boostLogisticLoss,
  boostSoftmaxGradients,
  boostSoftmaxLoss,
  boostSquaredGradients,
  boostSquaredLoss,
  boostStep,
  boostSumRows,
  boostToGrid,
} from './trees-gradients'
export { treeAddHistogram } from './trees-histograms'
export { treePairs, treeSumPairs } from './trees-pairs'
export { treeAddLeaves, treeJoin, treeNumberRows, treePart } from './trees-rows'
export * from './trees-search'
export { treeDecide, treeLeafWeight } from './trees-splits'
export * from './trees-scores'
export * from './trees-contributions'
