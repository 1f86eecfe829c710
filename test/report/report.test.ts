import t from 'tap'
import { renderReport } from '../../src/report/index.ts'
import type { Evaluation } from '../../src/store/evaluation.ts'
import type { LedgerEntry } from '../../src/store/index.ts'
import {
  anomalyEvaluation,
  binaryEvaluation,
  clusterEvaluation,
  multiclassEvaluation,
  regressionEvaluation,
} from './evaluation-fixture.ts'
import { goodRun, goodShown, makeRun, pageText } from './fixture.ts'

/** Text of a page without its tags and style sheet. */
function textOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[ \n]+/g, ' ')
}

t.test('a good run: verdict, prose and cells in order, evaluation, how to reproduce', async (t) => {
  const { record, read } = goodRun()
  const page = await renderReport(record, read)
  const text = textOf(page)
  const order = [
    'loan-approval Approve or refer consumer loans',
    'SYNTHETIC',
    'Status Passed',
    'auc on the test rows 0.7991 95 % interval 0.7803 to 0.8169',
    'Test rows 4\u202f000',
    '2026-11-22 05:10:14 UTC',
    'Warnings DRIFT_PSI',
    'The page Who repays?',
    'The loan book Twenty thousand loans',
    '[1] data synthetic-credit@1 cached',
    '400 rows, 9 columns',
    'debtRatio number 0 100 0 to 0.9900, median 0.4950',
    'loanId key text 0 400 2 to 4 characters',
    'income number EUR 5.0\u202f% 97',
    'purpose category 0 3 car 57.0\u202f%, home 28.5\u202f%, &lt;b&gt; 14.5\u202f%',
    'since date 0 50 2022-01-08 to 2022-02-26, median 2022-02-01',
    'owner boolean 0 2 true 25.0\u202f%',
    'age protected number',
    'defaulted target category',
    '[2] split engine:split@1',
    'Missing incomes are not zero incomes.',
    '[3] impute',
    '[5] train',
    'Importance of features The features that the model leans on most, by gain: debtRatio,',
    'Learning curve',
    '[6–8] Folds',
    '[9] evaluate',
    'Metrics, with 95 % bootstrap intervals',
    'predicted no',
    'ROC',
    'Calibration',
    'Lift by tenth',
    'Train against test',
    '[10] gates',
    '[11] deploy.serve',
    'Files Path SHA-256 serve.json',
    'Reproduce this run',
    record.observed.command,
    record.digest,
    'resolved page',
  ]
  let at = 0
  for (const part of order) {
    const found = text.indexOf(part, at)
    t.ok(found >= at, `${part} stands after what comes before it`)
    at = Math.max(at, found)
  }
  t.ok(Buffer.byteLength(page) < 400_000, `${Buffer.byteLength(page)} bytes`)
  t.notMatch(page, /<script/i)
  t.notMatch(page, /(?:src|href)="(?!#|https:\/\/example\.org\/guide)/)
})

t.test('each cell shows its own lines of the page, without its notes', async (t) => {
  const { record, read } = goodRun()
  const page = (await renderReport(record, read)).replace(/<span class="[kc]">([^<]*)<\/span>/g, '$1')
  t.ok(page.includes('<code>- use: impute\n  with: { number: median, category: mostFrequent }</code>'))
  t.ok(page.includes('<code>- one-hot</code>'))
  t.ok(page.includes('<code>split: { by: random, test: 0.2, validation: 0.1 }</code>'))
  t.ok(page.includes('    age: { role: protected }</code>'))
  t.ok(page.includes('<code>algorithm:\n  use: gradient-boosting'))
})

t.test('a page with several sources: each has its part, and what joins them is taken up by `data`', async (t) => {
  const text = `name: joined
cells:
  loans: { use: csv, with: { path: loans.csv }, note: Every loan. }
  all:
    use: sql
    from: [loans]
    note: One row a loan.
data:
  from: all
  target: defaulted
  split: { by: random, test: 0.2 }
  note: What is asked.
algorithm: { use: neural-network, note: A small net. }
optimizer: { use: adam, note: Steps. }
`
  const cells = ['loans', 'all', 'split', 'train', 'evaluate'].map((id) => ({ id, plugin: `${id}@1`, output: null }))
  const { record, read } = makeRun({ text, result: { cells } })
  const page = await renderReport(record, read)
  const plain = textOf(page)
  for (const note of ['Every loan.', 'One row a loan.', 'What is asked.', 'A small net.', 'Steps.'])
    t.ok(plain.includes(note), note)
  t.ok(plain.includes('all : use : sql from : [loans]'))
  t.ok(plain.includes('data : from : all target : defaulted split : { by : random'))
})

t.test('two renders are equal, byte for byte', async (t) => {
  const { record, read } = goodRun()
  t.equal(await renderReport(record, read), await renderReport(record, read))
})

t.test('other tasks: several classes, a number', async (t) => {
  const several = goodRun(multiclassEvaluation)
  const text = textOf(await renderReport(several.record, several.read))
  t.ok(text.includes('low 0.8696, middle 0.7407, high 0.8197'), 'low 0.8696, middle 0.7407, high 0.8197')
  t.ok(text.includes('predicted middle'), 'predicted middle')
  const number = goodRun(regressionEvaluation)
  const regression = textOf(await renderReport(number.record, number.read))
  t.match(regression, /Residuals Actual minus predicted value: mean \u221212.40/)
  t.match(regression, 'Errors by tenth of the actual values')
  t.notMatch(regression, 'ROC')
})

t.test('tasks without a target', async (t) => {
  const clusters = goodRun(clusterEvaluation)
  const page = await renderReport(clusters.record, clusters.read)
  const text = textOf(page)
  t.match(text, /Sizes of the clusters .*in each of 2 clusters/)
  t.match(text, 'Distance from the middle of the cluster')
  t.match(text, /Cluster Train rows Share Test rows Share of test Mean distance in test 0 180 60.0.% 60 66.7.% 1.250/)
  t.match(text, /income 2.500 3.101 1.600 housing &lt;b&gt; rent 40.0.% own 61.0.% —/)
  t.notMatch(text, /Rows and target|Confusion/)
  t.notMatch(page, 'housing <b>', 'what comes from data is text')
  const strange = goodRun(anomalyEvaluation)
  const anomalies = textOf(await renderReport(strange.record, strange.read))
  t.match(
    anomalies,
    /Above the threshold of 0\.6\d*, and so anomalies: 12 of 300 train rows \(4.00?.%\), 3 of 90 test rows/,
  )
  t.match(anomalies, 'Anomaly scores')
})

t.test('a failed run says so first', async (t) => {
  const { record, read } = makeRun({
    record: {
      status: 'failed',
      error: {
        code: 'DATA_BAD_VALUE',
        message: 'loans.csv:17: column `income` holds `n/a?`',
        hint: 'Declare it as missing.',
        cell: 'train',
      },
    },
    result: { metrics: null, gates: [], model: null },
    states: { train: 'failed', evaluate: 'skipped', gates: 'skipped' },
  })
  const page = await renderReport(record, read)
  const text = textOf(page)
  t.ok(text.indexOf('Cell train failed') < text.indexOf('Status Failed'))
  t.ok(
    text.includes('loans.csv:17: column income holds n/a? DATA_BAD_VALUE Declare it as missing.'),
    'loans.csv:17: column income holds n/a? DATA_BAD_VALUE Declare it as missing.',
  )
  t.ok(page.includes('class="cell failed"'))
  t.match(text, /\[9\] evaluate engine:evaluate@1 skipped/)
})

t.test('a failed gate is a word, not only a colour', async (t) => {
  const { record, read } = makeRun({
    record: { status: 'gateFailed' },
    result: { gates: [{ metric: 'auc', on: 'folds', value: null, passed: false, atLeast: 0.9 }] },
  })
  const text = textOf(await renderReport(record, read))
  t.ok(text.includes('Status Gate failed'), 'Status Gate failed')
  t.ok(
    text.includes('auc \u2014 at least 0.9000 (mean of the folds) ✗ failed'),
    'auc \u2014 at least 0.9000 (mean of the folds) ✗ failed',
  )
})

t.test('approvals: who gave them, which are waited for, what else was signed', async (t) => {
  const [given, missing] = [
    {
      role: 'validator',
      keys: null,
      by: 'ab'.repeat(32),
      run: 'r',
      statement: 'cd'.repeat(32),
      note: 'Folds <b>fine</b>.',
      at: '2026-01-02T03:04:05.000Z',
    },
    { role: 'owner', keys: ['ef'.repeat(32)], by: null, run: null, statement: null, note: null, at: null },
  ]
  const waiting = makeRun({ record: { approvals: [given, missing] } })
  const text = textOf(await renderReport(waiting.record, waiting.read))
  t.ok(text.includes('Status Waits for approval'))
  t.ok(
    text.includes('validator ✓ verified abababababababab 2026-01-02 03:04:05 UTC Folds &lt;b&gt;fine&lt;/b&gt;.'),
    text.slice(0, 900),
  )
  t.ok(text.includes('owner waited for — —'))
  t.ok(
    textOf(await renderReport(makeRun({ record: { approvals: [given] } }).record, waiting.read)).includes(
      'Status Passed',
    ),
  )
  const bare = makeRun()
  t.notOk((await renderReport(bare.record, bare.read)).includes('id="approvals"'))
  const signed = textOf(
    await renderReport(bare.record, bare.read, undefined, {
      entry: { number: 7, entry: 'ab'.repeat(32), files: { record: 'cd'.repeat(32) } } as LedgerEntry,
      provenance: ['12'.repeat(32)],
      approvals: [{ key: '34'.repeat(32), role: 'auditor', note: 'Seen.', at: 'never' }],
      damaged: 1,
    }),
  )
  t.ok(signed.includes('attested ✓ verified 1212121212121212 —'))
  t.ok(signed.includes('approved as auditor ✓ verified 3434343434343434 never Seen.'))
  t.ok(signed.includes('1 more ✗ not verified'))
})

const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>'\u202e\0]]>--><style>*{display:none}</style>`

t.test('whatever is written into a run, it stays text', async (t) => {
  const hostile = (value: unknown): unknown => {
    if (typeof value === 'string')
      return /^[0-9a-f]{64}$/.test(value) || value === 'quantitative' || value === 'nominal' ? value : attack
    if (Array.isArray(value)) return value.map(hostile)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hostile(inner)]))
  }
  const { record, read } = makeRun({
    text: `name: ${JSON.stringify(attack)}\npurpose: ${JSON.stringify(attack)}\nnote: ${JSON.stringify(`# ${attack}\n${attack}\n- ${attack}`)}\ndata: { use: csv, note: ${JSON.stringify(attack)} }\n# ${attack}\n`,
    record: {
      pipeline: attack,
      id: attack,
      error: { code: attack, message: attack, hint: attack, cell: attack },
      overrides: [{ path: attack, value: attack }],
    },
    result: {
      metrics: {
        test: { [attack]: 0.5 },
        train: { [attack]: 0.5 },
        folds: { [attack]: { values: [1], mean: 1, sd: 0 } },
      },
      gates: [{ metric: attack, on: 'test', value: 1, passed: true, atLeast: 0 }],
      split: { assignment: 'x', rows: { [attack]: 3, test: 2 }, keys: { [attack]: attack } },
      page: { [attack]: attack },
      model: { digest: attack, algorithm: attack, task: attack, features: 1 },
    },
    shown: {
      data: { facts: { synthetic: true } },
      'deploy.serve': { facts: { [attack]: attack } },
      train: {
        tables: [{ title: attack, columns: [attack], rows: [[attack]], note: attack }],
        warnings: [{ code: attack, message: attack, evidence: attack }],
        figures: [
          {
            title: attack,
            description: attack,
            spec: {
              data: { values: [{ [attack]: 1, name: attack }] },
              mark: 'bar',
              title: attack,
              encoding: {
                x: { field: 'name', type: 'nominal', title: attack },
                y: { field: attack, type: 'quantitative' },
                color: { field: 'name', type: 'nominal' },
              },
            },
          },
        ],
      },
    },
    outputs: {
      evaluate: {
        ...(binaryEvaluation as object),
        classes: [attack, `${attack}2`],
        classResults: {
          ...binaryEvaluation.classResults,
          curves: [{ ...binaryEvaluation.classResults?.curves[0], class: attack }],
          scores: { edges: [0, 1], counts: [[1], [2]], series: [attack, `${attack}2`] },
        },
        stability: { scores: [], features: [{ name: attack, psi: 0.3, bins: [{ label: attack, train: 1, test: 2 }] }] },
      } as never,
    },
  })
  const page = await renderReport(record, read)
  t.equal(page.match(/<script/gi), null)
  t.equal(page.match(/<img/gi), null)
  t.equal(page.match(/<style/gi)?.length, 1)
  const tags = page.replace(/="[^"]*"/g, '').match(/<[^>]*>/g) ?? []
  t.same(
    tags.filter((tag) => /\son\w+/.test(tag)),
    [],
    'no tag has a handler',
  )
  t.notMatch(page, '\0')
  t.ok(page.includes('&lt;script&gt;'), 'it is shown as text')
  const all = hostile(goodRun().record) as ReturnType<typeof goodRun>['record']
  const numbers = { ...all, format: 1 as const, observed: { ...all.observed, cells: goodRun().record.observed.cells } }
  t.notMatch(await renderReport({ ...numbers, status: 'ok' }, read), /<script|<img/i)
})

