// The suite must catch what it is there for: each plugin here breaks one clause of the contract, and no other is reported.
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NumberColumn } from 'daybook/frame'
import {
  defineAlgorithm,
  defineData,
  defineDeploy,
  defineMetric,
  defineOptimizer,
  definePreprocess,
  type Plugin,
  type ScoringContext,
} from 'daybook/plugin'
import { checkPlugin, conformance } from 'daybook/testing'
import t from 'tap'
import { root } from '../root.ts'

/** Subtracts the mean: a preprocess plugin that keeps the contract, for others to be made from. */
const center = {
  id: 'center',
  version: 1,
  summary: 'Subtracts the mean.',
  takes: ['number'],
  keepsOrder: true,
  params: { by: { type: 'number', default: 1, description: 'Share of the mean.' } },
  output: (columns: readonly { name: string; type: 'number'; missing: boolean }[]) => columns,
  fit({ frame }: { frame: { columns: readonly unknown[] } }): { means: Float64Array } {
    return {
      means: Float64Array.from(
        frame.columns as NumberColumn[],
        ({ values }) => values.reduce((a, b) => a + b, 0) / values.length,
      ),
    }
  },
  apply({ means }: { means: Float64Array }, frame: { columns: readonly unknown[] }): NumberColumn[] {
    return (frame.columns as NumberColumn[]).map((column, i) => ({
      ...column,
      values: column.values.map((x) => x - (means[i] as number)),
    }))
  },
  example: { params: {}, fit: { x: [1, 3] }, given: { x: [2] }, gives: { x: [0] } },
}

/** Predicts the mean of the target. */
const mean = {
  id: 'mean',
  version: 1,
  summary: 'Predicts the mean.',
  tasks: ['regression'],
  accepts: ['dense'],
  params: {},
  fit({ y, weight }: { y: ArrayLike<number>; weight?: Float32Array }): { mean: number } {
    const w = weight ?? new Float32Array(y.length).fill(1)
    return {
      mean:
        Array.from(y).reduce((sum, value, row) => sum + value * (w[row] as number), 0) / w.reduce((a, b) => a + b, 0),
    }
  },
  predict: (state: { mean: number }, X: { rows: number }) => new Float64Array(X.rows).fill(state.mean),
  example: { params: {}, X: [[0], [0]], y: [1, 3], given: [[5]], gives: [2] },
}

/** Share of rows whose label is right. */
const right = {
  id: 'right',
  version: 1,
  summary: 'Share of right labels.',
  tasks: ['binary'],
  needs: 'labels',
  better: 'higher',
  params: {},
  compute({ y, labels, weight }: { y: Int32Array; labels: Int32Array; weight?: Float64Array }): number {
    const w = weight ?? new Float64Array(y.length).fill(1)
    return (
      y.reduce((sum, code, row) => sum + (code === labels[row] ? (w[row] as number) : 0), 0) /
      w.reduce((a, b) => a + b, 0)
    )
  },
  example: { task: 'binary', y: [0, 1], labels: [0, 0], gives: 0.5 },
}

const preprocess = (changes: object): Plugin => definePreprocess({ ...center, ...changes } as never)
const algorithm = (changes: object): Plugin => defineAlgorithm({ ...mean, ...changes } as never)
const metric = (changes: object): Plugin => defineMetric({ ...right, ...changes } as never)

const conduct = 'hooks use no clock, chance, network, inexact functions or undeclared files'
const unchanged = 'inputs and state are not changed'
const twice = 'fitting twice gives the same bytes, with 1 and 3 threads'

interface Columns {
  readonly columns: readonly NumberColumn[]
}

