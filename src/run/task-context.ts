import { canonicalJson } from '../base/canonical.ts'
import type { Digest } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { RandomStream } from '../base/random.ts'
import type { Frame } from '../frame/index.ts'
import { frameFromState } from '../frame/index.ts'
import {
  type KernelPool,
  type Kernels,
  scoringKernels,
  type TrainingKernels,
  trainingKernels,
} from '../kernels/index.ts'
import type { PageFacts, PluginUse } from '../plan/index.ts'
import {
  decodeState,
  encodeState,
  type FitContext,
  type Registry,
  type ShownWarning,
  type State,
} from '../plugin/api.ts'
import type { ObjectStore } from '../store/index.ts'
import type { Memo } from './memo.ts'
import { type Redactor, redactor } from './redact.ts'
import { ShownCollector } from './shown-collector.ts'
import { type Split, splitFromState } from './split/split.ts'
import type { Task, TaskEvent } from './task.ts'

/** What one process (or worker) has at hand for all of its tasks. */
export interface Workplace {
  readonly objects: ObjectStore
  /** Guarded: its plugins answer for what they throw. */
  readonly registry: Registry
  readonly memo: Memo
  /** Threads for the kernels of one task after the other. */
  readonly pool: KernelPool
  /** Module that exports `openPackaging`. Default: the one that comes with Daybook. */
  readonly packaging?: string
}

/** What a running task works with: its inputs, its plugins, what it shows, its clock. */
export class TaskContext {
  readonly task: Task
  readonly signal: AbortSignal
  readonly shown: ShownCollector
  readonly #workplace: Workplace
  readonly #onEvent: (event: TaskEvent) => void
  readonly #redact: Redactor
  #scoring: Kernels | undefined
  #training: TrainingKernels | undefined
  /** What scores on several threads. */
  #sharing: TrainingKernels | undefined
  #lastProgress = 0
  /** Time spent in the cell's own hook. */
  ms = 0

  constructor(task: Task, workplace: Workplace, onEvent: (event: TaskEvent) => void, signal: AbortSignal) {
    this.task = task
    this.signal = signal
    this.shown = new ShownCollector(task.plugin)
    this.#workplace = workplace
    this.#onEvent = onEvent
    this.#redact = redactor(task.page)
  }

  get page(): PageFacts {
    return this.task.page
  }

  get registry(): Registry {
    return this.#workplace.registry
  }

  get objects(): ObjectStore {
    return this.#workplace.objects
  }

  /** Module with the building blocks of targets: it stands above this layer, and is loaded by name as sets of plugins are. */
  get packaging(): string {
    return this.#workplace.packaging ?? 'daybook/packaging'
  }

  get memo(): Memo {
    return this.#workplace.memo
  }

  /**
   * One instance for everything that is applied or scored in this task: on several threads one over shared memory, whose bits
   * are those of the scoring build.
   */
  get scoring(): Kernels {
    const { threads } = this.task
    if (threads === 1) this.#scoring ??= scoringKernels()
    else this.#sharing ??= trainingKernels({ pool: this.#workplace.pool, threads })
    return (this.#scoring ?? this.#sharing) as Kernels
  }

  input(name: string): Digest {
    const digest = this.task.inputs[name]
    if (digest === undefined) throw new TypeError(`cell ${this.task.cell} has no input ${name}`)
    return digest
  }

  frame(name = 'frame'): Promise<Frame> {
    const digest = this.input(name)
    return this.memo.get(`frame ${digest}`, async () => frameFromState(decodeState(await this.objects.get(digest))))
  }

  split(): Promise<Split> {
    const digest = this.input('split')
    return this.memo.get(`split ${digest}`, async () => splitFromState(decodeState(await this.objects.get(digest))))
  }

  async state(digest: Digest): Promise<State> {
    return this.memo.get(`state ${digest}`, async () => decodeState(await this.objects.get(digest)))
  }

  async json(name: string): Promise<JsonObject> {
    return JSON.parse(new TextDecoder().decode(await this.objects.get(this.input(name)))) as JsonObject
  }

  /** Stores a state. @throws DaybookError PLUGIN_BAD_STATE */
  async putState(state: State): Promise<Digest> {
    return this.objects.put(encodeState(state))
  }

  /** Stores a value as canonical JSON. */
  async putJson(value: Json): Promise<Digest> {
    return this.objects.put(new TextEncoder().encode(canonicalJson(value)))
  }

  /** Runs the cell's own hook and counts its time. */
  async timed<T>(hook: () => T | Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      return await hook()
    } finally {
      this.ms += performance.now() - start
    }
  }

  /**
   * What a fitting hook of `use` gets, with memory of its own. `fold` names the fold that it is fitted for. One hook runs at a
   * time: the next context takes the threads from the one before.
   */
  fitContext(use: PluginUse, fold?: number): FitContext<JsonObject> {
    this.signal.throwIfAborted()
    const { threads } = this.task
    this.release()
    this.#training = trainingKernels({ pool: this.#workplace.pool, threads })
    return {
      params: paramsOf(use),
      kernels: this.#training,
      threads,
      signal: this.signal,
      random: (purpose) => {
        if (!use.random) throw fail('RUN_RANDOM_UNDECLARED', { plugin: use.use }, { plugin: use.use })
        return this.random(purpose, use.cell, fold)
      },
      progress: (done, total, note) => this.#progress(done, total, note && this.#redact.text(note)),
      figure: (figure) => this.shown.figure(figure),
      table: (table) => this.shown.table(table),
      warn: (warning) => this.#warn(warning),
    }
  }

  /** Gives the kernels' threads back: the pool serves one instance at a time. */
  release(): void {
    this.#training?.close()
    this.#sharing?.close()
    this.#training = undefined
    this.#sharing = undefined
  }

  /** A stream of the engine's own, or of a plugin. */
  random(purpose: string, cell: string, fold?: number): RandomStream {
    return new RandomStream({ seed: this.page.seed, cell, fold, purpose })
  }

  warn(code: string, message: string, evidence?: Json): void {
    this.#warn({ code, message, ...(evidence !== undefined && { evidence }) })
  }

  #warn(given: ShownWarning): void {
    const warning = this.#redact.warning(given)
    this.shown.warn(warning)
    this.#onEvent({ type: 'warned', warning })
  }

  /** At most some ten a second: progress is for eyes. */
  #progress(done: number, total: number, note?: string): void {
    this.signal.throwIfAborted()
    const now = performance.now()
    if (now - this.#lastProgress < 100 && done < total) return
    this.#lastProgress = now
    this.#onEvent({ type: 'progress', done, total, ...(note !== undefined && { note }) })
  }
}

/** Params as a hook gets them: locations are absolute paths, secrets their values. */
export function paramsOf(use: PluginUse): JsonObject {
  const filled = structuredClone(use.params) as Record<string, Json>
  for (const [path, value] of Object.entries({ ...use.locations, ...use.secrets })) put(filled, path.split('.'), value)
  return deepFreeze(filled)
}

function put(into: Record<string, Json>, [step, ...rest]: string[], value: string): void {
  if (step === undefined) return
  if (rest.length === 0) into[step] = value
  else put(into[step] as Record<string, Json>, rest, value)
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
