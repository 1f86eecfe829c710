import type { DenseFeatures } from 'daybook/frame'
import { alignUp, gatherRows, type KernelMemory, scale } from 'daybook/kernels'
import { type BoundOptimizer, type FitContext, fail, type RandomStream } from 'daybook/plugin'
import { initialParameters } from './initial.ts'
import { CHUNK, Network, networkBytes } from './network.ts'
import { type NetworkShape, workPerRow } from './shape.ts'
import type { LossFunction, Targets } from './targets.ts'

/** Multiplications between two looks at the abort signal: about 50 ms of work. */
const WORK_BETWEEN_PAUSES = 2e8

/** What a call counts besides, in multiplications: with few rows and units it is all the work there is. */
const WORK_OF_A_CALL = 50000

/** Rows with their targets on the network's scale. */
export interface Examples extends Targets {
  readonly X: DenseFeatures
}

export interface TrainingPlan {
  readonly shape: NetworkShape
  readonly loss: LossFunction
  readonly optimizer: BoundOptimizer
  readonly epochs: number
  readonly batchSize: number
  readonly l2: number
  /** Epochs without a better validation loss before it stops; undefined: never. */
  readonly patience?: number
}

export interface Trained {
  readonly parameters: Float32Array
  /** Mean loss of an epoch's rows, dropout at work; without the penalty. */
  readonly trainLoss: readonly number[]
  readonly validationLoss: readonly number[]
  /** The epoch whose parameters these are, from 1. */
  readonly epoch: number
}

/** Trains a network from its seeded start. Single-threaded; sums run over the rows in order. */
export async function train(
  examples: Examples,
  validation: Examples | undefined,
  plan: TrainingPlan,
  ctx: FitContext,
): Promise<Trained> {
  const bytes = trainingBytes(examples.X, plan)
  return ctx.kernels.scope(bytes, async (memory) => {
    const training = new Training(memory, examples, plan, ctx)
    const trainLoss: number[] = []
    const validationLoss: number[] = []
    let best = { loss: Number.POSITIVE_INFINITY, epoch: plan.epochs, parameters: training.parameters }
    for (let epoch = 1; epoch <= plan.epochs; epoch++) {
      const loss = await training.epoch(epoch)
      // A unit that is NaN can hide behind a rectifier: the loss alone does not tell.
      if (!Number.isFinite(loss) || !training.parameters.every(Number.isFinite)) throw fail('FIT_DIVERGED', { epoch })
      trainLoss.push(loss)
      if (validation !== undefined) validationLoss.push(training.lossOver(validation))
      ctx.progress(epoch, plan.epochs, `loss ${(validationLoss.at(-1) ?? loss).toFixed(4)}`)
      if (plan.patience === undefined || validation === undefined) continue
      const reached = validationLoss.at(-1) as number
      if (reached < best.loss) best = { loss: reached, epoch, parameters: training.parameters.slice() }
      else if (epoch - best.epoch >= plan.patience) break
    }
    return { parameters: best.parameters.slice(), trainLoss, validationLoss, epoch: best.epoch }
  })
}

/** Rows that are in memory at a time, and rows of an update. */
function sizesOf(X: DenseFeatures, { optimizer, batchSize }: TrainingPlan): { chunk: number; batch: number } {
  const batch = optimizer.batch === 'all' ? X.rows : Math.min(batchSize, X.rows)
  return { chunk: Math.min(CHUNK, batch), batch }
}

function trainingBytes(X: DenseFeatures, plan: TrainingPlan): number {
  const { shape, optimizer } = plan
  const { chunk: rows } = sizesOf(X, plan)
  const ofRows = (width: number): number => alignUp(4 * rows * width)
  const vectors = (2 + optimizer.slots.length) * alignUp(4 * shape.parameters)
  const data = alignUp(X.values.byteLength) + alignUp(4 * X.rows)
  return data + vectors + ofRows(shape.inputs) + ofRows(shape.outputs) + 2 * ofRows(1) + networkBytes(shape, rows, true)
}

/** One training in its memory: data, parameters, gradients, the optimizer's slots and one chunk of rows. */
class Training {
  readonly parameters: Float32Array
  readonly #plan: TrainingPlan
  readonly #ctx: FitContext
  readonly #examples: Examples
  readonly #batch: number
  readonly #chunkRows: number
  readonly #values: Float32Array
  readonly #order: Uint32Array
  readonly #gradients: Float32Array
  readonly #slots: readonly Float32Array[]
  readonly #input: Float32Array
  readonly #d: Float32Array
  readonly #y: Int32Array | Float32Array
  readonly #weight: Float32Array
  readonly #network: Network
  readonly #dropoutStreams: readonly (RandomStream | undefined)[]
  #updates = 0
  #work = 0