let calls = 0
const bad: readonly {
  readonly fault: string
  readonly plugin: Plugin
  readonly check: string
  readonly says: RegExp
}[] = [
  {
    fault: 'changes its input',
    plugin: preprocess({
      fit(input: { frame: Columns }) {
        input.frame.columns[0]?.values.sort()
        return center.fit(input)
      },
    }),
    check: unchanged,
    says: /changed the data/,
  },
  {
    fault: 'changes its state while scoring',
    plugin: preprocess({
      apply(state: { means: Float64Array }, frame: Columns) {
        const out = center.apply(state, frame)
        state.means[0] = 0
        return out
      },
    }),
    check: unchanged,
    says: /apply changed the state/,
  },
  {
    fault: 'draws from Math.random',
    plugin: preprocess({ fit: (input: never) => ({ ...center.fit(input), salt: Math.random() }) }),
    check: conduct,
    says: /fit used Math\.random/,
  },
  {
    fault: 'reads the clock, and hides the error',
    plugin: preprocess({
      fit(input: never) {
        try {
          new Date()
        } catch {}
        return center.fit(input)
      },
    }),
    check: conduct,
    says: /fit used the clock \(new Date\(\)\)/,
  },
  {
    fault: 'takes the logarithm of the engine',
    plugin: preprocess({
      apply: (state: never, frame: Columns) =>
        center
          .apply(state, frame)
          .map((column) => ({ ...column, values: column.values.map((x) => Math.log1p(x + 1e6)) })),
      example: undefined,
    }),
    check: conduct,
    says: /apply used Math\.log1p/,
  },
  {
    fault: 'reads a file that no param declares',
    plugin: preprocess({
      fit: (input: never) => ({ ...center.fit(input), size: readFileSync(join(root, 'package.json')).length }),
    }),
    check: conduct,
    says: /a file that no param declares/,
  },
  {
    fault: 'reads such a file by promises',
    plugin: preprocess({
      fit: async (input: never) => ({
        ...center.fit(input),
        size: (await readFile(join(root, 'package.json'))).length,
      }),
    }),
    check: conduct,
    says: /a file that no param declares/,
  },
  {
    fault: 'takes time in nanoseconds',
    plugin: preprocess({ fit: (input: never) => ({ ...center.fit(input), at: Number(process.hrtime.bigint()) }) }),
    check: conduct,
    says: /process\.hrtime/,
  },
  {
    fault: 'makes an id by chance',
    plugin: preprocess({ fit: (input: never) => ({ ...center.fit(input), id: crypto.randomUUID() }) }),
    check: conduct,
    says: /chance \(crypto\.randomUUID\)/,
  },
  {
    fault: 'tells kernels for training from those for scoring',
    plugin: preprocess({
      apply: (state: { means: Float64Array }, frame: Columns, { kernels }: ScoringContext) => {
        const shared = kernels.scope(16, (memory) => memory.u8(1).buffer instanceof SharedArrayBuffer)
        return center.apply({ means: state.means.map((x) => x + Number(shared)) }, frame)
      },
    }),
    check: 'a stored state does as the fresh one, and kernels for training as those for scoring',
    says: /kernels for training give other columns/,
  },
  {
    fault: 'asks the network',
    plugin: preprocess({
      async fit(input: never) {
        await fetch('http://127.0.0.1:9/').catch(() => undefined)
        return center.fit(input)
      },
    }),
    check: conduct,
    says: /the network \(fetch\)/,
  },
  {
    fault: 'counts its calls',
    plugin: preprocess({ fit: (input: never) => ({ ...center.fit(input), calls: calls++ }) }),
    check: twice,
    says: /two fits differ/,
  },
  {
    fault: 'depends on the number of threads',
    plugin: preprocess({
      fit: (input: never, _: never, ctx: { threads: number }) => ({ ...center.fit(input), threads: ctx.threads }),
    }),
    check: twice,
    says: /3 threads give another state/,
  },
  {
    fault: 'keeps a Map as state',
    plugin: preprocess({
      fit: () => new Map(),
      apply: (_: never, frame: Columns) => frame.columns,
      example: { ...center.example, gives: { x: [2] } },
    }),
    check: twice,
    says: /Map|plain|stored/,
  },
  {
    fault: 'looks at the batch',
    plugin: preprocess({ apply: (_: never, frame: Columns) => center.apply(center.fit({ frame }), frame) }),
    check: 'apply goes row by row: batch size and row order change nothing',
    says: /come out otherwise/,
  },
  {
    fault: 'gives columns that it did not announce',
    plugin: preprocess({ output: () => [{ name: 'z', type: 'number', missing: false }] }),
    check: 'what comes out is what output says',
    says: /output says \{ z: number \}/,
  },
  {
    fault: 'says that it obeys promises and does not',
    plugin: preprocess({ monotone: 'decreasing' }),
    check: 'promises are obeyed where it says so',
    says: /goes against a promise of 1/,
  },
  {
    fault: 'leaves out a value that its columns take',
    plugin: preprocess({ attributes: () => new Map([['numberOne', [{ value: 7, text: 'seven' }]]]) }),
    check: 'columns with attributes take no other value',
    says: /which no attribute is/,
  },
  {
    fault: 'breaks the order that it promises to keep',
    plugin: preprocess({
      apply: (_: never, frame: Columns) =>
        frame.columns.map((column) => ({ ...column, values: column.values.map((x) => -x) })),
      example: { ...center.example, gives: { x: [-2] } },
    }),
    check: 'order is kept where it is promised',
    says: /falls where it rose/,
  },
  {
    fault: 'has an example that is not true',
    plugin: preprocess({ example: { ...center.example, gives: { x: [1] } } }),
    check: 'example is true',
    says: /the example says \[1\]/,
  },
  {
    fault: 'leaves a param undescribed',
    plugin: preprocess({
      params: {
        by: {
          type: 'object',
          properties: { inner: { type: 'number', default: 0 } },
          default: {},
          description: 'A map.',
        },
      },
    }),
    check: 'every param is described',
    says: /`by\.inner`/,
  },
  {
    fault: 'has a default against its own schema',
    plugin: preprocess({ params: { by: { type: 'number', minimum: 1, default: 0, description: 'Share.' } } }),
    check: 'declaration is complete and defaults fit their own schema',
    says: /default/,
  },
  {
    fault: 'asks for random numbers undeclared',
    plugin: algorithm({
      fit: (data: never, _: never, ctx: { random(purpose: string): unknown }) => ctx.random('x') && mean.fit(data),
    }),
    check: 'example is true',
    says: /declare `random: true`/,
  },
  {
    fault: 'predicts by place in the batch',
    plugin: algorithm({
      predict: (_: never, X: { rows: number }) => Float64Array.from({ length: X.rows }, (__, row) => row),
      example: { ...mean.example, gives: [0] },
    }),
    check: 'predict goes row by row: batch size and row order change nothing',
    says: /predicted otherwise/,
  },
  {
    fault: 'gives probabilities that do not sum to 1',
    plugin: algorithm({
      tasks: ['binary'],
      predict: (_: never, X: { rows: number }) => new Float64Array(2 * X.rows).fill(0.4),
      example: { params: {}, X: [[0], [0]], y: [0, 1], given: [[5]], gives: [[0.4, 0.4]] },
    }),
    check: 'predictions have the form that the task asks for',
    says: /has probabilities 0\.4, 0\.4/,
  },
  {
    fault: 'takes weights for something else',
    plugin: algorithm({
      fit: (data: { weight?: Float32Array }) => ({ mean: data.weight ? 0 : mean.fit(data as never).mean }),
    }),
    check: 'weights of 1 are as no weights',
    says: /predictions differ/,
  },
  {
    fault: 'gives clusters without distances',
    plugin: algorithm({
      tasks: ['clustering'],
      fit: () => ({ mean: 2 }),
      example: { params: {}, X: [[0], [0]], y: [], given: [[5]], gives: [2] },
    }),
    check: 'predictions have the form that the task asks for',
    says: /30 numbers for 30 rows, expected 2 a row/,
  },
  {
    fault: 'gives halves of clusters',
    plugin: algorithm({
      tasks: ['clustering'],
      fit: () => ({ mean: 0.5 }),
      predict: (state: { mean: number }, X: { rows: number }) => new Float64Array(2 * X.rows).fill(state.mean),
      example: { params: {}, X: [[0], [0]], y: [], given: [[5]], gives: [[0.5, 0.5]] },
    }),
    check: 'predictions have the form that the task asks for',
    says: /0\.5 in row 0, expected the number of a cluster and a distance/,
  },
  {
    fault: 'has a threshold that is none',
    plugin: algorithm({
      tasks: ['anomaly'],
      fit: () => ({ mean: 2 }),
      threshold: () => Number.NaN,
      example: { params: {}, X: [[0], [0]], y: [], given: [[5]], gives: [2] },
    }),
    check: 'predictions have the form that the task asks for',
    says: /the threshold is NaN/,
  },
  {
    fault: 'likes clusters that are mixed up',
    plugin: defineMetric({
      id: 'spread',
      version: 1,
      summary: 'Mean distance from the middle of the cluster.',
      tasks: ['clustering'],
      needs: 'distances',
      better: 'higher',
      params: {},
      compute({ distances = new Float64Array(), weight }) {
        const w = weight ?? new Float64Array(distances.length).fill(1)
        const sum = distances.reduce((total, distance, row) => total + distance * (w[row] as number), 0)
        return sum / w.reduce((a, b) => a + b, 0)
      },
      example: { task: 'clustering', y: [], distances: [1, 3], gives: 2 },
    }),
    check: 'perfect predictions are better than others',
    says: /higher is better/,
  },
  {
    fault: 'draws a figure from elsewhere',
    plugin: algorithm({
      fit(data: never, _: never, ctx: { figure(figure: object): void }) {
        ctx.figure({
          title: 'Map',
          description: 'A map.',
          spec: { data: { url: 'https://example.org/map.json' }, mark: 'geoshape' },
        })
        return mean.fit(data)
      },
    }),
    check: 'figures stand on their own data',
    says: /`spec\.data` holds no inline `values`/,
  },
  {
    fault: 'sorts the shared order in place',
    plugin: metric({
      compute(input: { order(): Uint32Array; y: Int32Array; labels: Int32Array; weight?: Float64Array }) {
        input.order().sort()
        return right.compute(input)
      },
    }),
    check: 'inputs are not changed',
    says: /compute changed its input/,
  },
  {
    fault: 'ignores weights',
    plugin: metric({ compute: ({ y, labels }: { y: Int32Array; labels: Int32Array }) => right.compute({ y, labels }) }),
    check: 'a row of weight 2 counts as two rows, one of weight 0 as none',
    says: /with repeated rows/,
  },
  {
    fault: 'says that lower is better where higher is',
    plugin: metric({ better: 'lower' }),
    check: 'perfect predictions are better than others',
    says: /lower is better/,
  },
  {
    fault: 'walks uphill',
    plugin: defineOptimizer({
      id: 'uphill',
      version: 1,
      summary: 'Uphill.',
      params: {},
      slots: [],
      update({ parameters, gradients }) {
        for (let i = 0; i < parameters.length; i++)
          parameters[i] = (parameters[i] as number) + 0.1 * (gradients[i] as number)
      },
      example: { params: {}, parameters: [1], gradients: [[1]], gives: [1.1] },
    }),
    check: 'it goes downhill',
    says: /on a bowl/,
  },
  {
    fault: 'reads other rows each time',
    plugin: defineData({
      id: 'counter',
      version: 1,
      summary: 'Counts.',
      inputs: 'none',
      synthetic: true,
      params: {},
      read: () => ({ rows: 1, columns: [{ type: 'number', name: 'n', values: Float64Array.of(calls++) }] }),
    }),
    check: 'reading twice gives the same rows, with 1 and 3 threads',
    says: /two reads differ/,
  },
  {
    fault: 'writes outside of its folder',
    plugin: defineDeploy({
      id: 'outside',
      version: 1,
      summary: 'Writes outside.',
      params: {},
      async deploy(_, ctx) {
        await ctx.write('../evil.txt', '')
        return {}
      },
    }),
    check: 'files stay inside the folder of the target, and the answer is plain JSON',
    says: /\.\.\/evil\.txt/,
  },
]

