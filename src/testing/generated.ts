import { RandomStream } from '../base/random.ts'
import { type Column, type ColumnType, type Feature, type Features, Frame, MISSING, UNSEEN } from '../frame/index.ts'
import type { FeatureForm, LabelledFeatures, Task } from '../plugin/api.ts'

// Small data sets, equal on every machine, that a learner can learn something from.

/** Numbers for one purpose: `next()` is uniform in [0, 1). */
export function numbers(purpose: string): { next(): number; below(bound: number): number } {
  const stream = new RandomStream({ seed: 1, cell: 'conformance', purpose })
  let index = 0
  return {
    next: () => stream.uniform(index++),
    below: (bound) => Math.floor(stream.uniform(index++) * bound),
  }
}

const words = ['good', 'bad', 'Case', 'naïve', 'слово', 'not', '12', "don't", 'straße', '中文']

/** Two columns of each type. With `holes`, a sixth of the values is missing; with `unseen`, some levels are unknown. */
export function generatedFrame(
  types: readonly ColumnType[],
  rows: number,
  purpose: string,
  { holes = false, unseen = false } = {},
): Frame {
  const { next, below } = numbers(purpose)
  const hole = (): boolean => holes && next() < 1 / 6
  const fill = <T>(value: () => T, missing: T): T[] =>
    Array.from({ length: rows }, (_, row) => (row > 1 && hole() ? missing : value()))
  const make: Readonly<Record<ColumnType, (name: string) => Column>> = {
    number: (name) => ({ type: 'number', name, values: Float64Array.from(fill(() => 200 * next() - 50, Number.NaN)) }),
    category: (name) => {
      const code = (): number => (unseen && next() < 0.1 ? UNSEEN : below(4))
      return { type: 'category', name, levels: ['A', 'b', 'c d', 'é'], values: Int32Array.from(fill(code, MISSING)) }
    },
    boolean: (name) => ({ type: 'boolean', name, values: Int8Array.from(fill(() => below(2), MISSING)) }),
    date: (name) => {
      const moment = (): number => (below(40_000) - 10_000) * 86_400_000 + below(24) * 3_600_000
      return { type: 'date', name, values: Float64Array.from(fill(moment, Number.NaN)) }
    },
    text: (name) => {
      const text = (): string => Array.from({ length: 1 + below(6) }, () => words[below(words.length)]).join(' ')
      return { type: 'text', name, values: fill<string | null>(text, null) }
    },
    sparse: (name) => {
      const starts = Uint32Array.from({ length: rows + 1 }, (_, row) => row)
      const indices = Uint32Array.from({ length: rows }, () => below(3))
      const values = Float32Array.from({ length: rows }, () => Math.fround(next()))
      return { type: 'sparse', name, features: ['x', 'y', 'z'].map((one) => `${name}=${one}`), starts, indices, values }
    },
  }
  return new Frame(
    rows,
    types.flatMap((type) => [make[type](`${type}One`), make[type](`${type}Two`)]),
  )
}

/** Class texts of a task; none in the tasks without classes. */
export function classesOf(task: Task): readonly string[] {
  return task === 'binary' ? ['no', 'yes'] : task === 'multiclass' ? ['a', 'b', 'c'] : []
}

/** Class codes or values that hang on `score`, so that there is something to learn. Every class is there. */
export function targetOf(task: Task, score: readonly number[]): Float32Array | Int32Array {
  if (task === 'clustering' || task === 'anomaly') return new Int32Array()
  if (task === 'regression') return Float32Array.from(score, (value) => 3 * value + 2)
  const classes = classesOf(task).length
  const order = [...score.keys()].sort((a, b) => (score[a] as number) - (score[b] as number) || a - b)
  const codes = new Int32Array(score.length)
  order.forEach((row, rank) => {
    codes[row] = Math.floor((rank * classes) / order.length)
  })
  return codes
}

/** Labelled rows of a form: three numbers and, as codes, a category of four levels. `holes` makes some values missing. */
export function generatedLearning(
  task: Task,
  form: FeatureForm,
  rows: number,
  purpose: string,
  holes = false,
): LabelledFeatures {
  const { next, below } = numbers(purpose)
  const columns = form === 'codes' ? 4 : 3
  const matrix = Array.from({ length: rows }, () =>
    Array.from({ length: columns }, (_, column) => (column === 3 ? below(4) : Math.fround(2 * next() - 1))),
  )
  const score = matrix.map(([a = 0, b = 0, , d = 0]) => a - 0.5 * b + 0.3 * d + 0.2 * next())
  const seen = matrix.map((row) => row.map((value) => (holes && next() < 0.1 ? Number.NaN : value)))
  return { X: featuresFrom(seen, form, form === 'codes' ? [3] : []), y: targetOf(task, score) }
}

/** Features over a matrix. In sparse form what is exactly 0 is not stored. */
export function featuresFrom(
  matrix: readonly (readonly number[])[],
  form: FeatureForm,
  categories: readonly number[] = [],
): Features {
  const width = matrix[0]?.length ?? 0
  const features = Array.from({ length: width }, (_, column): Feature => {
    const name = `x${column}`
    const number: Feature = { name, kind: 'number', sources: [name] }
    return categories.includes(column) ? { ...number, kind: 'category', levels: ['a', 'b', 'c', 'd'] } : number
  })
  if (form !== 'sparse')
    return { form: 'dense', rows: matrix.length, features, values: Float32Array.from(matrix.flat()) }
  const starts = new Uint32Array(matrix.length + 1)
  const indices: number[] = []
  const values: number[] = []
  matrix.forEach((row, i) => {
    row.forEach((value, column) => {
      if (value !== 0) {
        indices.push(column)
        values.push(value)
      }
    })
    starts[i + 1] = indices.length
  })
  return {
    form: 'sparse',
    rows: matrix.length,
    features,
    starts,
    indices: Uint32Array.from(indices),
    values: Float32Array.from(values),
  }
}

/** Rows of features by index, in that order. */
export function takeFeatures(X: Features, rows: readonly number[]): Features {
  const { features } = X
  if (X.form === 'dense') {
    const width = features.length
    const values = new Float32Array(rows.length * width)
    for (const [i, row] of rows.entries()) values.set(X.values.subarray(row * width, (row + 1) * width), i * width)
    return { form: 'dense', rows: rows.length, features, values }
  }
  const parts = rows.map((row) => [X.starts[row] as number, X.starts[row + 1] as number] as const)
  const starts = new Uint32Array(rows.length + 1)
  parts.forEach(([from, to], i) => {
    starts[i + 1] = (starts[i] as number) + to - from
  })
  const indices = Uint32Array.from(parts.flatMap(([from, to]) => [...X.indices.subarray(from, to)]))
  const values = Float32Array.from(parts.flatMap(([from, to]) => [...X.values.subarray(from, to)]))
  return { form: 'sparse', rows: rows.length, features, starts, indices, values }
}

/** 0 … n-1 in a fixed order that is not theirs. */
export function shuffled(n: number): number[] {
  return [...new RandomStream({ seed: 1, cell: 'conformance', purpose: 'order' }).permutation(n)]
}
