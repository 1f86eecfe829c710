import { Frame, type NumberColumn } from 'daybook/frame'
import type { JsonObject } from 'daybook/plugin'
import { conformance, testContext, testScoringContext } from 'daybook/testing'
import { Matrix, SVD } from 'ml-matrix'
import t from 'tap'
import pca from '../../../plugins/preprocess/pca.ts'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import { noise } from '../algorithm/fitting.ts'

function frameOf(rows: readonly (readonly number[])[], width = rows[0]?.length ?? 0): Frame {
  const column = (j: number): NumberColumn => ({
    type: 'number',
    name: `x${j}`,
    values: Float64Array.from(rows, (row) => row[j] as number),
  })
  return new Frame(
    rows.length,
    Array.from({ length: width }, (_, j) => column(j)),
  )
}

async function rotate(given: JsonObject, fit: Frame, apply = fit) {
  const params = fillParams(pca.params, given)
  const ctx = testContext({ params })
  const state = await pca.fit({ frame: fit, task: 'regression', classes: [] }, params, ctx)
  const out = pca.apply(state, apply, testScoringContext(params)) as readonly NumberColumn[]
  return { ctx, state, out }
}

/** Rows that vary in all directions, in units that differ. */
const rows = Array.from({ length: 200 }, (_, i) => {
  const [a, b, c, d] = noise(4, `row ${i}`) as [number, number, number, number]
  return [a, 5 * a + b, 100 * b - 30 * c, c + 0.1 * d, 1000 + d]
})

t.test('the contract holds', (t) => conformance(t, pca))

t.test('components, variances and order agree with the singular values of ml-matrix', async (t) => {
  for (const scale of [true, false]) {
    const { out, ctx } = await rotate({ components: 5, scale }, frameOf(rows))
    const centred = new Matrix(rows.map((row) => [...row])).center('column')
    const deviations = centred.standardDeviation('column', { unbiased: false })
    const z = scale ? centred.scale('column', { scale: deviations }) : centred
    const svd = new SVD(z, { autoTranspose: true })
    const expected = z.mmul(svd.rightSingularVectors)
    for (const [i, { name, values }] of out.entries()) {
      t.equal(name, `pc${i + 1}`)
      const sign = Math.sign((values[0] as number) * expected.get(0, i))
      const size = Math.max(...svd.diagonal)
      t.ok(
        values.every((value, row) => Math.abs(value - sign * expected.get(row, i)) < 1e-10 * size),
        `${name}, ${scale ? 'scaled' : 'centred'}`,
      )
    }
    const variances = ctx.tables[0]?.rows.map((row) => row[2] as number) ?? []
    t.ok(
      variances.every(
        (value, i) => Math.abs(value - (svd.diagonal[i] as number) ** 2 / 200) < 1e-10 * (variances[0] ?? 0),
      ),
    )
    t.ok(Math.abs((ctx.tables[0]?.rows[4]?.[4] as number) - 1) < 1e-12, 'all together explain everything')
  }
})

t.test('all components keep distances, the largest loading is positive', async (t) => {
  const { out, state } = await rotate({ components: 5, scale: false }, frameOf(rows))
  const { loadings } = state as { loadings: Float64Array }
  const distance = (a: readonly number[], b: readonly number[]) =>
    Math.sqrt(a.reduce((sum, x, j) => sum + (x - (b[j] as number)) ** 2, 0))
  const rotated = rows.map((_, row) => out.map(({ values }) => values[row] as number))
  for (const [a, b] of [
    [0, 1],
    [7, 150],
    [33, 34],
  ] as const)
    t.ok(
      Math.abs(
        distance(rows[a] as number[], rows[b] as number[]) - distance(rotated[a] as number[], rotated[b] as number[]),
      ) < 1e-9,
    )
  for (let i = 0; i < 5; i++) {
    const direction = [...loadings.subarray(5 * i, 5 * i + 5)]
    t.equal(Math.max(...direction), Math.max(...direction.map(Math.abs)))
  }
})

t.test('a unit of a column does not matter, the order of columns neither', async (t) => {
  const plain = await rotate({ components: 2 }, frameOf(rows))
  const other = rows.map(([a = 0, b = 0, c = 0, d = 0, e = 0]) => [1000 * a + 7, b, c / 128, d, e])
  const scaled = await rotate({ components: 2 }, frameOf(other))
  for (const i of [0, 1]) {
    const [a, b] = [plain.out[i]?.values, scaled.out[i]?.values]
    t.ok(a?.every((value, row) => Math.abs(value - (b?.[row] as number)) < 1e-9))
  }
  const turned = new Frame(200, [...frameOf(rows).columns].reverse())
  const { out } = await rotate({ components: 2 }, frameOf(rows), turned)
  t.ok(out[0]?.values.every((value, row) => Math.abs(value - (plain.out[0]?.values[row] as number)) < 1e-9))
})

t.test('what has no variance is 0, and a warning says so', async (t) => {
  const constant = await rotate(
    {},
    frameOf([
      [1, 5],
      [2, 5],
      [3, 5],
    ]),
  )
  t.same([...(constant.out[1]?.values ?? [])], [0, 0, 0])
  t.match(constant.ctx.warnings, [{ code: 'PCA_NO_VARIANCE', message: /^pc2: / }])
  const single = await rotate({}, frameOf([[1, 5]]), frameOf([[9, 9]]))
  t.same(
    single.out.map(({ values }) => [...values]),
    [[0], [0]],
    'one row',
  )
  const few = await rotate(
    { components: 4 },
    frameOf([
      [1, 2, 3, 4],
      [2, 1, 5, 3],
      [0, 0, 1, 9],
    ]),
  )
  t.match(few.ctx.warnings, [{ message: /^pc3, pc4: .* 2 directions/ }], 'fewer rows than columns')
  const depends = await rotate({ components: 3 }, frameOf(rows.map(([a = 0, b = 0]) => [a, b, a + b])))
  t.match(depends.ctx.warnings, [{ message: /^pc3: / }], 'a column that follows from others')
})

t.test('errors', async (t) => {
  const info = ['a', 'b'].map((name) => ({ name, type: 'number' as const, missing: false }))
  const params = (given: JsonObject) => fillParams(pca.params, given)
  t.throws(() => pca.output(info, params({ components: 3 })), { code: 'PARAM_CONFLICT', message: /at most 2/ })
  t.throws(() => pca.output([], params({})), { code: 'PARAM_CONFLICT', message: /at most 0/ })
  const many = Array.from({ length: 1001 }, (_, i) => ({ ...info[0], name: `x${i}` }))
  t.throws(() => pca.output(many as never, params({})), { code: 'DATA_TOO_MANY_COLUMNS' })
  t.same(
    pca.output(info, params({ prefix: 'factor' })).map(({ name }) => name),
    ['factor1', 'factor2'],
  )
  for (const bad of [Infinity, Number.NaN, 1e200])
    await t.rejects(
      rotate(
        {},
        frameOf([
          [1, 2],
          [bad, 3],
        ]),
      ),
      { code: 'ROW_BAD_VALUE', message: /row 1: column `x0`/ },
    )
  await t.rejects(rotate({}, frameOf([], 2)), { code: 'FIT_NO_ROWS' })
})
