import type { ParamSchema } from './params.ts'

/**
 * The param `classWeight`, for every algorithm that learns classes. The engine multiplies it into the weights that `fit`
 * gets, so an algorithm that takes weights has nothing more to do than to declare it.
 */
export const classWeightParam = {
  anyOf: [
    { type: 'null' },
    { enum: ['balanced'] },
    { type: 'object', additionalProperties: { type: 'number', exclusiveMinimum: 0 } },
  ],
  default: null,
  description: 'Weight of a class: null for 1, `balanced` for rows / (classes * rows of the class), or a map.',
  examples: [null, 'balanced', { yes: 5, no: 1 }],
} as const satisfies ParamSchema
