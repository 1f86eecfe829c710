import type { Json, JsonObject } from '../../base/json.ts'
import type { PageFacts } from '../../plan/index.ts'
import type { Evaluation, GateResult, RunMetrics } from '../../store/index.ts'
import type { Answer } from '../task.ts'
import type { TaskContext } from '../task-context.ts'

/** Compares metrics with the page's gates. A metric that is not defined does not pass. */
export async function runGates(ctx: TaskContext): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const { metrics } = (await ctx.json('evaluation')) as unknown as Evaluation
  const gates = ctx.page.gates.map((gate) => checkGate(gate, metrics)) as unknown as Json
  return { outputs: { gates: await ctx.putJson(gates) }, facts: { gates } as JsonObject }
}

function checkGate(gate: PageFacts['gates'][number], metrics: RunMetrics): GateResult {
  const { metric, on, atLeast, atMost } = gate
  const value = (on === 'folds' ? metrics.folds?.[metric]?.mean : metrics.test[metric]) ?? null
  const passed =
    value !== null && (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)
  return {
    metric,
    on,
    value,
    passed,
    ...(atLeast !== undefined && { atLeast }),
    ...(atMost !== undefined && { atMost }),
  }
}
