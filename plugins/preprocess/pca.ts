import type { ColumnInfo, NumberColumn } from 'daybook/frame'
import { definePreprocess, fail, type OnnxTensor } from 'daybook/plugin'
import { turn } from '../algorithm/linear/turn.ts'
import { inOrder } from './onnx.ts'
import { covarianceOf, standardOf } from './pca/covariance.ts'
import { eigenOf } from './pca/eigen.ts'
import { showComponents } from './pca/show.ts'
import { placesOf } from './places.ts'
import { numbersOf } from './scaling.ts'

type Rotation = {
  readonly columns: readonly string[]
  readonly center: Float64Array
  readonly scale: Float64Array
  /** f64 [components, columns]: rows of length 1, at right angles; 0 where there was no variance left. */
  readonly loadings: Float64Array
}

/** Columns at most: the work grows with their third power. */
const MOST = 1000
/** A variance below this share of the largest is rounding. */
const NOTHING = 1e-12

/** Principal components. */
export default definePreprocess({
  id: 'pca',
  version: 1,
  summary: 'Replaces numbers by their principal components: fewer columns that keep as much of the variance as can be.',
  description:
    'Columns `pc1`, `pc2` and so on are the projections on the directions of the largest variance, at right angles to each other. How many ' +
    'there are is known before any data flows, so `components` is a number of columns; the table of explained variance says what share ' +
    'of the variance they keep. The sign of a component is that which makes its largest loading positive. Sample weights do not count.\n\n' +
    'Components behind the rank of the training rows (few rows, constant columns, columns that follow from others) are 0 everywhere, ' +
    'and a warning says so. At most 1,000 columns.\n\n' +
    'Source: K. Pearson, "On lines and planes of closest fit to systems of points in space" (1901).',
  takes: ['number'],
  params: {
    components: {
      type: 'integer',
      minimum: 1,
      maximum: MOST,
      default: 2,
      description: 'How many components to keep: at most as many as there are columns.',
    },
    scale: {
      type: 'boolean',
      default: true,
      description:
        'Bring each column to standard deviation 1 first, so that units do not matter. False: only centre it.',
    },
    prefix: {
      type: 'string',
      minLength: 1,
      maxLength: 64,
      default: 'pc',
      description: 'What the names of the columns that come out begin with.',
    },
  },
  output(columns, { components, prefix }) {
    if (columns.length > MOST) {
      const hint = 'Name fewer `columns`.'
      throw fail('DATA_TOO_MANY_COLUMNS', { what: 'the selection', count: columns.length, limit: MOST }, { hint })
    }
    if (components > columns.length) {
      const expected = `at most ${columns.length}, the number of columns that the cell takes`
      throw fail('PARAM_CONFLICT', { param: 'components', value: components, expected })
    }
    return namesOf(components, prefix).map((name): ColumnInfo => ({ name, type: 'number', missing: false }))
  },
  async fit({ frame }, { components, scale, prefix }, ctx): Promise<Rotation> {
    const columns = numbersOf(frame)
    const standard = standardOf(columns, frame.rows, scale)
    const covariance = await covarianceOf(columns, frame.rows, standard, async (done) => {
      ctx.progress(done, frame.rows)
      await turn(ctx)
    })
    const { values, vectors } = await eigenOf(covariance, columns.length, () => turn(ctx))
    const least = NOTHING * Math.max(values[0] ?? 0, 0)
    const variances = values.map((value) => (value > least ? value : 0))
    const loadings = vectors.slice(0, components * columns.length)
    for (let i = 0; i < components; i++)
      orient(loadings.subarray(i * columns.length, (i + 1) * columns.length), variances[i])
    const names = namesOf(components, prefix)
    const empty = names.filter((_, i) => variances[i] === 0)
    if (empty.length > 0)
      ctx.warn({
        code: 'PCA_NO_VARIANCE',
        message: `${empty.join(', ')}: 0 in every row, since the training rows vary in ${components - empty.length} directions only. Lower \`components\`.`,
        evidence: { rows: frame.rows, columns: columns.length },
      })
    showComponents(ctx, frame.names, names, variances, loadings)
    return { columns: frame.names, ...standard, loadings }
  },
  apply({ columns, center, scale, loadings }, frame, { params: { components, prefix } }) {
    const place = placesOf(columns)
    const taken = numbersOf(frame).map(({ name, values }) => ({ values, at: place(name) }))
    return namesOf(components, prefix).map((name, i): NumberColumn => {
      const values = new Float64Array(frame.rows)
      for (const { values: given, at } of taken) {
        const loading = loadings[i * columns.length + at] as number
        if (loading === 0) continue
        const [middle, unit] = [center[at] as number, scale[at] as number]
        for (let row = 0; row < values.length; row++)
          values[row] = (values[row] as number) + loading * (((given[row] as number) - middle) / unit)
      }
      return { type: 'number', name, values: values.map((value) => value + 0) } // -0 is 0
    })
  },
  onnx({ columns, center, scale, loadings }, taken, graph, { params: { components, prefix } }) {
    const place = placesOf(columns)
    const block = graph.stack(taken.map(({ tensor }) => tensor))
    const centred = graph.node('Sub', [block, inOrder(taken, center, place)])
    const standard = graph.node('Div', [centred, inOrder(taken, scale, place)])
    const weights = Float64Array.from({ length: taken.length * components }, (_, k) => {
      const column = taken[Math.floor(k / components)] as { readonly name: string }
      return loadings[(k % components) * columns.length + place(column.name)] as number
    })
    const rotated = graph.node('MatMul', [standard, graph.constant(weights, [taken.length, components])])
    const tensors = graph.unstack(rotated, components)
    return namesOf(components, prefix).map((name, i) => ({ name, type: 'number', tensor: tensors[i] as OnnxTensor }))
  },
  example: {
    params: { components: 1, scale: false },
    fit: { a: [1, 2, 3], b: [2, 4, 6] },
    given: { a: [2, 3], b: [4, 6] },
    gives: { pc1: [0, 2.23606797749979] },
  },
})

function namesOf(components: number, prefix: string): string[] {
  return Array.from({ length: components }, (_, i) => `${prefix}${i + 1}`)
}

/** Turns a direction so that its largest loading, of equal ones the first, is positive. Without variance it has none. */
function orient(direction: Float64Array, variance: number | undefined): void {
  let largest = 0
  for (const [j, loading] of direction.entries())
    if (Math.abs(loading) > Math.abs(direction[largest] as number)) largest = j
  const sign = variance === 0 ? 0 : (direction[largest] as number) < 0 ? -1 : 1
  for (const [j, loading] of direction.entries()) direction[j] = sign * loading + 0 // -0 is 0
}
