// Whatever a page, its data or its signers write, documents stay what they are.
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { canonicalJson } from '../../../src/base/canonical.ts'
import { digestBytes } from '../../../src/base/digest.ts'
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { writeDocument } from '../../../src/report/documents/index.ts'
import type { Signed } from '../../../src/report/documents/source.ts'
import { renderReport } from '../../../src/report/index.ts'
import { renderMarkdown } from '../../../src/report/markdown.ts'
import { goodShown, makeRun } from '../fixture.ts'
import { bomErrors, brokenAnchors, brokenRows } from './schemas.ts'

const attacks = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; DROP TABLE loans; --",
  '| a | b |\n| --- | --- |\n| c',
  '|||',
  '\\|',
  '`code` ``` more',
  '```\nnever closed',
  '~~~~\nnever closed',
  '# Approved\n\n## Performance\n\nAll is well.',
  'Approved\n========',
  'Approved\n---',
  '[press](javascript:alert(1))',
  '[press]( data:text/html,<b>x</b>)',
  '[press][1]\n\n[1]: javascript:alert(1)',
  '![pixel](https://example.org/pixel.png)',
  '<https://example.org> & <javascript:alert(1)>',
  '<!-- hidden',
  '&lt;script&gt; &#60;b&#62;',
  '\u202eevorppa\u202c \u2066x\u2069 \u200f',
  '\u0000\u0007\u001b[31mred\u009b1m',
  '\ud800 half a pair',
  '- item\n    indented\n1. one',
  '> quoted\n> more',
  '{{constructor.constructor("x")()}} ${7*7} %s %n',
  '__proto__',
  'constructor',
  'x'.repeat(5000),
  '',
  ' ',
  '\n\n',
]

const text = fc.oneof(
  fc.constantFrom(...attacks),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'|`*_[]()<>#~!&\\-=+.1:\n "\''), maxLength: 30 }),
  fc.tuple(fc.constantFrom(...attacks), fc.constantFrom(...attacks)).map(([a, b]) => `${a} ${b}`),
)

/** A run whose every text is somebody else's. */
interface Words {
  readonly page: Readonly<Record<'owner' | 'purpose' | 'limitations' | 'reviewBy' | 'note' | 'heading', string>>
  readonly names: readonly string[]
  readonly levels: readonly string[]
  readonly said: readonly string[]
}

const words: fc.Arbitrary<Words> = fc.record({
  page: fc.record({ owner: text, purpose: text, limitations: text, reviewBy: text, note: text, heading: text }),
  names: fc.uniqueArray(text, { minLength: 4, maxLength: 4 }),
  levels: fc.uniqueArray(text, { minLength: 2, maxLength: 2 }),
  said: fc.array(text, { minLength: 8, maxLength: 8 }),
})

/** What JSON can hold: the engine takes no halves of characters. */
function wellFormed(text: string): string {
  return text.toWellFormed()
}

function runOf({ page, names, levels, said }: Words) {
  const [name = '', target = '', guarded = '', other = ''] = names.map((one) => one.toWellFormed())
  const classes = levels.map((one) => one.toWellFormed())
  const [pipeline = '', warning = '', error = '', user = '', location = '', reason = '', unit = '', measure = ''] =
    said.map(wellFormed)
  const { heading, note, ...keys } = page
  const pageText = stringify(
    {
      daybook: 1,
      name: 'loans',
      ...keys,
      note: `${note}\n\n## Intended users\n\n${heading}`,
      algorithm: { use: 'x', note },
    },
    { lineWidth: 0 },
  )
  const manifest = {
    format: 1,
    name: 'loans',
    signature: {
      columns: [
        { name, type: 'category', levels: classes, unseen: 'error', missing: false, optional: false, unit, reason },
        { name: other, type: 'number', unseen: 'error', missing: true, optional: true },
      ],
      ignored: [guarded],
      task: 'binary',
      classes,
      target,
      output: 'probabilities',
    },
    preprocess: [],
    algorithm: { id: 'train', use: 'x', version: 1, params: {}, state: digestBytes('state') },
    features: [name, other],
  } as const
  const column = (name: string): JsonObject => ({
    name,
    type: 'category',
    missing: 1,
    share: 0.1,
    distinct: 2,
    levels: classes.map((value) => ({ value, count: 5 })),
    other: 0,
  })
  return makeRun({
    text: pageText.toWellFormed(),
    outputs: { train: manifest as unknown as Json },
    shown: {
      ...goodShown,
      data: { facts: { profile: { rows: 10, columns: [name, target, guarded, other].map(column) } } },
      train: {
        warnings: [{ code: 'W', message: warning }],
        tables: [
          {
            title: warning,
            columns: [name, other],
            rows: [
              [error, 1],
              [2, user],
            ],
          },
        ],
        facts: {
          importance: { measure: measure, features: [{ feature: name, sources: [name], value: 1 }] },
        },
      },
    } as never,
    result: {
      model: {
        digest: digestBytes(canonicalJson(manifest as unknown as Json)),
        algorithm: 'x',
        task: 'binary',
        features: 2,
      },
      page: {
        daybook: 1,
        name: 'loans',
        seed: 7,
        data: {
          use: 'csv',
          target: { column: target, positive: classes[1] as string },
          key: other,
          columns: Object.fromEntries([
            [guarded, { role: 'protected' }],
            [name, { unit: unit, reason: reason, monotone: 'increasing' }],
          ]),
          split: { by: 'random', test: 0.2 },
        },
        preprocess: [{ use: 'impute', id: 'impute', with: { value: reason } }],
        algorithm: { use: 'x', with: { loss: unit } },
        evaluate: { metrics: [] },
      },
    },
    record: {
      pipeline: pipeline,
      error: { code: 'RUN_PLUGIN_FAILED', message: error },
      overrides: [{ path: reason, value: unit }],
    },
    observed: {
      user: user,
      command: error,
      inputs: [{ cell: 'data', param: 'path', location: location, digest: digestBytes('f'), bytes: 3 }],
    },
  })
}

