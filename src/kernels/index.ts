export { type Activation, activate, activateBack, activations, dropout, randomBits } from './activation.ts'
export {
  type BoostLoss,
  type BoostRows,
  boostGradients,
  boostLossSum,
  boostQuantile,
  sumGradients,
  weightUnit,
} from './boosting.ts'
export { descend, descendByAdam, descendWithMomentum } from './descent.ts'
export {
  type BinnedColumns,
  ForestGrower,
  type ForestRows,
  type ForestRules,
  type GrownTree,
  growForest,
  LEARNED_FROM,
} from './forest.ts'
export { forestBytes, leavesRowsOut } from './forest-plan.ts'
export { addForestScores, type PackedForest } from './forest-scores.ts'
export { scoringKernels, type TrainingOptions, trainingKernels } from './instance.ts'
export { type ClusteredRows, ClusterPasses, clusterPassBytes, nearestCentroids } from './k-means.ts'
export type { KernelFunctions, KernelMemory, Kernels, MathKernels, TrainingKernels } from './kernels.ts'
export {
  addCentredSquares,
  addGram,
  addLinearGradient,
  classResiduals,
  type LinearRows,
  type LinearWeights,
  linearMargins,
  toProbabilities,
} from './linear.ts'
export { crossEntropy, type LossRows, type RegressionLoss, regressionLoss, softmax } from './loss.ts'
export { addColumnSums, addProduct, addTransposedProduct, fillRows, gatherRows, scale, transpose } from './matrix.ts'
export { alignUp } from './memory.ts'
export { NearestVectors, nearestBytes } from './neighbours.ts'
export { KernelPool, type PoolOptions } from './pool.ts'
export {
  placeInTiles,
  SVM_TILE,
  type SvmDecisionRule,
  SvmDecisions,
  type SvmKernel,
  type SvmTiles,
  svmDecisionBytes,
  wholeTiles,
} from './svm.ts'
export { type SvmLosses, SvmPrimal, type SvmPrimalShape, svmPrimalBytes } from './svm-primal.ts'
export { SvmSolver, svmSolverBytes } from './svm-solver.ts'
export {
  addTreeContributions,
  addTreeScores,
  contributionScratch,
  type ExplainedTrees,
  type PackedTrees,
  SCORED_ROWS,
} from './tree-scores.ts'
export { type NodeSums, SPLIT_SEARCH_BYTES, type Split, type SplitRules, SplitSearch } from './tree-splits.ts'
export {
  addToRows,
  type BinnedFeatures,
  binCategories,
  binNumbers,
  buildHistogram,
  subtractHistogram,
} from './trees.ts'
