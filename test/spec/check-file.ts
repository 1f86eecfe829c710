import { dirname } from 'node:path'
import { asDaybookError, type DaybookError } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { type Frame, typeTable } from '../../src/frame/index.ts'
import { scoringKernels } from '../../src/kernels/index.ts'
import { type DataPlugin, type FitContext, RandomStream, type ReadContext } from '../../src/plugin/index.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import {
  checkData,
  checkPage,
  factsForReading,
  type Override,
  type Pipeline,
  placeDataErrors,
  readPage,
} from '../../src/spec/index.ts'

/** What `validate` finds in a page and in its data, in order. */
export async function checkFile(file: string, overrides: readonly Override[] = []): Promise<readonly DaybookError[]> {
  try {
    const registry = await openRegistry({ folder: dirname(file) })
    const { pipeline, errors } = await checkPage(await readPage(file), { registry, env: {} }, overrides)
    if (pipeline === undefined) return errors
    const [source] = pipeline.sources
    if (source === undefined || source.from.length > 0) return []
    const table = await (source.plugin.plugin as DataPlugin).read(
      { ...source.params, ...source.locations } as never,
      contextOf(pipeline),
    )
    const typed = typeTable(table, factsForReading(pipeline), source.id)
    if (typed.errors.length > 0) return placeDataErrors(pipeline, source, typed.errors)
    return checkData(pipeline, typed.frame, registry)
  } catch (thrown) {
    return asDaybookError(thrown).all
  }
}

function contextOf(pipeline: Pipeline): ReadContext<never> {
  const nothing = () => {}
  const context: FitContext<JsonObject> & { inputs: ReadonlyMap<string, Frame> } = {
    params: {},
    kernels: scoringKernels(),
    random: (purpose) => new RandomStream({ seed: pipeline.seed, cell: 'data', purpose }),
    threads: 1,
    signal: new AbortController().signal,
    progress: nothing,
    figure: nothing,
    table: nothing,
    warn: nothing,
    inputs: new Map(),
  }
  return context as unknown as ReadContext<never>
}
