export { type Activation, activate, activateBack, activations, dropout, randomBits } from './activation.ts'
export { BoostGradients, type BoostLoss, type BoostRows, boostLossSum, gradientBytes } from './boosting.ts'
export { choleskyFactor, choleskySolve } from './cholesky.ts'
export { descend, descendByAdam, descendWithMomentum } from './descent.ts'
export {
  ForestGrower,
  type ForestRows,
  type GrownTree,
  growForest,
  LEARNED_FROM,
} from './forest.ts'
export type { BinnedColumns, ForestRules } from './forest-plan.ts'
export { forestBytes, leavesRowsOut } from './forest-plan.ts'
export { addForestScores, type PackedForest } from './forest-scores.ts'
export { scoringKernels, type TrainingOptions, trainingKernels } from './instance.ts'
export { type ClusteredRows, ClusterPasses, clusterPassBytes, nearestCentroids } from './k-means.ts'
export type { KernelFunctions, KernelMemory, Kernels, MathKernels, TrainingKernels } from './kernels.ts'
export {
  addCentredSquares,
  addLinearGradient,
  type LinearRows,
  type LinearWeights,
  linearMargins,
  type RowShape,
  toProbabilities,
} from './linear.ts'
export {
  ColumnDescent,
  type ColumnTask,
  columnDescentBytes,
  descendByProducts,
  type FeatureColumns,
  type PenalizedProducts,
  slopesByProducts,
} from './linear-descent.ts'
export { type GramSamples, LinearGram, linearGramBytes } from './linear-gram.ts'
export { type FeatureMoments, featureMomentBytes, featureMoments } from './linear-moments.ts'
export { LinearPass, type LinearTask, linearPassBytes } from './linear-pass.ts'
export { crossEntropy, type LossRows, type RegressionLoss, regressionLoss, softmax } from './loss.ts'
export { addColumnSums, addProduct, addTransposedProduct, fillRows, gatherRows, scale, transpose } from './matrix.ts'
export { alignUp } from './memory.ts'
export { NearestVectors, nearestBytes } from './neighbours.ts'
export { KernelPool, type PoolOptions } from './pool.ts'
export { type RowRange, rowQuantiles, weightUnit } from './row-quantiles.ts'
export {
  type EnteredVectors,
  placeInTiles,
  SVM_TILE,
  type SvmDecisionRule,
  SvmDecisions,
  type SvmKernel,
  type SvmSparseVectors,
  type SvmTiles,
  squaredLength,
  svmDecisionBytes,
  wholeTiles,
} from './svm.ts'
export { type SvmLosses, SvmPrimal, type SvmPrimalShape, svmPrimalBytes } from './svm-primal.ts'
export { SvmSolver, svmSolverBytes } from './svm-solver.ts'
export {
  type BinnedFeatures,
  type BinShape,
  type BinTask,
  binColumns,
  type CutColumn,
  chooseCuts,
  cutScratch,
  histogramBytes,
  layOutBins,
  layoutBytes,
} from './tree-bins.ts'
export { sumPairs, targetPairs } from './tree-pairs.ts'
export { type LeafRows, type Parting, TreeRows, treeRowsBytes } from './tree-rows.ts'
export {
  addTreeContributions,
  addTreeScores,
  contributionScratch,
  type ExplainedTrees,
  type PackedTrees,
  SCORED_ROWS,
} from './tree-scores.ts'
export {
  type Found,
  type NodeSums,
  type SearchTask,
  type Split,
  type SplitRules,
  SplitSearch,
  splitSearchBytes,
} from './tree-splits.ts'
