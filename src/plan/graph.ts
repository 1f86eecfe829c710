import type { Json, JsonObject } from '../base/json.ts'
import { factsForReading } from '../spec/task.ts'
import type { PageFacts, PluginUse } from './page-facts.ts'

/** What a cell does. The engine's own cells have no plugin. */
export type Work =
  | { readonly type: 'source'; readonly index: number }
  | { readonly type: 'split' }
  | { readonly type: 'preprocess'; readonly index: number }
  | { readonly type: 'train' }
  | { readonly type: 'compress'; readonly index: number }
  | { readonly type: 'fold'; readonly fold: number }
  | { readonly type: 'checks' }
  | { readonly type: 'evaluate' }
  | { readonly type: 'gates' }
  | { readonly type: 'deploy'; readonly index: number }

/** An output of another cell that a cell takes, under the name that its work knows it by. */
export interface Need {
  readonly name: string
  readonly cell: string
  readonly output: string
}

/** A cell of the graph. Its key follows from `parts` and the keys of what it needs. */
export interface GraphCell {
  readonly id: string
  /** `impute@1`; `engine:split@1` for the engine's own. */
  readonly plugin: string
  readonly work: Work
  readonly needs: readonly Need[]
  /** Cells that must end well before, though nothing of them is taken. */
  readonly after: readonly string[]
  /** What its key is made of besides the keys of its needs. */
  readonly parts: JsonObject
  /** Location params of a source: their files' content joins the key. */
  readonly locations: Readonly<Record<string, string>>
}

/** Versions of the engine's own cells: bumped when equal input gives another result. */
const engine = { split: 1, fold: 1, checks: 1, evaluate: 1, gates: 1, packaging: 1 } as const

/** The open graph that a page's sections stand for, each cell after those that it needs. */
export function cellsOf(page: PageFacts): GraphCell[] {
  const rows = rowParts(page)
  const frame: Need = { name: 'frame', cell: page.from, output: 'frame' }
  const split: Need = { name: 'split', cell: 'split', output: 'split' }
  const states = page.preprocess.map(({ cell }): Need => ({ name: `state:${cell}`, cell, output: 'state' }))
  const folds = Array.from({ length: page.folds }, (_, i) => `fold-${i + 1}`)
  let model: Need = { name: 'model', cell: 'train', output: 'model' }
  const cells: GraphCell[] = []

  for (const [index, use] of page.sources.entries()) {
    const facts = use.cell === page.from ? { columns: factsForReading(page) as unknown as Json } : {}
    const needs = (use.from ?? []).map((cell): Need => ({ name: `frame:${cell}`, cell, output: 'frame' }))
    cells.push(pluginCell(use, page, { type: 'source', index }, needs, facts))
  }
  cells.push({
    id: 'split',
    plugin: `engine:split@${engine.split}`,
    work: { type: 'split' },
    needs: [frame],
    after: [],
    parts: {
      plugin: `engine:split@${engine.split}`,
      split: page.split as unknown as Json,
      folds: page.folds,
      seed: page.seed,
      tasks: page.algorithm.label,
      ...rows,
    },
    locations: {},
  })
  for (const [index, use] of page.preprocess.entries()) {
    cells.push(
      pluginCell(use, page, { type: 'preprocess', index }, [frame, split, ...states.slice(0, index)], {
        ...rows,
        selector: selectorOf(use),
      }),
    )
  }
  cells.push(
    pluginCell({ ...page.algorithm, cell: 'train' }, page, { type: 'train' }, [frame, split, ...states], {
      ...rows,
      name: page.name,
      ...optimizerParts(page),
    }),
  )
  for (const [index, use] of page.compress.entries()) {
    cells.push(pluginCell(use, page, { type: 'compress', index }, [frame, split, model], rows))
    model = { name: 'model', cell: use.cell, output: 'model' }
  }
  for (const [i, id] of folds.entries()) {
    cells.push({
      id,
      plugin: page.algorithm.label,
      work: { type: 'fold', fold: i + 1 },
      needs: [frame, split],
      after: [],
      parts: {
        plugin: `engine:fold@${engine.fold}`,
        fold: i + 1,
        seed: page.seed,
        ...rows,
        preprocess: page.preprocess.map((use) => ({ ...useParts(use), cell: use.cell, selector: selectorOf(use) })),
        algorithm: useParts(page.algorithm),
        ...optimizerParts(page),
      },
      locations: {},
    })
  }
  cells.push({
    id: 'checks',
    plugin: `engine:checks@${engine.checks}`,
    work: { type: 'checks' },
    needs: [frame, split],
    after: [],
    parts: {
      plugin: `engine:checks@${engine.checks}`,
      split: page.split as unknown as Json,
      seed: page.seed,
      tasks: page.algorithm.label,
      ...rows,
    },
    locations: {},
  })
  cells.push({
    id: 'evaluate',
    plugin: `engine:evaluate@${engine.evaluate}`,
    work: { type: 'evaluate' },
    needs: [frame, split, model, ...folds.map((cell): Need => ({ name: cell, cell, output: 'scored' }))],
    after: [],
    parts: {
      plugin: `engine:evaluate@${engine.evaluate}`,
      metrics: page.metrics.map(useParts),
      resamples: page.resamples,
      seed: page.seed,
      ...rows,
    },
    locations: {},
  })
  const gates: GraphCell = {
    id: 'gates',
    plugin: `engine:gates@${engine.gates}`,
    work: { type: 'gates' },
    needs: [{ name: 'evaluation', cell: 'evaluate', output: 'evaluation' }],
    after: [],
    parts: { plugin: `engine:gates@${engine.gates}`, gates: page.gates as unknown as Json },
    locations: {},
  }
  cells.push(gates)
  for (const [index, use] of page.deploy.entries()) {
    const parts = { name: page.name, packaging: engine.packaging }
    cells.push({ ...pluginCell(use, page, { type: 'deploy', index }, [model, frame, split], parts), after: ['gates'] })
  }
  return cells
}

function pluginCell(use: PluginUse, page: PageFacts, work: Work, needs: readonly Need[], more: JsonObject): GraphCell {
  const parts = { ...useParts(use), ...more, seed: page.seed, ...(use.random && { cell: use.cell }) }
  return { id: use.cell, plugin: use.label, work, needs, after: [], parts, locations: use.locations }
}

function useParts(use: PluginUse): JsonObject {
  return { plugin: use.label, code: use.code, params: use.keyParams }
}

function optimizerParts(page: PageFacts): JsonObject {
  return page.optimizer ? { optimizer: useParts(page.optimizer) } : {}
}

/** What decides how raw rows become training rows. */
function rowParts({ columns, target, key }: PageFacts): JsonObject {
  return { columns: columns as unknown as Json, target: (target ?? null) as unknown as Json, rowKey: key ?? null }
}

function selectorOf(use: PluginUse): Json {
  return (use.columns ?? null) as unknown as Json
}
