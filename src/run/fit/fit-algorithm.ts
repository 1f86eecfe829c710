import { featuresOf } from '../../frame/assemble.ts'
import type { Features } from '../../frame/index.ts'
import { applyPreprocess, type FittedAlgorithm } from '../../model/index.ts'
import type { PageFacts } from '../../plan/index.ts'
import type { BoundOptimizer, Defined, LabelledFeatures, Registry, TrainingData } from '../../plugin/api.ts'
import { paramsOf, type TaskContext } from '../task-context.ts'
import type { FittedChain } from './fit-preprocess.ts'
import type { LabelledRows, TrainingRows } from './training-rows.ts'

/** An algorithm that was fitted, and the names of the features that it saw. */
export interface Trained {
  readonly fitted: FittedAlgorithm
  readonly features: readonly string[]
}

/** Fits the algorithm on the training rows as they come out of the preprocess cells. */
export async function fitAlgorithm(
  ctx: TaskContext,
  chain: FittedChain,
  rows: TrainingRows,
  fold?: number,
): Promise<Trained> {
  const use = ctx.page.algorithm
  const { plugin } = await ctx.registry.find('algorithm', use.use)
  const data = await trainingData(ctx, plugin, chain, rows)
  const given = ctx.fitContext({ ...use, cell: 'train' }, fold)
  const state = await ctx.timed(() => plugin.fit(data, given.params, given))
  return {
    fitted: { id: 'train', plugin, params: use.params, state },
    features: data.X.features.map(({ name }) => name),
  }
}

/** What a fit of the algorithm sees: training rows, validation rows, the optimizer. */
export async function trainingData(
  ctx: TaskContext,
  plugin: Defined<'algorithm'>,
  chain: FittedChain,
  { question, signature, training, validation }: TrainingRows,
): Promise<TrainingData> {
  const features = ({ frame, lineage }: FittedChain['flow']): Features =>
    featuresOf(frame, { accepts: plugin.accepts, missing: plugin.missing, lineage, taker: plugin.id })
  const optimizer = plugin.optimizer ? await bindOptimizer(ctx.page, ctx.registry) : undefined
  return {
    task: question.task,
    classes: question.classes,
    ...labelled(features(chain.flow), training),
    ...(validation !== undefined && {
      validation: labelled(
        features(applyPreprocess(chain.cells, validation.conformed, signature, ctx.scoring)),
        validation,
      ),
    }),
    ...(optimizer !== undefined && { optimizer }),
  }
}

function labelled(X: Features, { y, weight }: LabelledRows): LabelledFeatures {
  return { X, y, ...(weight !== undefined && { weight }) }
}

async function bindOptimizer(page: PageFacts, registry: Registry): Promise<BoundOptimizer | undefined> {
  const use = page.optimizer
  if (use === undefined) return undefined
  const { plugin } = await registry.find('optimizer', use.use)
  const params = paramsOf(use)
  return {
    id: plugin.id,
    slots: plugin.slots,
    batch: plugin.batch ?? 'batch',
    update: (step, kernels) => plugin.update(step, params, kernels),
  }
}
