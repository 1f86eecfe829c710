import { digestBytes } from '../../src/base/digest.ts'
import type { Frame, NumberColumn } from '../../src/frame/index.ts'
import {
  conformFrame,
  conformRows,
  type Model,
  type Prediction,
  predictionsOf,
  type Scored,
  type Signature,
} from '../../src/model/index.ts'
import type { NamedModel } from '../../src/serve/index.ts'

export const signature: Signature = {
  columns: [
    { name: 'income', type: 'number', unseen: 'error', missing: true, optional: false, min: 0, unit: 'EUR' },
    { name: 'purpose', type: 'category', levels: ['car', 'home'], unseen: 'error', missing: false, optional: false },
    { name: 'since', type: 'date', unseen: 'error', missing: true, optional: true },
    { name: 'owner', type: 'boolean', unseen: 'error', missing: true, optional: true },
  ],
  ignored: ['loanId', 'defaulted'],
  task: 'binary',
  classes: ['no', 'yes'],
  target: 'defaulted',
  output: 'probabilities',
}

/** A model under the name `loans`, as version `7`. */
export function served(model: Model, version = '7'): NamedModel {
  return {
    name: 'loans',
    versions: [{ name: 'loans', version, model, run: digestBytes('the run') }],
    champion: version,
  }
}

/** A model that anyone can compute: p(yes) = 1 / (2 + income), 0.75 where the income is missing. */
export function tinyModel(changes: Partial<Model> = {}, given: Partial<Signature> = {}): Model {
  const own = { ...signature, ...given }
  const scoreConformed = (frame: Frame): Scored => {
    const income = (frame.get('income') as NumberColumn).values
    const yes = Array.from(income, (value) => (Number.isNaN(value) ? 0.75 : 1 / (2 + value)))
    const values =
      own.output === 'probabilities'
        ? yes.flatMap((p) => [1 - p, p])
        : own.output === 'clusters'
          ? yes.flatMap((p) => [p < 0.5 ? 0 : 1, p])
          : yes
    const threshold = own.task === 'anomaly' ? { threshold: 0.2 } : {}
    return { rows: frame.rows, output: own.output, values: Float64Array.from(values), ...threshold }
  }
  return {
    manifest: {} as Model['manifest'],
    parts: {} as Model['parts'],
    digest: digestBytes('tiny model'),
    signature: own,
    scoreConformed,
    scoreFrame: (frame, conforming) => scoreConformed(conformFrame(frame, own, conforming)),
    predictConformed: (conformed): Prediction[] => predictionsOf(scoreConformed(conformed), own),
    explain: (conformed, scored, { count, of }) => {
      // What p(yes) is above one half, all of it the income's doing.
      const sign = of === 'no' ? -1 : 1
      return Array.from({ length: conformed.rows }, (_, row) => {
        const contribution = sign * ((scored.values[2 * row + 1] as number) - 0.5)
        return contribution > 0 ? [{ column: 'income', contribution, reason: 'income' }].slice(0, count) : []
      })
    },
    predictRows: (rows): Prediction[] => predictionsOf(scoreConformed(conformRows(rows, own)), own),
    features: () => {
      throw new Error('not needed here')
    },
    importance: () => undefined,
    ...changes,
  }
}
