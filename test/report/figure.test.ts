import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { drawSvg, FigureDrawer } from '../../src/report/figure.ts'

const bars = {
  data: {
    values: [
      { a: '<script>&"', b: 1.123456 },
      { a: 'y', b: 3 },
    ],
  },
  mark: 'bar',
  encoding: { x: { field: 'a', type: 'nominal' }, y: { field: 'b', type: 'quantitative' } },
}

t.test('a drawing is SVG of the page: its colours, no styles, no roles, ids of its own', async (t) => {
  const svg = await drawSvg(bars, 'f1')
  t.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+" viewBox="[\d ]+">/)
  t.ok(svg.includes('fill="var(--c1)"'))
  t.ok(svg.includes('>&lt;script&gt;&amp;"</text>'))
  t.notMatch(svg, /style=|class=|role=|aria-|\d\.\d\d/)
  t.equal(await drawSvg(bars, 'f1'), svg)
})

t.test('ids of clips and gradients get the prefix, whatever Vega counted before', async (t) => {
  const clipped = { ...bars, mark: { type: 'bar', clip: true } }
  const svg = await drawSvg(clipped, 'f7')
  const again = await drawSvg(clipped, 'f7')
  const ids = [...svg.matchAll(/ id="([^"]*)"/g)].map((match) => match[1])
  t.ok(ids.length > 0 && ids.every((id) => id?.startsWith('f7-')))
  for (const [, id] of svg.matchAll(/url\(#([^)]*)\)/g)) t.ok(ids.includes(id))
  t.equal(again, svg)
})

t.test('equal specs are drawn once, and a budget is kept', async (t) => {
  const drawer = new FigureDrawer(9000)
  const figure = { title: 'T "1"', description: 'D', spec: bars }
  const first = (await drawer.draw(figure)).text
  t.ok(first.includes('<svg role="img" aria-label="T &quot;1&quot;"'))
  t.ok(first.includes('<caption>T &quot;1&quot;</caption>'))
  const more = []
  for (let i = 0; i < 10; i++) more.push((await drawer.draw(figure)).text)
  t.ok(more.at(-1)?.includes('not drawn here: the report is full'))
  t.ok(more.at(-1)?.includes('<td class="n">1.123</td>'), 'its data stays')
})

t.test('more than sixty figures keep their tables alone', async (t) => {
  const drawer = new FigureDrawer(Number.POSITIVE_INFINITY)
  let drawn = 0
  for (let i = 0; i < 70; i++)
    if ((await drawer.draw({ title: 'T', description: 'D', spec: bars })).text.includes('<svg')) drawn++
  t.equal(drawn, 60)
})

t.test('no code is made of expressions: figures are drawn where that is forbidden', async (t) => {
  const spec = { ...bars, transform: [{ calculate: 'datum.b * 2', as: 'b' }, { filter: 'datum.b > 0' }] }
  const module = new URL('../../src/report/figure.js', import.meta.url).href
  const script = `import { drawSvg } from ${JSON.stringify(module)}; process.stdout.write(await drawSvg(${JSON.stringify(spec)}, 'f1'))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disallow-code-generation-from-strings',
    '--input-type=module',
    '-e',
    script,
  ])
  t.equal(stdout, await drawSvg(spec, 'f1'), 'and in another process they are equal')
})

t.test('a drawing is kept for the next report; what a cache gives is used only where it is a drawing', async (t) => {
  const figure = { title: 'T', description: 'D', spec: bars }
  const cache = new Map<string, string>()
  const kept = {
    get: async (key: string) => cache.get(key),
    put: async (key: string, svg: string) => void cache.set(key, svg),
  }
  const first = (await new FigureDrawer(1e6, kept).draw(figure)).text
  t.equal(cache.size, 1)
  const [key = '', svg = ''] = [...cache][0] ?? []
  cache.set(key, svg.replace('>y<', '>kept<'))
  t.ok((await new FigureDrawer(1e6, kept).draw(figure)).text.includes('>kept<'), 'nothing is drawn anew')
  for (const bad of [
    '',
    'not a drawing',
    svg.replace('<g', '<script>alert(1)</script><g'),
    svg.replace('<g', '<g onclick="x"'),
  ]) {
    cache.set(key, bad)
    t.equal((await new FigureDrawer(1e6, kept).draw(figure)).text, first)
  }
})
