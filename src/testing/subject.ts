import { asDaybookError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Frame } from '../frame/index.ts'
import { KernelPool, type Kernels, scoringKernels, type TrainingKernels, trainingKernels } from '../kernels/index.ts'
import type { Defined, FitContext, ParamSchema, PluginKind, ScoringContext, ShownFigure } from '../plugin/api.ts'
import { fillParams } from '../plugin/fill-params.ts'
import { type TestContext, testContext } from './context.ts'
import { guarded } from './guard.ts'

/** What the suite cannot make up for a plugin. */
export interface CheckOptions {
  /** Params for generated data, where some have no default. Without them such a plugin is checked on its example alone. */
  readonly params?: JsonObject
  /** Data: files for the locations in `params`, by relative path, where an example cannot hold them as text. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** Data: the frames that `from` names, for a plugin that declares `inputs: 'some'`. */
  readonly inputs?: Readonly<Record<string, Frame>>
  /** Compress: an algorithm whose state it understands. Where it declares `*`, the suite brings one. */
  readonly algorithm?: Defined<'algorithm'>
}

/** A plugin under check: its hooks are called through here, watched, and what they show is kept. */
export class Subject<Kind extends PluginKind = PluginKind> {
  readonly plugin: Defined<Kind>
  readonly options: CheckOptions
  /** Two instances of the training kernels, so that a second fit meets other memory than the first. */
  readonly #training: readonly [Kernels, Kernels] = [trainingKernels(), trainingKernels()]
  readonly #scoring: Kernels = scoringKernels()
  readonly #pool = new KernelPool()
  /** Kernels of several threads, by their number. */
  readonly #threaded = new Map<number, TrainingKernels>()
  /** What hooks reached for that they may not. */
  readonly reached = new Set<string>()
  readonly figures: ShownFigure[] = []

  constructor(plugin: Defined<Kind>, options: CheckOptions) {
    this.plugin = plugin
    this.options = options
  }

  /** Another plugin that this one works on, under the same roof. */
  of<Other extends PluginKind>(plugin: Defined<Other>): Subject<Other> {
    return new Subject(plugin, {})
  }

  fill(given: object): JsonObject {
    return fillParams(this.plugin.params, given as JsonObject)
  }

  /** Params for generated data, or undefined where only the author could know them. */
  get generalParams(): JsonObject | undefined {
    const required = Object.values<ParamSchema>(this.plugin.params).some((schema) => schema.default === undefined)
    if (this.options.params !== undefined) return this.fill(this.options.params)
    return required ? undefined : this.fill({})
  }

  context(params: JsonObject, { threads = 1, memory = 0 as 0 | 1 } = {}): FitContext<JsonObject> {
    const context: TestContext<JsonObject> = testContext({
      params,
      threads,
      random: this.plugin.random === true,
      kernels: threads === 1 ? this.#training[memory] : this.#kernelsOf(threads),
    })
    return { ...context, figure: (figure) => void this.figures.push(figure) }
  }

  /** Gives back the threads that hooks were lent. */
  async close(): Promise<void> {
    for (const kernels of this.#threaded.values()) kernels.close()
    await this.#pool.close()
  }

  #kernelsOf(threads: number): Kernels {
    const known = this.#threaded.get(threads) ?? trainingKernels({ pool: this.#pool, threads })
    this.#threaded.set(threads, known)
    return known
  }

  /** @param kernels which build of them; both give equal bits */
  scoringContext(params: JsonObject, kernels: 'scoring' | 'training' = 'scoring'): ScoringContext<JsonObject> {
    return { params, kernels: kernels === 'scoring' ? this.#scoring : this.#training[0] }
  }

  /** Calls a hook under guard. @throws what the hook threw, with the hook's name */
  async call<T>(hook: string, work: () => T | Promise<T>, folder?: string): Promise<T> {
    const { result, thrown, reached } = await guarded(work, folder)
    for (const what of reached) this.reached.add(`${hook} used ${what}`)
    if (thrown !== undefined) throw new Error(`${hook} failed: ${asDaybookError(thrown).message}`, { cause: thrown })
    return result as T
  }
}
