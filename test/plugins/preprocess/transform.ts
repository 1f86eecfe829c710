import { Frame } from 'daybook/frame'
import type { Defined, JsonObject, State } from 'daybook/plugin'
import { frameOf, type PlainColumns, testContext, testScoringContext } from 'daybook/testing'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import { plainValues } from '../../../src/testing/example-frame.ts'

/** Fits on a frame, applies to another, with defaults filled in. */
export async function transformFrame(
  plugin: Defined<'preprocess'>,
  given: JsonObject,
  fit: Frame,
  apply: Frame,
): Promise<Frame> {
  const params = fillParams(plugin.params, given)
  const input = { frame: fit, task: 'regression', classes: [] } as const
  const state: State = await plugin.fit(input, params, testContext({ params }))
  return new Frame(apply.rows, plugin.apply(state, apply, testScoringContext(params)))
}

/** The same with plain values in and out. */
export async function transform(
  plugin: Defined<'preprocess'>,
  given: JsonObject,
  fit: PlainColumns,
  apply: PlainColumns = fit,
): Promise<Record<string, readonly unknown[]>> {
  const frame = frameOf(fit, plugin.takes)
  const out = await transformFrame(plugin, given, frame, frameOf(apply, plugin.takes, frame))
  return Object.fromEntries(out.columns.map((column) => [column.name, plainValues(column, out.rows)]))
}