t.test('figures that would load, link or run something are not drawn; their data is', async (t) => {
  const values = [{ a: 'kept as a table', b: 1 }]
  const xy = { x: { field: 'a', type: 'nominal' }, y: { field: 'b', type: 'quantitative' } }
  const specs = [
    { data: { url: 'file:///etc/passwd' }, mark: 'bar', encoding: xy },
    { data: { url: 'https://example.org/x.json' }, mark: 'bar', encoding: xy },
    { data: { values }, mark: 'bar', encoding: { ...xy, href: { value: 'javascript:alert(1)' } } },
    { data: { values }, mark: { type: 'bar', href: 'javascript:alert(1)' }, encoding: xy },
    { data: { values }, mark: { type: 'image' }, encoding: { ...xy, url: { value: 'https://example.org/x.png' } } },
    { data: { values }, mark: 'no such mark' },
    {
      data: { values },
      mark: 'bar',
      encoding: { x: { field: 'a', type: 'quantitative', axis: { labelExpr: 'while(true){}' } } },
    },
    { data: { sequence: { start: 0, stop: 1e9 } }, mark: 'bar', encoding: xy },
    {},
  ]
  for (const spec of specs) {
    const { record, read } = makeRun({
      shown: { train: { figures: [{ title: 'T', description: 'D', spec: spec as never }] } },
    })
    const page = await renderReport(record, read)
    t.ok(page.includes('This figure is not drawn here'), JSON.stringify(spec))
    t.notMatch(page, /root:|<image|<a [^>]*javascript|https:\/\/example\.org\/x/)
  }
})

