export type { GraphCell, Need, Work } from './graph.ts'
export type { PageFacts, PluginUse } from './page-facts.ts'
export { type Plan, type PlannedCell, planPipeline } from './plan.ts'