function signedOf({ said }: Words): Signed {
  const entry = {
    number: 1,
    entry: digestBytes('entry'),
    files: { record: digestBytes('r'), events: digestBytes('e') },
  }
  return {
    entry: entry as unknown as Signed['entry'],
    provenance: ['k'.repeat(64)],
    approvals: [{ role: said[0] as string, note: said[1] as string, at: said[2] as string, key: 'k'.repeat(64) }],
    damaged: 1,
  }
}

const tags = new Set(
  'html head meta title style body a abbr header footer main nav section div p span h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table colgroup col caption thead tbody tr th td code pre blockquote strong em s br hr details summary figure figcaption svg g path text rect line circle defs clippath'.split(
    ' ',
  ),
)

/** What does not belong into a document of ours: another tag, an attribute that acts, a link to a script. */
function strangers(html: string): readonly string[] {
  const body = html.replace(/^<!doctype html>\n/, '').replace(/<style>[\s\S]*?<\/style>/, '')
  const found: string[] = []
  for (const [whole, name, attributes] of body.matchAll(/<([^\s>]*)([^>]*)>?/g)) {
    if (!tags.has((name as string).replace(/^\//, '').toLowerCase())) found.push(whole)
    const bare = (attributes as string).replace(/"[^"]*"/g, '""')
    if (/\son\w+\s*=|\s(?:src|style|formaction)\s*=/i.test(bare)) found.push(whole)
    for (const [, to] of (attributes as string).matchAll(/\shref="([^"]*)"/g))
      if (!/^(?:#|https?:\/\/|mailto:)/i.test(to as string)) found.push(whole)
  }
  return found
}

async function check(t: Test, given: Words, withReport: boolean): Promise<void> {
  const { record, read } = runOf(given)
  const signed = signedOf(given)
  const card = await writeDocument('model-card', record, read, signed)
  t.same(brokenRows(card), [])
  t.equal(card.match(/^# /gm)?.length, 1, 'one title')
  t.equal(card.match(/^## /gm)?.length, 15, 'its own sections alone')
  if (card.length < 60_000) t.equal(renderMarkdown(card, 2).text.match(/<h3>/g)?.length, 15, 'none is swallowed')
  t.notMatch(card, /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u)
  const prose = card.replace(/^(`{3,})yaml\n[\s\S]*?\n\1$/gm, '').replace(/(?<!\\)`[^`\n]*`/g, '')
  t.notMatch(prose, /<[a-z/!?]/i)
  t.notMatch(prose, /(?<!\\)(?:!\[|\]\(\s*(?!https?:|mailto:))/i)

  t.same(await bomErrors(await writeDocument('ml-bom', record, read, signed)), null)
  const lines = (await writeDocument('open-lineage', record, read, signed)).trimEnd().split('\n')
  t.equal(lines.map((line) => JSON.parse(line)).length, 2)
  for (const html of [
    await writeDocument('dossier', record, read, signed),
    ...(withReport ? [await renderReport(record, read)] : []),
  ]) {
    t.same(strangers(html), [])
    t.same(brokenAnchors(html), [])
    t.equal(/.{0,90}[^\P{Cc}\n\t\r]/u.exec(html)?.[0], undefined)
  }
}

t.test('each attack in every place at once', async (t) => {
  for (const [i, attack] of attacks.entries()) {
    const keys = {
      owner: attack,
      purpose: attack,
      limitations: attack,
      reviewBy: attack,
      note: attack,
      heading: attack,
    }
    const names = ['a', 'b', 'c', 'd'].map((mark) => `${attack}${mark}`)
    await check(
      t,
      { page: keys, names, levels: [`${attack}0`, `${attack}1`], said: Array(8).fill(attack) as string[] },
      i % 4 === 0,
    )
  }
})

t.test('any words in any place', async (t) => {
  await fc.assert(
    fc.asyncProperty(words, async (given) => {
      await check(t, given, false)
      return t.passing()
    }),
    { numRuns: 40, seed: 20261122 },
  )
})