t.test('a run that shows too much still gives a small report', async (t) => {
  const values = Array.from({ length: 2000 }, (_, i) => ({ x: i, y: Math.sin(i) }))
  const figure = (n: number) => ({
    title: `Figure ${n}`,
    description: 'A wave',
    spec: {
      data: { values },
      mark: 'point',
      encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative', title: `y${n}` } },
    },
  })
  const rows = Array.from({ length: 500 }, (_, i) => Array.from({ length: 60 }, (_, j) => `${i} ${j} `.repeat(20)))
  const table = { title: 'Wide', columns: Array.from({ length: 60 }, (_, j) => `c${j}`), rows }
  const { record, read } = makeRun({ shown: { train: { figures: [1, 2, 3, 4].map(figure), tables: [table, table] } } })
  const page = await renderReport(record, read)
  t.ok(Buffer.byteLength(page) <= 1_500_000, `${Buffer.byteLength(page)} bytes`)
  t.ok(page.includes('more rows are not shown'))
})

t.test('what is missing or broken leaves a gap that is named', async (t) => {
  const { record } = goodRun()
  const none = async (): Promise<Uint8Array> => {
    throw new Error('gone')
  }
  const text = textOf(await renderReport(record, none))
  t.ok(
    text.includes('What this cell showed is no longer in the store.'),
    'What this cell showed is no longer in the store.',
  )
  t.ok(text.includes('auc'), 'auc')
  const rubbish = async (): Promise<Uint8Array> =>
    new TextEncoder().encode('{"figures":[3,{"title":1}],"tables":"x","warnings":[null],"facts":[]}')
  t.match(textOf(await renderReport(record, rubbish)), 'Reproduce this run')
})

