import type { Column, Frame } from '../../frame/index.ts'
import type { Kernels } from '../../kernels/index.ts'
import { scoreBins } from '../../model/drift/baseline.ts'
import { Binner, type Bins, binLabels, binShares, binsOf, countBins } from '../../model/drift/bins.ts'
import { psiOf } from '../../model/drift/psi.ts'
import { scoreColumns } from '../../model/drift/scores.ts'
import type { Scored, Signature } from '../../model/index.ts'
import type { Stability } from '../../store/evaluation.ts'

/** Population stability of what the model gives, training against test rows. */
export function scoreStability(
  train: Scored,
  test: Scored,
  signature: Pick<Signature, 'task' | 'output' | 'classes'>,
  kernels: Kernels,
): Stability[] {
  const after = scoreColumns(test, signature)
  return scoreColumns(train, signature).map((column, i) =>
    stability(scoreBins(column), column, after[i] as Column, kernels),
  )
}

/** Population stability of the raw columns, by falling index. Text is left out: it has no bins. */
export function featureStability(train: Frame, test: Frame, kernels: Kernels): Stability[] {
  return train.columns
    .flatMap((column) => {
      const other = test.get(column.name)
      return column.type === 'text' || other === undefined ? [] : [stability(binsOf(column), column, other, kernels)]
    })
    .sort((a, b) => (b.psi ?? -1) - (a.psi ?? -1))
}

function stability(bins: Bins, train: Column, test: Column, kernels: Kernels): Stability {
  const binner = new Binner(bins)
  const sharesOf = (column: Column): readonly number[] => binShares(countBins(binner, column))
  const [before, after] = [sharesOf(train), sharesOf(test)]
  const used = binLabels(bins)
    .map((label, i) => ({ label, train: before[i] as number, test: after[i] as number }))
    .filter((bin) => bin.train > 0 || bin.test > 0)
  const isEmpty = [before, after].some((shares) => shares.every((share) => share === 0))
  return { name: bins.name, psi: isEmpty ? null : psiOf(before, after, kernels.math.log), bins: used }
}
