import type { Digest } from '../base/digest.ts'
import { asDaybookError, type DaybookError, fail, failAll } from '../base/errors.ts'
import type { Plan, PlannedCell } from '../plan/index.ts'
import { hashFile } from '../plan/key.ts'
import type { ShownWarning } from '../plugin/api.ts'
import {
  awaited,
  type CellEntry,
  type CellState,
  type DemandedApproval,
  type GateResult,
  type RunEvent,
  type Store,
} from '../store/index.ts'
import { defer } from './deferred.ts'
import type { Executor, Task } from './task.ts'

/** How a cell ended. */
export interface CellOutcome {
  readonly cell: PlannedCell
  readonly state: CellState
  readonly entry: CellEntry | undefined
}

/** What came of a plan. */
export interface PlanOutcome {
  readonly cells: readonly CellOutcome[]
  /** What ended the run early: the first cell that failed, or the interruption. */
  readonly problem: DaybookError | undefined
  /** True where the page does not fit its data: that is no run that failed, it is a page that is wrong. */
  readonly invalid: boolean
  /** How the approvals stand that the page demands; undefined where nobody came to ask for them. */
  readonly approvals?: readonly DemandedApproval[]
}

export interface Scheduling {
  readonly plan: Plan
  readonly store: Store
  readonly run: string
  /** Cells that run at a time, and threads that a kernel may use. */
  readonly threads: number
  readonly signal: AbortSignal
  /** Made when the first stale cell is ready: an unchanged run starts no worker. */
  executor(): Executor
  onEvent(event: RunEvent): void
  /** Does the page say that a warning of a cell is of no concern? */
  isSilenced(cell: string, warning: ShownWarning): boolean
  /** Holds the page against its typed data before anything is made of it: all that is wrong. */
  checkData(frame: Digest): Promise<readonly DaybookError[]>
  /** Looks for the approvals that the page demands, once all cells but those of deployment have ended and the gates are passed. */
  findApprovals?(cells: readonly CellOutcome[]): Promise<readonly DemandedApproval[]>
}

/**
 * Runs the stale cells of a plan, each as soon as what it needs is there, at most `threads` at a time. The order that they
 * end in changes nothing that they give. After a failure no cell is started; those that run are let finish, for the cache.
 */
export async function runPlan(scheduling: Scheduling): Promise<PlanOutcome> {
  const run = new PlanRun(scheduling)
  return run.finish()
}

class PlanRun {
  readonly #given: Scheduling
  readonly #waiting: Set<PlannedCell>
  readonly #running = new Set<PlannedCell>()
  readonly #ended = new Map<string, CellOutcome>()
  readonly #done = defer<void>()
  #problem: DaybookError | undefined
  #invalid = false
  #check: 'waiting' | 'running' | 'done'
  #approvals: readonly DemandedApproval[] | undefined
  #asking = false

  constructor(given: Scheduling) {
    this.#given = given
    this.#waiting = new Set(given.plan.cells)
    // What is cached was checked when it ran.
    this.#check = given.plan.cells.every(({ cached }) => cached !== undefined) ? 'done' : 'waiting'
  }

  async finish(): Promise<PlanOutcome> {
    this.#advance()
    await this.#done.promise
    return {
      cells: this.#outcomes(),
      problem: this.#problem,
      invalid: this.#invalid,
      ...(this.#approvals && { approvals: this.#approvals }),
    }
  }

  /** How the cells ended that have, in the order of the plan. */
  #outcomes(): CellOutcome[] {
    return this.#given.plan.cells.flatMap(({ id }) => this.#ended.get(id) ?? [])
  }