t.test('pages that cannot be taken apart are shown without excerpts', async (t) => {
  for (const text of [
    '',
    '- [',
    `a: ${'['.repeat(5000)}`,
    'a: &a [*a]',
    'x'.repeat(2_000_000),
    pageText.replace(/\n/g, '\r\n'),
  ]) {
    const { record, read } = makeRun({ text })
    t.match(textOf(await renderReport(record, read)), 'Reproduce this run')
  }
})

t.test('the outline has no holes and every link inside leads somewhere', async (t) => {
  const { record, read } = goodRun()
  const page = await renderReport(record, read)
  const levels = [...page.matchAll(/<h([1-6])[ >]/g)].map((match) => Number(match[1]))
  t.equal(levels.filter((level) => level === 1).length, 1)
  levels.forEach((level, i) => {
    if (i > 0 && level > (levels[i - 1] as number) + 1) t.fail(`h${level} follows h${levels[i - 1]}`)
  })
  const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]))
  t.equal(ids.size, [...page.matchAll(/ id="([^"]*)"/g)].length, 'ids are distinct')
  for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) t.ok(ids.has(target as string), `#${target} is there`)
  t.ok(goodShown.train)
})

t.test('evaluations of odd forms do no harm', async (t) => {
  const odd: readonly Partial<Evaluation>[] = [
    { classResults: null },
    {
      classResults: {
        confusion: [],
        curves: [{ class: 'yes', roc: null, pr: null, ks: null, calibration: null }],
        deciles: [],
        scores: null,
      },
    },
    { stability: { scores: [], features: [] } },
  ]
  for (const part of odd) {
    const { record, read } = goodRun({ ...binaryEvaluation, ...part })
    t.match(textOf(await renderReport(record, read)), 'Metrics')
  }
})
