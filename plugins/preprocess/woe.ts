import type { Attribute, NumberColumn } from 'daybook/frame'
import { MISSING } from 'daybook/frame'
import {
  definePreprocess,
  type OnnxColumn,
  type OnnxGraph,
  type OnnxTensor,
  type PreprocessInput,
} from 'daybook/plugin'
import { turn } from '../algorithm/linear/turn.ts'
import { expectBothClasses } from '../algorithm/scorecard/both-classes.ts'
import { lookUp } from './onnx.ts'
import { placesOf } from './places.ts'
import { type BinnedColumn, binColumn, type ColumnBins, countRows, type WeighedRows } from './woe/column-bins.ts'
import { type Counts, Weighing } from './woe/evidence.ts'
import { binOf } from './woe/fine-bins.ts'
import { showBins } from './woe/show.ts'

/** What a row's value becomes. */
type WeighedColumn = {
  /** Numbers: bin i holds cuts[i - 1] <= x < cuts[i]. */
  readonly cuts: Float64Array
  /** Categories and booleans: the bin of each code, -1 for one that training did not see. */
  readonly codes: Int32Array
  /** Weight of evidence of each bin. */
  readonly woe: Float64Array
  readonly texts: readonly string[]
  readonly missing: number
  readonly unseen: number
}

type WoeState = { readonly columns: readonly string[]; readonly weighed: readonly WeighedColumn[] }

/** Weight of evidence binning, the first half of a scorecard. */
export default definePreprocess({
  id: 'woe',
  version: 1,
  summary: 'Bins each column and writes a value as the weight of evidence of its bin: what it says about the outcome.',
  description:
    'WoE = ln(share of the rows of the other class / share of the rows of the positive class) that fall into the bin. With bad loans ' +
    'as the positive class that is ln(good / bad): above 0 where risk is lower than on the whole, below 0 where it is higher. The ' +
    'information value of a column is the sum of (difference of the shares) * WoE over its bins.\n\n' +
    'Numbers are cut into fine bins of equal size and merged into the bins of the highest information value, so that each holds its ' +
    'share of the rows and the rate of the positive class only rises or only falls; the promise `monotone` of a column decides which. ' +
    'Levels of a category are bins of their own, rare ones share one. Missing values are a bin of their own, whatever its size.\n\n' +
    'The cell sees the target, so training rows are transformed out of fold. Sample weights count.\n\n' +
    'Sources: I. J. Good, "Probability and the Weighing of Evidence" (1950); N. Siddiqi, "Credit Risk Scorecards" (2006).',
  takes: ['number', 'category', 'boolean'],
  tasks: ['binary'],
  uses: 'target',
  missing: 'allow',
  monotone: 'decreasing',
  params: {
    bins: {
      type: 'integer',
      minimum: 1,
      maximum: 50,
      default: 8,
      description: 'Bins of a column at most, the one of missing values left out.',
    },
    minShare: {
      type: 'number',
      minimum: 0,
      maximum: 0.5,
      default: 0.05,
      description:
        'Share of the training rows that a bin of numbers holds at least; levels of a smaller share are rare.',
    },
    monotone: {
      enum: ['auto', 'increasing', 'decreasing', 'none'],
      default: 'auto',
      description:
        'What the rate of the positive class does as a number grows; `auto` takes the direction of the higher information value. ' +
        'A column that the page promises to be monotone follows its promise.',
    },
    fineBins: {
      type: 'integer',
      minimum: 2,
      maximum: 100,
      default: 50,
      description: 'Bins of equal size that numbers, and levels by their risk, are cut into before they are merged.',
    },
    smoothing: {
      type: 'number',
      minimum: 0.000001,
      maximum: 1000000,
      default: 1,
      description: 'Rows of the overall mix that are added to each bin, so that a bin of one class stays finite.',
    },
    unseen: {
      enum: ['neutral', 'worst'],
      default: 'neutral',
      description:
        'What a level that training did not see gets, and a missing value where training saw none: 0, or the lowest WoE of the column.',
    },
  },

  output: (columns) => columns.map(({ name }) => ({ name, type: 'number', missing: false })),

  async fit(input, params, ctx): Promise<WoeState> {
    const { frame, classes, promises } = input
    const rows: WeighedRows = { y: input.y ?? [], weight: input.weight }
    expectBothClasses(rows.y, rows.weight, classes)
    const [total] = countRows(rows, 1, () => 0) as [Counts]
    const weighing = new Weighing(total, params.smoothing, ctx.kernels)
    const fitted: ColumnBins[] = []
    for (const column of binned(frame.columns)) {
      const promise = promises?.get(column.name)
      const direction = promise === undefined ? params.monotone : promise === 1 ? 'increasing' : 'decreasing'
      fitted.push(binColumn(column, rows, weighing, { ...params, direction }))
      ctx.progress(fitted.length, frame.columns.length)
      await turn(ctx)
    }
    const named = fitted.map((bins, i) => ({
      name: frame.names[i] as string,
      ...bins,
      information: informationOf(bins),
    }))
    if (named.length > 0) showBins(ctx, named, total, classes[1] ?? 'events')
    return { columns: frame.names, weighed: fitted.map((bins) => weighedColumn(bins, params.unseen)) }
  },

  apply({ columns, weighed }, frame) {
    const place = placesOf(columns)
    return binned(frame.columns).map((column): NumberColumn => {
      const values = evidenceOf(column, weighed[place(column.name)] as WeighedColumn)
      return { type: 'number', name: column.name, values }
    })
  },

  onnx({ columns, weighed }, taken, graph) {
    const place = placesOf(columns)
    return taken.map((column) => ({
      name: column.name,
      type: 'number',
      tensor: writeEvidence(graph, column, weighed[place(column.name)] as WeighedColumn),
    }))
  },

  attributes: ({ columns, weighed }) =>
    new Map(columns.map((name, i) => [name, attributesOf(weighed[i] as WeighedColumn)])),

  example: {
    params: { minShare: 0.2 },
    fit: { debt: [1, 1, 1, 2, 2, 2, 2, null], purpose: ['car', 'car', 'car', 'car', 'home', 'home', 'home', 'home'] },
    y: [0, 0, 1, 0, 1, 1, 1, 0],
    given: { debt: [1, 5], purpose: ['car', 'boat'] },
    gives: { debt: [0.5108256237659907, -0.8472978603872037], purpose: [0.8472978603872037, 0] },
  },
})