  constructor(memory: KernelMemory, examples: Examples, plan: TrainingPlan, ctx: FitContext) {
    const { shape, optimizer } = plan
    const { X } = examples
    const { chunk: rows, batch } = sizesOf(X, plan)
    this.#plan = plan
    this.#batch = batch
    this.#ctx = ctx
    this.#examples = examples
    this.#chunkRows = rows
    this.#values = memory.put(X.values)
    this.#order = memory.u32(X.rows)
    this.parameters = memory.put(initialParameters(shape, ctx.random))
    this.#gradients = memory.f32(shape.parameters)
    this.#slots = optimizer.slots.map(() => memory.f32(shape.parameters))
    this.#input = memory.f32(rows * shape.inputs)
    this.#d = memory.f32(rows * shape.outputs)
    this.#y = examples.y instanceof Int32Array ? memory.i32(rows) : memory.f32(rows)
    this.#weight = memory.f32(rows)
    this.#network = new Network(ctx.kernels, memory, { shape, parameters: this.parameters, rows, back: true })
    this.#dropoutStreams = shape.layers.map(({ kind }, index) =>
      kind === 'dropout' ? ctx.random(`dropout ${index}`) : undefined,
    )
  }

  /** One pass over all rows in a new order. Returns the mean loss. */
  async epoch(epoch: number): Promise<number> {
    const { optimizer, shape } = this.#plan
    const { rows } = this.#examples.X
    this.#ctx.signal.throwIfAborted()
    this.#order.set(this.#ctx.random('rows').derive(String(epoch)).permutation(rows))
    let total = 0
    for (let start = 0; start < rows; start += this.#batch) {
      const size = Math.min(this.#batch, rows - start)
      total += await this.#gradientsOver(start, size)
      const { parameters } = this
      optimizer.update(
        { parameters, gradients: this.#gradients, slots: this.#slots, t: ++this.#updates },
        this.#ctx.kernels,
      )
      await this.#spend(shape.parameters)
    }
    return total / rows
  }

  /** Mean loss over rows, without dropout. */
  lossOver(examples: Examples): number {
    const { shape, loss } = this.#plan
    const { rows, values } = examples.X
    let total = 0
    for (let start = 0; start < rows; start += this.#chunkRows) {
      const count = Math.min(this.#chunkRows, rows - start)
      this.#input.set(values.subarray(start * shape.inputs, (start + count) * shape.inputs))
      const y = this.#y.subarray(0, count)
      y.set(examples.y.subarray(start, start + count))
      const weight = this.#weight.subarray(0, count)
      weight.set(examples.weight.subarray(start, start + count))
      const z = this.#network.forward(this.#input, count)
      total += loss(this.#ctx.kernels, { z, y, weight, d: this.#d, factor: 0 })
    }
    return total / rows
  }

  /** Gradients of the mean loss of a batch and of the penalty. Returns the batch's summed loss. */
  async #gradientsOver(start: number, size: number): Promise<number> {
    this.#penalty()
    let total = 0
    for (let at = start; at < start + size; at += this.#chunkRows) {
      const count = Math.min(this.#chunkRows, start + size - at)
      total += this.#chunk(this.#order.subarray(at, at + count), 1 / size)
      await this.#spend(count * workPerRow(this.#plan.shape))
    }
    return total
  }

  #chunk(order: Uint32Array, factor: number): number {
    const { shape, loss } = this.#plan
    const { kernels } = this.#ctx
    const count = order.length
    gatherRows(kernels, this.#input, this.#values, order, shape.inputs)
    const y = this.#y.subarray(0, count)
    const weight = this.#weight.subarray(0, count)
    for (let i = 0; i < count; i++) {
      const row = order[i] as number
      y[i] = this.#examples.y[row] as number
      weight[i] = this.#examples.weight[row] as number
    }
    const z = this.#network.forward(this.#input, count, this.#dropoutStreams)
    const d = this.#d.subarray(0, z.length)
    const total = loss(kernels, { z, y, weight, d, factor })
    this.#network.backward(this.#input, count, d, this.#gradients)
    return total
  }

  /** Gradients become those of l2 / 2 · sum of squared weights; biases are not punished. */
  #penalty(): void {
    this.#gradients.fill(0)
    const { shape, l2 } = this.#plan
    if (l2 === 0) return
    for (const layer of shape.layers) {
      if (layer.kind !== 'dense') continue
      const { weightsAt, biasAt } = layer
      const weights = this.parameters.subarray(weightsAt, biasAt)
      scale(this.#ctx.kernels, this.#gradients.subarray(weightsAt, biasAt), weights, l2)
    }
  }

  /** Lets events such as a cancellation in, now and then. */
  async #spend(work: number): Promise<void> {
    this.#work += work + WORK_OF_A_CALL
    if (this.#work < WORK_BETWEEN_PAUSES) return
    this.#work = 0
    await new Promise((resolve) => setImmediate(resolve))
    this.#ctx.signal.throwIfAborted()
  }
}
