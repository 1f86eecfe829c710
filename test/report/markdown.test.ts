import fc from 'fast-check'
import t from 'tap'
import { renderMarkdown } from '../../src/report/markdown.ts'

const set = (text: string, level = 3): string => renderMarkdown(text, level).text

t.test('the Markdown of everyday prose', async (t) => {
  const cases: readonly [string, string][] = [
    ['Hello *you*, **all** of `a < b`.', '<p>Hello <em>you</em>, <strong>all</strong> of <code>a &lt; b</code>.</p>'],
    ['one\ntwo\n\nthree', '<p>one\ntwo</p><p>three</p>'],
    ['# A\n## B\n### C', '<h3>A</h3><h4>B</h4><h5>C</h5>'],
    ['- a\n- b', '<ul><li>a</li><li>b</li></ul>'],
    ['1. a\n2. b', '<ol><li>a</li><li>b</li></ol>'],
    ['- a\n  - b\n- c', '<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>'],
    ['> said', '<blockquote><p>said</p></blockquote>'],
    ['---', '<hr>'],
    ['```js\nif (a < b) {}\n```', '<pre tabindex="0"><code>if (a &lt; b) {}</code></pre>'],
    ['a  \nb', '<p>a<br>b</p>'],
    ['snake_case_name and 2*3*4', '<p>snake_case_name and 2<em>3</em>4</p>'],
    ['\\*plain\\*', '<p>*plain*</p>'],
    ['~~old~~', '<p><s>old</s></p>'],
    [
      'see [the docs](https://example.org/a?b=1&c=2)',
      '<p>see <a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer">the docs</a></p>',
    ],
    ['<https://example.org>', '<p><a href="https://example.org" rel="noopener noreferrer">https://example.org</a></p>'],
  ]
  for (const [text, expected] of cases) t.equal(set(text), expected, JSON.stringify(text))
})

t.test('a pipe table', async (t) => {
  t.match(
    set('| a | b |\n|---|--:|\n| 1 | `x` |'),
    /<th scope="col">a<\/th>[\s\S]*<td>1<\/td><td><code>x<\/code><\/td>/,
  )
})

t.test('headings start at the level given and never skip one', async (t) => {
  t.equal(set('### deep\n###### deeper', 4), '<h4>deep</h4><h5>deeper</h5>')
})

t.test('a note cannot bring HTML, scripts, pictures or other schemes', async (t) => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](data:text/html,<script>)',
    '![x](https://example.org/pixel.png)',
    '<javascript:alert(1)>',
    '[x](https://example.org/"onmouseover="alert(1))',
    '`<b>`',
    '# <b onclick=x>',
    '| <b> |\n|---|---|\n| </td><script> |',
    '[<script>](https://example.org)',
    '[x](https://example.org "title\\"onload=x")',
  ]
  for (const text of hostile) {
    const out = set(text)
    t.notMatch(out, /<(?:script|img|b)\b/i, text)
    t.notMatch(out, /href="(?!https:\/\/example\.org)/i, text)
    t.notMatch(out, /<[^>]*\son\w+=/i, text)
  }
})

t.test('any text is set, quickly, and stays inside its tags', async (t) => {
  const char = fc.constantFrom(...'*_`[]()<>!#-|~> \n\\ab1.')
  fc.assert(
    fc.property(fc.array(char, { maxLength: 200 }), (chars) => {
      const out = set(chars.join(''))
      const opened = out.match(/<(?!hr|br)[a-z][^>]*>/g)?.length ?? 0
      const closed = out.match(/<\/[a-z][^>]*>/g)?.length ?? 0
      return opened === closed
    }),
  )
  for (const text of [
    '*'.repeat(50_000),
    '['.repeat(50_000),
    '> '.repeat(20_000),
    '- '.repeat(20_000),
    '`'.repeat(50_000),
    `${' '.repeat(30)}- a\n`.repeat(2000),
    '_a '.repeat(20_000),
  ]) {
    const start = performance.now()
    set(text)
    t.ok(
      performance.now() - start < 1500,
      `${JSON.stringify(text.slice(0, 8))} takes ${Math.round(performance.now() - start)} ms`,
    )
  }
})
