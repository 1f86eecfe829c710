import fc from 'fast-check'
import t from 'tap'
import { escapeHtml, html, trusted } from '../../src/report/html.ts'

t.test('parts are escaped in text and in attributes, HTML itself is not', async (t) => {
  const hostile = `<script>alert("1")</script>' onload='x`
  t.equal(
    html`<p title="${hostile}">${hostile}${html`<b>${1}</b>`}${trusted('<i>')}</p>`.text,
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=&#39;x">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; onload=&#39;x<b>1</b><i></p>',
  )
})

t.test('nothing prints nothing, lists print their items, zero is printed', async (t) => {
  t.equal(html`${null}${undefined}${false}${[1, 'a', [html`<b>`]]}${0}`.text, '1a<b>0')
})

t.test('an object that only looks like HTML is text', async (t) => {
  const forged = { text: '<script>' } as unknown as string
  t.notMatch(html`${[forged].map(String)}`.text, /<script>/)
})

t.test('whatever the text, no tag, quote or control character comes out', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const safe = escapeHtml(text)
      return !/[<>"']|[^\P{Cc}\t\n\r]/u.test(safe) && safe.isWellFormed()
    }),
  )
})
