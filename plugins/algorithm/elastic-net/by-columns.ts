import { alignUp, ColumnDescent, type ColumnTask, columnDescentBytes, type Kernels } from 'daybook/kernels'
import type { Descent, DescentRules } from '../linear/descent.ts'
import { violationsOf } from '../linear/violations.ts'

/** Rounds over the active features between two looks at all of them. */
const SWEEPS = 20
/** Multiplications between two turns for the event loop. */
const WORK = 2 ** 24

/** Coordinate descent over the columns themselves: over those that are active, until no other one breaks its condition. */
export async function descendColumns(
  kernels: Kernels,
  task: ColumnTask,
  { l1, l2 }: { readonly l1: number; readonly l2: number },
  rules: DescentRules,
): Promise<Descent> {
  const { starts, values, targets, squares, weight } = task
  const features = squares.length
  const bytes = columnDescentBytes(features, targets.length, values.length) + alignUp(4 * features)
  let lengthSquared = 0
  for (let i = 0; i < targets.length; i++) {
    lengthSquared += (weight?.[i] ?? 1) * (targets[i] as number) * (targets[i] as number)
  }
  return kernels.scope(bytes, async (memory) => {
    const descent = new ColumnDescent(kernels, memory, task)
    const whole = memory.u32(features)
    await rules.turn()
    const look = async (): Promise<ReturnType<typeof violationsOf>> => {
      descent.readSlopes()
      await rules.turn()
      return violationsOf(
        descent.coefficients,
        descent.slopes,
        () => l1,
        () => l2,
        (f) => Math.sqrt((squares[f] as number) * lengthSquared),
        rules.tolerance,
      )
    }
    let sweeps = 0
    let seen = await look()
    while (seen.largest > rules.tolerance && sweeps < rules.maxIterations) {
      const order = whole.subarray(0, seen.active.length)
      order.set(seen.active)
      const stored = order.reduce((sum, f) => sum + (starts[f + 1] as number) - (starts[f] as number), 1)
      const rounds = Math.max(1, Math.min(SWEEPS, rules.maxIterations - sweeps, Math.floor(WORK / stored)))
      descent.descend(l1, l2, order, rounds)
      sweeps += rounds
      rules.progress(sweeps)
      await rules.turn()
      seen = await look()
    }
    const converged = seen.largest <= rules.tolerance
    return { coefficients: Float64Array.from(descent.coefficients), sweeps, converged, violation: seen.largest }
  })
}
