import t from 'tap'
import { digestBytes } from '../../../src/base/digest.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { writeDocument } from '../../../src/report/documents/index.ts'
import { goodRun, makeRun } from '../fixture.ts'
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
