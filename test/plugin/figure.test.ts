import type { JsonObject } from 'daybook/plugin'
import t from 'tap'
import { checkFigure } from '../../src/plugin/figure.ts'

const bars: JsonObject = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  data: { values: [{ url: 'a row may have a column of any name', href: 1, n: 2 }] },
  mark: 'bar',
  encoding: { x: { field: 'href', type: 'nominal' }, y: { field: 'n', type: 'quantitative' } },
}

function faultOf(spec: JsonObject): string | undefined {
  return checkFigure({ title: 'Bars', description: 'Two bars.', spec })
}

t.test('figures over their own data may be shown', async (t) => {
  t.equal(faultOf(bars), undefined)
  t.equal(faultOf({ datasets: { rows: [{ url: 1 }] }, layer: [{ ...bars, data: { name: 'rows' } }] }), undefined)
  t.equal(faultOf({ ...bars, data: { sequence: { start: 0, stop: 9 } } }), undefined)
  t.equal(faultOf({ ...bars, data: null }), undefined)
})

t.test('what reaches out of the page is found at any depth', async (t) => {
  t.match(faultOf({ ...bars, data: { url: 'https://example.org/rows.json' } }), '`spec.data` holds no inline `values`')
  t.match(faultOf({ ...bars, data: { values: 'file.csv' } }), '`spec.data`')
  t.match(faultOf({ ...bars, data: { values: [], url: 'x' } }), '`spec.data`')
  t.match(
    faultOf({ layer: [{ ...bars, encoding: { href: { value: 'https://example.org' } } }] }),
    '`spec.layer[0].encoding.href`',
  )
  t.match(faultOf({ ...bars, encoding: { url: { field: 'n' } } }), '`spec.encoding.url`')
  t.match(faultOf({ ...bars, mark: 'image' }), '`spec.mark` is an image')
  t.match(faultOf({ ...bars, mark: { type: 'image' } }), 'image')
  t.match(faultOf({ ...bars, usermeta: {} }), '`spec.usermeta`')
  const lookup = { lookup: 'id', from: { data: { url: 'x.csv' }, key: 'id' } }
  t.match(faultOf({ ...bars, transform: [lookup] }), '`spec.transform[0].from.data`')
})

t.test('a figure says what it is', async (t) => {
  t.match(checkFigure({ title: '', description: 'x', spec: bars }), 'title')
  t.match(checkFigure({ title: 'x', description: '', spec: bars }), 'description')
})