function binned(columns: PreprocessInput['frame']['columns']): readonly BinnedColumn[] {
  return columns.filter(({ type }) => type === 'number' || type === 'category' || type === 'boolean') as BinnedColumn[]
}

function informationOf({ bins, missing }: ColumnBins): number {
  return bins.reduce((sum, bin) => sum + bin.information, missing.information)
}

function weighedColumn({ cuts, codes, bins, missing }: ColumnBins, unseen: 'neutral' | 'worst'): WeighedColumn {
  const sawMissing = missing.events + missing.others > 0
  const lowest = [...bins, ...(sawMissing ? [missing] : [])].reduce((least, { woe }) => Math.min(least, woe), 0)
  const unknown = unseen === 'worst' ? lowest : 0
  return {
    cuts,
    codes,
    woe: Float64Array.from(bins, ({ woe }) => woe),
    texts: bins.map(({ text }) => text),
    missing: sawMissing ? missing.woe : unknown,
    unseen: unknown,
  }
}

function evidenceOf(column: BinnedColumn, { cuts, codes, woe, missing, unseen }: WeighedColumn): Float64Array {
  const values = new Float64Array(column.values.length)
  for (let row = 0; row < values.length; row++) {
    const value = column.values[row] as number
    if (column.type === 'number' ? Number.isNaN(value) : value === MISSING) {
      values[row] = missing
      continue
    }
    const bin = column.type === 'number' ? binOf(cuts, value) : (codes[value] ?? -1)
    values[row] = woe[bin] ?? unseen
  }
  return values
}

/** {@link evidenceOf} as nodes of an ONNX graph. */
function writeEvidence(
  graph: OnnxGraph,
  { type, tensor }: OnnxColumn,
  { cuts, codes, woe, missing, unseen }: WeighedColumn,
): OnnxTensor {
  const table = Float64Array.from(codes, (bin) => woe[bin] ?? unseen)
  if (type === 'category') return lookUp(graph, tensor, Float64Array.of(...table, missing, unseen))
  const absent = graph.node('IsNaN', [tensor])
  // A number's bin is how many cuts do not lie above it; a boolean has a bin of its own for 0 and 1.
  const passed = graph.cast(graph.node('LessOrEqual', [cuts, tensor]), 'int64')
  const bin =
    type === 'boolean'
      ? graph.cast(graph.node('Where', [absent, 0, tensor]), 'int64')
      : graph.node('ReduceSum', [passed, BigInt64Array.of(1n)], { attributes: { keepdims: { int: 1 } } })
  const values = type === 'boolean' ? table : woe.length === 0 ? Float64Array.of(unseen) : woe
  const evidence = graph.node('Gather', [graph.constant(values, [values.length]), bin])
  return graph.node('Where', [absent, missing, evidence])
}

function attributesOf({ codes, woe, texts, missing, unseen }: WeighedColumn): readonly Attribute[] {
  const bins = texts.map((text, bin) => ({ value: woe[bin] as number, text }))
  const other = codes.length > 0 || bins.length === 0 ? [{ value: unseen, text: 'any other value' }] : []
  return [...bins, { value: missing, text: 'missing' }, ...other]
}
