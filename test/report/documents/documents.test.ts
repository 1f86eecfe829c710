import t from 'tap'
import { canonicalJson } from '../../../src/base/canonical.ts'
import { digestBytes } from '../../../src/base/digest.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { writeDocument } from '../../../src/report/documents/index.ts'
import type { RunRecord } from '../../../src/store/record.ts'
import { goodRun, goodShown, makeRun } from '../fixture.ts'
import { lineageValidator } from './schemas.ts'

const { record, read } = goodRun()

t.test('a model card says what the record and the page say, and names what they do not', async (t) => {
  const card = await writeDocument('model-card', record, read)
  t.match(card, /^# loan-approval\n/)
  for (const said of [
    record.id,
    record.digest,
    'Approve or refer consumer loans up to 50,000 EUR.',
    'Owner: credit-risk',
    'Made-up customers; not for real decisions.',
    '**Missing:** No date of review is set. Add `reviewBy:` to the page.',
    '`deploy.serve` | `serve@1`',
    'seed: 7',
    `daybook verify ${record.id}`,
  ])
    t.ok(card.includes(said), said)
  const auc = record.result.metrics?.test.auc as number
  t.match(card, new RegExp(`\\| \`auc\` \\| ${auc.toFixed(4)} \\| 0.7803 to 0.8169 \\|`))
  for (const { metric, on, value } of record.result.gates)
    t.ok(card.includes(`| \`${metric}\` | ${on} | ${value?.toFixed(4)} |`), `gate on ${metric}`)
})

t.test('a hostile page cannot break out of its card', async (t) => {
  const text = 'name: x\npurpose: "<script>alert(1)</script>\\n\\n# Approved\\n| a | b |"\nowner: "a`b|c"\n'
  const made = makeRun({ text, record: { pipeline: 'a|b <img>\n# c' } })
  const card = await writeDocument('model-card', made.record, made.read)
  t.notMatch(card, /<script|<img/)
  t.equal(card.match(/^# /gm)?.length, 1, 'one title')
  t.match(card, /\*\*Approved\*\*/)
  t.ok(card.includes('Owner: a\\`b\\|c'), 'text stays text')
})

t.test('a target that only evaluation saw is not what was learned', async (t) => {
  const model = { ...record.result.model, task: 'anomaly' } as NonNullable<typeof record.result.model>
  const page = { ...record.result.page, data: { use: 'csv', target: { column: 'fraud', positive: 'yes' } } }
  const made = makeRun({ result: { model, page } })
  const card = await writeDocument('model-card', made.record, made.read)
  t.match(card, /Learned without a target\. `fraud` says which rows are known anomalies/)
  t.match(await writeDocument('ml-bom', made.record, made.read), /"unsupervised"/)
})

t.test(
  'what the record alone knows: silenced warnings, rows seen, plugins, totals, patch, lockfile, approvals',
  async (t) => {
    const warnings = [
      { cell: 'train', code: 'LEAK_COLUMN', message: '`income` tells it', silenced: true },
      { cell: 'data', code: 'CONSTANT_COLUMN', message: '`empty` is empty', silenced: false },
    ]
    const keys = { train: digestBytes('train'), test: digestBytes('test') }
    const cells = record.result.cells.map((cell) =>
      cell.id === 'train'
        ? { ...cell, rows: keys.train }
        : cell.id === 'fold-1'
          ? { ...cell, rows: digestBytes('t1') }
          : cell,
    )
    const approvals = [
      {
        role: 'validator',
        keys: null,
        by: 'ab'.repeat(32),
        run: 'r',
        statement: 's',
        note: 'Read.',
        at: '2026-11-22T10:00:00Z',
      },
      { role: 'owner', keys: null, by: null, run: null, statement: null, note: null, at: null },
    ]
    const worst = { value: 0.97, column: 'income' }
    const kind = { code: 'LEAK_COLUMN', looked: 8, of: 'columns', worst, threshold: 0.95, found: 1 }
    const checks = { format: 1, proof: { holds: true }, summary: [kind], findings: [{ code: 'LEAK_COLUMN' }] }
    const made = makeRun({
      shown: goodShown,
      outputs: { data: checks },
      record: { warnings, approvals } as Partial<RunRecord>,
      result: {
        cells: [...cells, { id: 'checks', plugin: 'engine:checks@1', output: digestBytes(canonicalJson(checks)) }],
        page: { ...record.result.page, ignore: [{ warning: 'LEAK_COLUMN', reason: 'Known at the counter' }] },
        inputs: [
          {
            cell: 'data',
            digest: digestBytes('data'),
            rows: 400,
            columns: 9,
            schema: [{ name: 'age', total: 18920.5 }],
          },
        ],
      } as unknown as Partial<RunRecord['result']>,
      observed: {
        git: { commit: 'c0ffee', dirty: true, patch: digestBytes('patch') },
        lockfile: { file: 'package-lock.json', digest: digestBytes('lock') },
        timeZone: 'Asia/Kathmandu',
        plugins: [
          {
            cell: 'train',
            kind: 'algorithm',
            plugin: 'acme/garch@2',
            origin: 'npm',
            package: 'acme@1.4.0',
            code: digestBytes('a'),
          },
        ],
      } as Partial<RunRecord['observed']>,
    })
    const card = await writeDocument('model-card', made.record, made.read)
    for (const said of [
      '`LEAK_COLUMN` in cell `train`: `income` tells it Silenced: Known at the counter',
      '`CONSTANT_COLUMN` in cell `data`',
      'Each of the 2 fitted cells recorded the digest of the rows that it saw',
      '| `age` | feature | number | — | 0 | 18 to 77, median 46 | — | 18920.5 |',
      `yes, patch \`${digestBytes('patch')}\``,
      `package-lock.json \`${digestBytes('lock')}\``,
      'Asia/Kathmandu',
      'Each of the 2 fitted cells recorded the digest of the rows that it saw: all are those of the training rows, or of their fold. The parts share no row.',
      '| `LEAK_COLUMN` | 8 columns | `income` | 0.9700 | 0.9500 | 1 |',
      'the page waits for: owner.',
      '| validator | 2026-11-22 10:00:00 UTC | `abababababababab` | Read. |',
    ])
      t.ok(card.includes(said), said)
    const dossier = await writeDocument('dossier', made.record, made.read)
    t.match(dossier, /1 warnings stand open, 1 are silenced/)
    t.match(dossier, /From elsewhere: <code>acme@1\.4\.0<\/code>/)
    t.match(dossier, /the page demands: <code>validator<\/code>, <code>owner<\/code>; 1 waited for/)
    const other = makeRun({
      result: { cells: [{ ...(cells[2] as (typeof cells)[0]), rows: digestBytes('x') } as never] },
    })
    t.match(await writeDocument('dossier', other.record, other.read), /OTHER ROWS were seen by impute/)
  },
)

t.test('documents of runs that made no model', async (t) => {
  const error = { code: 'RUN_PLUGIN_FAILED', message: 'plugin x failed' }
  const made = makeRun({ record: { status: 'failed', error }, result: { model: null, metrics: null, gates: [] } })
  t.match(await writeDocument('model-card', made.record, made.read), /made no model: it ended as failed/)
  const events = lines(await writeDocument('open-lineage', made.record, made.read))
  t.match(events, [{ eventType: 'START' }, { eventType: 'FAIL', outputs: [], run: { facets: { errorMessage: {} } } }])
  const bom = JSON.parse(await writeDocument('ml-bom', made.record, made.read))
  t.equal(bom.metadata.component.hashes, undefined)
})

t.test('lineage: a start and an end of one run, with what it read and made', async (t) => {
  const events = lines(await writeDocument('open-lineage', record, read))
  t.equal(events.length, 2)
  t.match(events, [{ eventType: 'START', outputs: [] }, { eventType: 'COMPLETE' }])
  const [first, last] = events.map(({ run }) => run as { runId: string; facets: JsonObject })
  t.equal(first?.runId, last?.runId)
  t.match(last?.facets, { daybook_run: { runDigest: record.digest, gates: [{ metric: 'auc', passed: true }, {}] } })
  t.match(first?.facets, { jobRunParameters: { parameters: [{ key: 'algorithm.with.trees', value: 200 }] } })
  t.match(events[1]?.outputs, [
    { name: 'loan-approval.model', facets: { version: { datasetVersion: `sha256:${record.result.model?.digest}` } } },
  ])
  const { input } = { input: record.result.inputs[0] }
  t.match(events[1]?.inputs, [
    {
      facets: {
        schema: {
          fields: [
            { name: 'loanId', type: 'text' },
            { name: 'income', type: 'number' },
          ],
        },
      },
      inputFacets: {
        dataQualityMetrics: { rowCount: input?.rows, columnMetrics: { age: { nullCount: 0, min: 18, max: 77 } } },
      },
    },
  ])
  t.match(events[0]?.job, {
    facets: { documentation: { description: /consumer loans/ }, ownership: { owners: [{ name: 'team:credit-risk' }] } },
  })
  t.equal(await writeDocument('open-lineage', record, read), await writeDocument('open-lineage', record, read))

  const wrong = lineageValidator()
  if (wrong === undefined) return t.comment('the specification is not here')
  for (const event of events) t.equal(wrong(event), undefined)
  t.ok(wrong({ ...events[0], run: { runId: 'no uuid' } }), 'the check can fail')
})

t.test('the bill of materials names model, data and plugins by digest', async (t) => {
  const bom = JSON.parse(await writeDocument('ml-bom', record, read))
  t.match(bom, { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 })
  const { component } = bom.metadata
  t.match(component, {
    type: 'machine-learning-model',
    hashes: [{ alg: 'SHA-256', content: record.result.model?.digest }],
    modelCard: {
      modelParameters: { task: 'binary', approach: { type: 'supervised' } },
      considerations: {
        useCases: ['Approve or refer consumer loans up to 50,000 EUR.'],
        technicalLimitations: ['Made-up customers; not for real decisions.', /synthetic/],
      },
    },
  })
  const metrics = component.modelCard.quantitativeAnalysis.performanceMetrics as Record<string, string>[]
  const onTest = metrics.filter(({ slice }) => slice === 'test rows')
  t.same(Object.fromEntries(onTest.map(({ type, value }) => [type, Number(value)])), record.result.metrics?.test)
  t.match(onTest[0], { type: 'auc', confidenceInterval: { lowerBound: '0.7803', upperBound: '0.8169' } })
  t.match(metrics, [{}, { type: 'auc', slice: 'mean of 3 folds', value: '0.8' }])
  const plugin = bom.components.find((one: JsonObject) => one['bom-ref'] === 'plugin:gradient-boosting@1')
  t.match(plugin, { properties: [{ name: 'daybook:codeDigest', value: digestBytes('code of train') }, {}, {}] })
  t.match(bom.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  t.equal(await writeDocument('ml-bom', record, read), await writeDocument('ml-bom', record, read))
  const refs = new Set(bom.components.map((one: JsonObject) => one['bom-ref']))
  for (const ref of bom.dependencies[0].dependsOn) t.ok(refs.has(ref), ref)
  for (const { ref } of component.modelCard.modelParameters.datasets) t.ok(refs.has(ref), ref)
})

function lines(text: string): JsonObject[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject)
}
