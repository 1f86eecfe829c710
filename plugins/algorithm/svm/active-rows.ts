import { type Kernels, placeInTiles, SVM_TILE, type SvmSolver, wholeTiles } from 'daybook/kernels'
import { decisionsOf } from './decide.ts'
import type { Problem, SolverRules, Turn } from './problem.ts'
import { countTo, someOf, writeRow } from './rows.ts'

/** The share of active rows that must be done with before they are taken out: moving the others costs, too. */
const WORTHWHILE = 0.2

/** Values that are handed to the solver between two turns of the event loop. */
const FILLED = 4e6

/** Most that a row gains by rising, least by falling: their difference is how far a solution is from optimal. */
export interface Bounds {
  readonly highest: number
  readonly lowest: number
}

/** What the coefficient of a row gains by rising (minus infinity at its ceiling) and by falling (infinity at its floor). */
export function gainsOf(
  { floors, ceilings, epsilon }: Problem,
  row: number,
  error: number,
  beta: number,
): readonly [number, number] {
  return [
    beta < (ceilings[row] as number) ? error + (beta >= 0 ? -epsilon : epsilon) : Number.NEGATIVE_INFINITY,
    beta > (floors[row] as number) ? error + (beta > 0 ? -epsilon : epsilon) : Number.POSITIVE_INFINITY,
  ]
}

/**
 * The rows that a solver works on, and those that were taken out because they stand at a bound and have no reason to leave
 * it (T. Joachims, "Making large-scale SVM learning practical", 1999).
 */
export class ActiveRows {
  /** Errors and coefficients by row: of the active ones, as of the last `takeOut`. */
  readonly errors: Float64Array
  readonly betas: Float64Array
  readonly #kernels: Kernels
  readonly #solver: SvmSolver
  readonly #problem: Problem
  readonly #rules: SolverRules
  /** Rows by position. */
  #active: Uint32Array
  /** Rows taken out together, whose errors are those of the coefficients of that time. */
  #aside: { readonly rows: Uint32Array; readonly betas: Float64Array }[] = []

  /** All rows of a problem, handed to its solver. */
  static async of(
    kernels: Kernels,
    solver: SvmSolver,
    problem: Problem,
    rules: SolverRules,
    turn: Turn,
  ): Promise<ActiveRows> {
    const rows = new ActiveRows(kernels, solver, problem, rules)
    await rows.#fill(0, turn)
    return rows
  }

  private constructor(kernels: Kernels, solver: SvmSolver, problem: Problem, rules: SolverRules) {
    const { rows } = problem.source
    this.#kernels = kernels
    this.#solver = solver
    this.#problem = problem
    this.#rules = rules
    this.errors = Float64Array.from(problem.targets)
    this.betas = new Float64Array(rows)
    this.#active = countTo(rows)
  }

  get count(): number {
    return this.#active.length
  }

  /** Bounds over the active rows. */
  bounds(): Bounds {
    const { errors, up, low } = this.#solver
    let highest = Number.NEGATIVE_INFINITY
    let lowest = Number.POSITIVE_INFINITY
    for (let position = 0; position < this.count; position++) {
      const error = errors[position] as number
      highest = Math.max(highest, error + (up[position] as number))
      lowest = Math.min(lowest, error + (low[position] as number))
    }
    return { highest, lowest }
  }

  /** Takes out the rows that are done with, where they are enough. */
  async shrink(turn: Turn): Promise<void> {
    const { errors, up, low } = this.#solver
    const { highest, lowest } = this.bounds()
    const keep: number[] = []
    const out: number[] = []
    for (let position = 0; position < this.count; position++) {
      const error = errors[position] as number
      const done = error + (up[position] as number) < lowest && error + (low[position] as number) > highest
      if (done) out.push(this.#active[position] as number)
      else keep.push(position)
    }
    if (out.length < WORTHWHILE * this.count) return
    this.takeOut()
    this.#aside.push({ rows: Uint32Array.from(out), betas: this.betas.slice() })
    this.#active = Uint32Array.from(keep, (position) => this.#active[position] as number)
    await this.#solver.shrink(Int32Array.from(keep), () => turn(0, 'moving rows'))
    await this.#fill(0, turn)
  }

  /**
   * Looks at the rows that were taken out, once the solver takes no more steps: those that are not done with come back.
   * `optimal`: the tolerance is met over all rows. `stuck`: it is not, and no row came back: the arithmetic gives no more.
   */
  async settle(turn: Turn): Promise<'optimal' | 'stuck' | 'open'> {
    const { tolerance } = this.#rules
    if (this.#aside.length === 0) return this.#solver.highest - this.#solver.lowest < tolerance ? 'optimal' : 'stuck'
    this.takeOut()
    await this.refresh(turn)
    const own = this.bounds()
    let { highest, lowest } = own
    const back: number[] = []
    const out: number[] = []
    for (const { rows } of this.#aside) {
      for (const row of rows) {
        const [up, low] = gainsOf(this.#problem, row, this.errors[row] as number, this.betas[row] as number)
        highest = Math.max(highest, up)
        lowest = Math.min(lowest, low)
        if (up < own.lowest && low > own.highest) out.push(row)
        else back.push(row)
      }
    }
    if (highest - lowest < tolerance) return 'optimal'
    if (back.length === 0) return 'stuck'
    this.#aside = out.length === 0 ? [] : [{ rows: Uint32Array.from(out), betas: this.betas.slice() }]
    const before = this.count
    this.#active = Uint32Array.from([...this.#active, ...back])
    await this.#solver.extend(this.count, () => turn(0, 'moving rows'))
    await this.#fill(before, turn)
    return 'open'
  }

  /** Brings the errors of rows that were taken out up to now. */
  async refresh(turn: Turn): Promise<void> {
    const { source } = this.#problem
    for (const part of this.#aside) {
      const changes = this.betas.map((beta, row) => beta - (part.betas[row] as number))
      const machine = { source, betas: changes, intercept: 0 }
      const given = someOf(source, part.rows)
      const values = await decisionsOf(this.#kernels, machine, this.#rules.kernel, given, turn)
      for (const [k, row] of part.rows.entries())
        this.errors[row] = (this.errors[row] as number) - (values[k] as number)
    }
    const betas = this.betas.slice()
    this.#aside = this.#aside.map(({ rows }) => ({ rows, betas }))
  }

  /** Brings errors and coefficients of the active rows up to now. */
  takeOut(): void {
    const { errors, betas } = this.#solver
    for (const [position, row] of this.#active.entries()) {
      this.errors[row] = errors[position] as number
      this.betas[row] = betas[position] as number
    }
  }

  /** Hands the active rows from a position on to the solver. */
  async #fill(from: number, turn: Turn): Promise<void> {
    const solver = this.#solver
    const { source, floors, ceilings } = this.#problem
    const { features } = source
    const first = from - (from % SVM_TILE)
    const end = wholeTiles(this.count)
    solver.tiles.fill(0, first * features, end * features)
    for (const array of [solver.errors, solver.betas, solver.floors, solver.ceilings]) array.fill(0, this.count, end)
    for (let position = first; position < this.count; position++) {
      const row = this.#active[position] as number
      writeRow(source, row, solver.tiles, placeInTiles(position, features), SVM_TILE)
      if ((position * features) % FILLED < features) await turn(0, 'rows')
      solver.errors[position] = this.errors[row] as number
      solver.betas[position] = this.betas[row] as number
      solver.floors[position] = floors[row] as number
      solver.ceilings[position] = ceilings[row] as number
    }
    solver.enter()
  }
}
