import type { OnnxType } from '../../plugin/api.ts'

/** Operators beside those of ONNX itself. */
export const ML_DOMAIN = 'ai.onnx.ml'

/** Version of {@link ML_DOMAIN}: the first whose tree ensembles and label encoders do all that is asked of them. */
export const ML_VERSION = 3

/** The lowest version of ONNX's own operators that is named: what nearly all of them need no more than. */
export const LEAST_VERSION = 17

const versions: Readonly<Record<string, number>> = { StringSplit: 20, StringConcat: 20, RegexFullMatch: 20 }

/** The version of ONNX's operators that has this one in the form that is used here. */
export function versionOf(operator: string): number {
  return versions[operator] ?? LEAST_VERSION
}

const ofMl = new Set(['ArrayFeatureExtractor', 'LabelEncoder', 'TreeEnsembleRegressor'])

export function domainOf(operator: string): string {
  return ofMl.has(operator) ? ML_DOMAIN : ''
}

const truths = [
  'And',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'Not',
  'Or',
  'RegexFullMatch',
]
const wholes = ['ArgMax', 'ArgMin', 'NonZero', 'Shape', 'Size']

const results: Readonly<Record<string, OnnxType>> = {
  ...Object.fromEntries(truths.map((operator) => [operator, 'bool' as const])),
  ...Object.fromEntries(wholes.map((operator) => [operator, 'int64' as const])),
  TreeEnsembleRegressor: 'float',
}

/** Element type of an operator's output, where it does not follow its inputs. */
export function resultOf(operator: string): OnnxType | undefined {
  return results[operator]
}