  /** Ends what is cached, skips what cannot run any more, starts what is ready. */
  #advance(): void {
    const { signal, threads } = this.#given
    if (signal.aborted) this.#problem ??= fail('RUN_INTERRUPTED', {})
    const ready: PlannedCell[] = []
    for (const cell of this.#waiting) {
      const held = isTarget(cell) ? this.#heldBy() : undefined
      if (held !== undefined) this.#end(cell, 'skipped', undefined, held)
      else if (isTarget(cell) && this.#problem === undefined && !this.#mayDeploy()) continue
      else if (cell.cached !== undefined) this.#end(cell, 'cached', cell.cached)
      else if (this.#problem !== undefined) this.#end(cell, 'skipped', undefined, 'the run ended before it')
      else if (this.#running.size + ready.length < threads && this.#isReady(cell)) ready.push(cell)
    }
    // Cells that run side by side share the threads: the kernels' own would only be in each other's way. Checks
    // are over before a training is well under way: it keeps its threads.
    const heavy = [...this.#running, ...ready].filter(({ work }) => work.type !== 'checks').length
    const share = Math.max(1, Math.floor(threads / Math.max(1, heavy)))
    for (const cell of ready) this.#start(cell, share)
    if (this.#check === 'running' || this.#asking) return
    if (this.#mustAsk()) void this.#ask()
    else if (this.#waiting.size === 0 && this.#running.size === 0) this.#done.resolve()
  }

  /** Once the rows are there, the page is held against them; all other cells wait for that. */
  async #checkData(entry: CellEntry): Promise<void> {
    this.#check = 'running'
    try {
      const errors = await this.#given.checkData(entry.outputs.frame as Digest)
      if (errors.length > 0) {
        this.#invalid = true
        this.#problem ??= failAll(errors)
      }
    } catch (thrown) {
      this.#problem ??= asDaybookError(thrown)
    }
    this.#check = 'done'
    this.#advance()
  }

  #isReady({ needs, after, work }: PlannedCell): boolean {
    if (work.type !== 'source' && this.#check !== 'done') return false
    return [...needs.map(({ cell }) => cell), ...after].every((id) => this.#ended.has(id))
  }

  /** What keeps the targets from being made, once that is known: an earlier deployment of equal bytes does not change it. */
  #heldBy(): string | undefined {
    if (gatesOf([...this.#ended.values()]).some(({ passed }) => !passed)) return 'a gate failed'
    const roles = awaited(this.#approvals ?? [])
    if (roles !== undefined) return `waits for approval by ${roles}`
    return this.#problem === undefined ? undefined : 'the run ended before it'
  }

  #mayDeploy(): boolean {
    const asked = this.#given.findApprovals === undefined || this.#approvals !== undefined
    return asked && this.#given.plan.cells.every((cell) => isTarget(cell) || this.#ended.has(cell.id))
  }

  /** Is nothing left to be done but to ask for approvals? */
  #mustAsk(): boolean {
    if (this.#given.findApprovals === undefined || this.#approvals !== undefined) return false
    return this.#heldBy() === undefined && this.#running.size === 0 && [...this.#waiting].every(isTarget)
  }

  async #ask(): Promise<void> {
    this.#asking = true
    try {
      this.#approvals = await this.#given.findApprovals?.(this.#outcomes())
    } catch (thrown) {
      this.#problem ??= asDaybookError(thrown)
    }
    this.#asking = false
    this.#advance()
  }

  #start(cell: PlannedCell, threads: number): void {
    this.#waiting.delete(cell)
    this.#running.add(cell)
    this.#given.onEvent({ type: 'cellStarted', cell: cell.id, plugin: cell.plugin })
    void this.#run(cell, threads).then(() => {
      this.#running.delete(cell)
      this.#advance()
    })
  }

  async #run(cell: PlannedCell, threads: number): Promise<void> {
    const { onEvent, isSilenced, signal, store, run } = this.#given
    try {
      const answer = await this.#given
        .executor()
        .submit(
          this.#taskOf(cell, threads),
          (event) =>
            onEvent(
              event.type === 'warned'
                ? { ...event, type: 'cellWarned', cell: cell.id, silenced: isSilenced(cell.id, event.warning) }
                : { ...event, type: 'cellProgress', cell: cell.id },
            ),
          signal,
        )
      await checkInputs(cell)
      const entry: CellEntry = { format: 1, key: cell.key, parts: cell.keyParts, run, ...answer }
      await store.cells.put(entry)
      this.#end(cell, 'ran', entry)
    } catch (thrown) {
      const caught = asDaybookError(thrown)
      const error = caught.cell === undefined ? caught.with({ cell: cell.id }) : caught
      this.#problem ??= error
      if (cell.work.type === 'source' && /^(DATA|SPEC|PLAN)_/.test(error.code)) this.#invalid = true
      if (error.code === 'RUN_INTERRUPTED') this.#end(cell, 'skipped', undefined, 'the run was interrupted')
      else this.#end(cell, 'failed')
    }
  }

  #taskOf({ id, plugin, work, needs }: PlannedCell, threads: number): Task {
    const inputs = needs.map(({ name, cell, output }) => [name, this.#output(cell, output)] as const)
    const { plan } = this.#given
    return { cell: id, plugin, work, page: plan.page, inputs: Object.fromEntries(inputs), threads }
  }

  #output(cell: string, output: string): Digest {
    const digest = this.#ended.get(cell)?.entry?.outputs[output]
    if (digest === undefined) throw new TypeError(`cell ${cell} gave no ${output}`)
    return digest
  }

  #end(cell: PlannedCell, state: CellState, entry?: CellEntry, why = cell.why): void {
    this.#waiting.delete(cell)
    this.#ended.set(cell.id, { cell, state, entry })
    this.#given.onEvent({
      type: 'cellEnded',
      cell: cell.id,
      state,
      ms: state === 'ran' ? (entry?.ms ?? 0) : 0,
      why,
    })
    if (cell.id === this.#given.plan.page.from && entry !== undefined && this.#check === 'waiting')
      void this.#checkData(entry)
  }
}

/** Targets of deployment wait for all else. */
function isTarget({ after }: PlannedCell): boolean {
  return after.includes('gates')
}

/** The key holds the files that were planned with: those must be the ones that were read. */
async function checkInputs({ keyParts, locations }: PlannedCell): Promise<void> {
  for (const [param, digest] of Object.entries((keyParts.files ?? {}) as Readonly<Record<string, Digest>>)) {
    if ((await hashFile(locations[param] as string, param)) !== digest) throw fail('RUN_INPUT_CHANGED', { param })
  }
}

/** Results of the gates, as far as the run came. */
export function gatesOf(cells: readonly CellOutcome[]): readonly GateResult[] {
  const { entry } = cells.find(({ cell }) => cell.work.type === 'gates') ?? {}
  return (entry?.facts.gates ?? []) as unknown as readonly GateResult[]
}
