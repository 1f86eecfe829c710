export { type Conforming, conformFrame, countUnseen } from './conform-frame.ts'
export { conformRows, countOf, type RawColumn, type RawRows, RowConformer } from './conform-rows.ts'
export type { FittedCell, ModelManifest, Signature, SignatureColumn } from './manifest.ts'
export {
  assembleModel,
  type FeatureImportance,
  type FittedAlgorithm,
  type Model,
  type ModelParts,
  openModel,
  predictFeatures,
} from './model.ts'
export { parseManifest, parseSignature } from './parse-manifest.ts'
export { labelsOf, type Prediction, predictionsOf, type Reason, type Scored } from './predictions.ts'
export {
  applyCell,
  applyPreprocess,
  type FittedPreprocess,
  type Flow,
  type OutOfFoldState,
  startFlow,
} from './preprocess.ts'
export { checkReasons, type ReasonOptions } from './reasons/reasons.ts'
export { type ScoreFileOptions, scoreFile, scoreFileOptions } from './score-file.ts'
export { makeSignature, type SignatureFacts } from './signature.ts'
export { encodeTarget } from './target.ts'
