import { type GrownTree, LEARNED_FROM } from 'daybook/kernels'
import { meansOf } from './score.ts'

/** What out-of-bag rows were given by the trees that did not learn from them. */
export interface OutOfBag {
  /** Means f64 [rows], or distributions f64 [rows, classes]; NaN for a row that every tree learned from. */
  readonly scores: Float64Array
  /** Trees that a row was scored by. */
  readonly trees: Uint32Array
}

/** Sums up what trees give for the rows that they left out, in the order of the trees. */
export class OutOfBagScores {
  readonly #classes: number
  readonly #sums: Float64Array
  readonly #trees: Uint32Array

  /** `classes`: of distributions; 0 where leaves give a value. */
  constructor(rows: number, classes: number) {
    this.#classes = classes
    this.#sums = new Float64Array(rows * Math.max(classes, 1))
    this.#trees = new Uint32Array(rows)
  }

  add({ outside = new Uint32Array(0), leaves }: GrownTree): void {
    const values = new Float32Array(outside.buffer)
    const classes = this.#classes
    for (let row = 0; row < outside.length; row++) {
      const word = outside[row] as number
      if (word === LEARNED_FROM) continue
      this.#trees[row] = (this.#trees[row] as number) + 1
      if (classes === 0) this.#sums[row] = (this.#sums[row] as number) + (values[row] as number)
      for (let k = 0; k < classes; k++) {
        const at = row * classes + k
        this.#sums[at] = (this.#sums[at] as number) + (leaves[word * classes + k] as number)
      }
    }
  }

  means(): OutOfBag {
    const trees = this.#trees
    return { scores: meansOf(this.#sums, this.#classes, (row) => trees[row] as number), trees }
  }
}