t.test('plugins that keep the contract have no findings', async (t) => {
  for (const plugin of [preprocess({}), algorithm({}), metric({})])
    t.strictSame(await checkPlugin(plugin), [], plugin.id)
})

for (const { fault, plugin, check, says } of bad) {
  t.test(`a plugin that ${fault} is caught`, async (t) => {
    const findings = await checkPlugin(plugin)
    const found = findings.find((finding) => finding.check === check)
    t.ok(found, `reported by "${check}"; found: ${findings.map((finding) => finding.check).join('; ')}`)
    t.match(
      findings
        .filter((finding) => finding.check === check)
        .map(({ message }) => message)
        .join('\n'),
      says,
    )
  })
}

t.test('what was patched is restored', async (t) => {
  await checkPlugin(preprocess({ fit: () => Math.random() }))
  t.type(Math.random(), 'number')
  t.ok(Date.now() > 0)
  t.ok(new Date() > new Date(0))
  t.equal(Math.exp(0), 1)
  t.match(readFileSync(join(root, 'package.json'), 'utf8'), /daybook/)
})

t.test('conformance speaks tap', async (t) => {
  const said: string[] = []
  const tap = {
    pass: (message: string) => said.push(`ok ${message}`),
    fail: (message: string) => said.push(`not ok ${message}`),
  }
  await conformance(tap, preprocess({ example: undefined }))
  t.equal(said[0], 'ok declaration is complete and defaults fit their own schema')
  t.strictSame(
    said.filter((line) => line.startsWith('not ok')),
    ['not ok example is true: there is no `example`'],
  )
})
