import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import t from 'tap'
import type { JsonObject } from '../../../src/base/json.ts'
import { writeDocument } from '../../../src/report/documents/index.ts'
import { root } from '../../root.ts'
import { goodRun, makeRun } from '../fixture.ts'

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
    'Review by: *The page does not say.*',
    'seed: 7',
    `daybook verify ${record.id}`,
  ])
    t.ok(card.includes(said), said)
  const auc = record.result.metrics?.test.auc as number
  t.match(card, new RegExp(`\\| auc \\|.*\\| ${auc.toFixed(4)} \\|`))
  for (const gate of record.result.gates) t.match(card, new RegExp(`Gate .*${gate.metric} on ${gate.on}`))
})

t.test('a hostile page cannot break out of its card', async (t) => {
  const text = 'name: x\npurpose: "<script>alert(1)</script>\\n\\n# Approved\\n| a | b |"\nowner: "a`b|c"\n'
  const made = makeRun({ text, record: { pipeline: 'a|b <img>\n# c' } })
  const card = await writeDocument('model-card', made.record, made.read)
  t.notMatch(card, /<script|<img/)
  t.equal(card.match(/^# /gm)?.length, 1, 'one title')
  t.match(card, /\*\*Approved\*\*/)
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
  t.same(events[0]?.run, events[1]?.run)
  t.match(events[1]?.outputs, [
    { name: 'loan-approval.model', facets: { version: { datasetVersion: `sha256:${record.result.model?.digest}` } } },
  ])
  const { input } = { input: record.result.inputs[0] }
  t.match(events[1]?.inputs, [{ inputFacets: { dataQualityMetrics: { rowCount: input?.rows } } }])
  t.equal(await writeDocument('open-lineage', record, read), await writeDocument('open-lineage', record, read))

  const specification = join(dirname(root), 'shared', 'specs', 'openlineage', 'OpenLineage.json')
  if (!existsSync(specification)) return t.comment('the specification is not here')
  const load = createRequire(import.meta.url)
  const { default: Ajv } = load('ajv/dist/2020') as typeof import('ajv/dist/2020.js')
  const ajv = new Ajv({ strict: false })
  for (const format of ['uuid', 'uri', 'date-time']) ajv.addFormat(format, formats[format] as RegExp)
  const validate = ajv.compile(JSON.parse(readFileSync(specification, 'utf8')))
  for (const event of events) t.ok(validate(event), JSON.stringify(validate.errors))
  t.notOk(validate({ ...events[0], run: { runId: 'no uuid' } }), 'the check can fail')
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
      considerations: { technicalLimitations: ['Made-up customers; not for real decisions.'] },
    },
  })
  const metrics = component.modelCard.quantitativeAnalysis.performanceMetrics as { type: string; value: string }[]
  t.same(Object.fromEntries(metrics.map(({ type, value }) => [type, Number(value)])), record.result.metrics?.test)
  const refs = new Set(bom.components.map((one: JsonObject) => one['bom-ref']))
  for (const ref of bom.dependencies[0].dependsOn) t.ok(refs.has(ref), ref)
  for (const { ref } of component.modelCard.modelParameters.datasets) t.ok(refs.has(ref), ref)
})

const formats: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
}

function lines(text: string): JsonObject[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject)
}
