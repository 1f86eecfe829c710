import type { BoundOptimizer } from '../plugin/api.ts'

/** The plainest optimizer there is, for algorithms that are trained by one: a step of 0.05 against the gradient. */
export const stepOptimizer: BoundOptimizer = {
  id: 'conformance-step',
  slots: [],
  batch: 'batch',
  update({ parameters, gradients }) {
    for (let i = 0; i < parameters.length; i++)
      parameters[i] = (parameters[i] as number) - 0.05 * (gradients[i] as number)
  },
}
