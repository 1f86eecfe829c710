import type { ParamsSchema } from 'daybook/plugin'

/** What lasso and elastic net share. */
export const descentParams = {
  l1: {
    type: 'number',
    minimum: 0,
    default: 1,
    description: 'L1 penalty on coefficients: makes the least useful ones exactly 0.',
    examples: [1, 10],
  },
  maxIterations: {
    type: 'integer',
    minimum: 1,
    maximum: 1000000,
    default: 10000,
    description: 'Rounds over the features at most.',
    examples: [10000],
  },
  tolerance: {
    type: 'number',
    minimum: 1e-12,
    maximum: 1,
    default: 1e-6,
    description:
      'The solver ends when no feature breaks its condition of the minimum by more, as a share of the largest that a feature ' +
      'of its size could.',
    examples: [1e-6],
  },
} as const satisfies ParamsSchema
