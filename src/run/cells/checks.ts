import type { Json, JsonObject } from '../../base/json.ts'
import { checkRows } from '../checks/check-rows.ts'
import { questionOf, targetOf } from '../question.ts'
import type { Answer } from '../task.ts'
import type { TaskContext } from '../task-context.ts'

/** Looks for leaks and faults in the rows, and proves which rows did what. Nothing waits for it. */
export async function runChecks(ctx: TaskContext): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const { page } = ctx
  const [frame, split] = [await ctx.frame(), await ctx.split()]
  const question = await questionOf(page, frame, ctx.registry)
  const y = targetOf(page, frame, question)
  const random = (purpose: string) => ctx.random(purpose, 'checks')
  const checks = await ctx.timed(() => checkRows({ frame, split, page, question, y, random }))
  for (const { code, column, values, threshold, message } of checks.findings)
    ctx.warn(code, message, { ...(column !== undefined && { column }), ...values, threshold })
  const facts = {
    proof: { holds: checks.proof.holds, rows: checks.proof.rows },
    findings: checks.findings.map(({ code, column }) => ({ code, ...(column !== undefined && { column }) })),
  }
  return {
    outputs: { checks: await ctx.putJson(checks as unknown as Json) },
    facts: { checks: facts } as unknown as JsonObject,
  }
}
