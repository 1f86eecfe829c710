// Documents of real runs: each task, a failed run, a failed gate.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../../src/base/json.ts'
import { newKeyPair, signingKey } from '../../../src/base/signing-key.ts'
import { cardOf } from '../../../src/report/documents/card.ts'
import { documentKinds, writeDocument } from '../../../src/report/documents/index.ts'
import { setHtml } from '../../../src/report/documents/set-html.ts'
import { setMarkdown } from '../../../src/report/documents/set-markdown.ts'
import { signedFor } from '../../../src/report/documents/signed.ts'
import { gather } from '../../../src/report/documents/source.ts'
import { renderReport } from '../../../src/report/index.ts'
import { approve, attest, openStore, type RunRecord, type Store } from '../../../src/store/index.ts'
import { faulty, makeWorkshop, seeRun } from '../../run/workshop.ts'
import { bomErrors, brokenAnchors, brokenRows, lineageValidator } from './schemas.ts'

const withoutTarget = `data:
  use: csv
  with: { path: loans.csv }
  key: id
  columns:
    when: { type: date, role: ignore }
    branch: { role: ignore }
    purpose: { role: protected }
    income: { type: number, unit: EUR }
    repaid: { role: protected }
  split: { by: random, test: 0.25 }`

const prepared = 'preprocess: [{ use: impute, with: { number: median } }, standardize]'

const pages: Readonly<
  Record<string, { readonly page: Readonly<Record<string, string | null>>; readonly task: string }>
> = {
  binary: {
    task: 'binary',
    page: {
      head: `owner: credit
purpose: Who repays?
limitations: Few rows.
reviewBy: "2027-01-31"
note: |
  # Loans
  ## Intended users
  Loan officers, about applicants.
  ## Human oversight
  A person decides below 0.6.
  ### Out of scope
  Mortgages.`,
    },
  },
  multiclass: {
    task: 'multiclass',
    page: {
      data: `data:
  use: csv
  with: { path: loans.csv }
  target: purpose
  key: id
  columns: { when: { role: ignore }, branch: { role: ignore }, income: { type: number } }
  split: { by: random, test: 0.25 }`,
      evaluate: 'evaluate: { metrics: [accuracy], resamples: 20 }',
    },
  },
  regression: {
    task: 'regression',
    page: {
      data: `data:
  use: csv
  with: { path: loans.csv }
  target: { column: debt, type: number }
  key: id
  columns: { when: { role: ignore }, branch: { role: ignore }, income: { type: number } }
  split: { by: random, test: 0.25 }`,
      algorithm: 'algorithm: ridge',
      evaluate: 'evaluate: { metrics: [rmse, r2], folds: 3, resamples: 20 }',
      gates: 'gates: [{ metric: rmse, atMost: 1 }]',
    },
  },
  clustering: {
    task: 'clustering',
    page: {
      data: withoutTarget,
      preprocess: prepared,
      algorithm: 'algorithm: { use: k-means, with: { k: 3, starts: 2 } }',
      evaluate: 'evaluate: { resamples: 20 }',
    },
  },
  anomaly: {
    task: 'anomaly',
    page: {
      data: withoutTarget,
      preprocess: prepared,
      algorithm: 'algorithm: { use: isolation-forest, with: { trees: 20 } }',
      evaluate: 'evaluate: { resamples: 20 }',
    },
  },
}

/** Everything that is asked of any run's documents; gives them by kind. */
async function check(t: Test, record: RunRecord, store: Store): Promise<Readonly<Record<string, string>>> {
  const read = (digest: string) => store.objects.get(digest)
  const made: Record<string, string> = {}
  for (const kind of documentKinds) {
    const text = await writeDocument(kind, record, read)
    t.equal(await writeDocument(kind, record, read), text, `${kind}: equal bytes`)
    made[kind] = text
  }
  t.same(await bomErrors(made['ml-bom'] as string), null, 'strictly valid')
  checkReferences(t, JSON.parse(made['ml-bom'] as string))
  const wrong = lineageValidator()
  for (const line of (made['open-lineage'] as string).trimEnd().split('\n')) t.notOk(wrong?.(JSON.parse(line)))
  t.same(brokenRows(made['model-card'] as string), [])
  t.same(brokenAnchors(made.dossier as string), [])
  t.notMatch(made.dossier, /<script|undefined|\[object|not a number/)
  t.notMatch(made['model-card'], /undefined|\[object|not a number/)
  return made
}

/** Each reference of a bill of materials names one component; no name stands twice. */
function checkReferences(t: Test, bom: JsonObject): void {
  const refs = [bom.metadata, ...(bom.components as JsonObject[])].flatMap(refsIn)
  t.equal(new Set(refs).size, refs.length, 'names are unique')
  for (const { ref, dependsOn = [] } of bom.dependencies as { ref: string; dependsOn?: string[] }[])
    for (const one of [ref, ...dependsOn]) t.ok(refs.includes(one), one)
}

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === 'bom-ref' ? [String(inner)] : refsIn(inner)))
}

for (const [name, { page, task }] of Object.entries(pages)) {
  t.test(`documents of a ${name} run`, async (t) => {
    const workshop = makeWorkshop(t)
    const { finished, thrown } = await seeRun(workshop.page(page))
    if (finished === undefined) throw thrown
    const { record } = finished
    t.equal(record.result.model?.task, task)
    const store = await openStore(join(workshop.folder, '.daybook'))
    const made = await check(t, record, store)

    const { component } = JSON.parse(made['ml-bom'] as string).metadata
    const { modelParameters, quantitativeAnalysis } = component.modelCard
    t.equal(modelParameters.task, task)
    t.equal(modelParameters.approach.type, task === 'clustering' || task === 'anomaly' ? 'unsupervised' : 'supervised')
    for (const { type, value, slice } of quantitativeAnalysis.performanceMetrics)
      if (slice === 'test rows') t.equal(Number(value), record.result.metrics?.test[type])

    const source = await gather(record, (digest) => store.objects.get(digest))
    const card = cardOf(source)
    t.equal(made['model-card'], setMarkdown(card.title, card.lead, card.sections))
    const report = await renderReport(record, (digest) => store.objects.get(digest))
    t.ok(report.includes(setHtml(card.sections, 3).text), 'the report holds the very card')
    t.same(brokenAnchors(report), [])
    for (const { digest } of [...record.result.inputs, record.result.model ?? { digest: '' }])
      for (const [kind, text] of Object.entries(made)) t.ok(text.includes(digest), `${kind} names ${digest}`)
    if (name === 'binary') checkAnswers(t, made)
    if (name === 'regression') t.match(made['ml-bom'], /A gate failed: rmse on test is/)
  })
}

/** What the page of the binary run says in its keys and under headings of its notes. */
function checkAnswers(t: Test, made: Readonly<Record<string, string>>): void {
  const { dossier = '', 'model-card': card = '', 'ml-bom': bom = '' } = made
  t.match(card, /\n\nLoan officers, about applicants\.\n\n/)
  t.match(card, /\n\nMortgages\.\n\n/)
  t.notMatch(card, /Who uses it, and about whom it decides, is not said/)
  t.match(JSON.parse(bom).metadata.component.modelCard.considerations, {
    users: ['Loan officers, about applicants.'],
    useCases: ['Who repays?', 'Out of scope: Mortgages.'],
    technicalLimitations: ['Few rows.'],
  })
  t.match(questionOf(dossier, 'Measures of oversight (Article 14)'), /present.*A person decides below 0\.6/s)
  t.match(questionOf(dossier, 'Intended purpose'), /present.*Who repays\?/s)
  t.match(questionOf(dossier, 'Plan of monitoring'), /missing.*<code>Monitoring<\/code>/s)
  t.match(questionOf(dossier, 'The run was repeated'), /missing.*daybook verify/s)
}

/** The row of a dossier that asks something. */
function questionOf(dossier: string, asks: string): string {
  const at = dossier.indexOf(`<th scope="row">${asks}</th>`)
  return dossier.slice(at, dossier.indexOf('</tr>', at))
}

t.test('documents of a failed run say so, and still hold', async (t) => {
  const workshop = makeWorkshop(t)
  const { finished, thrown } = await seeRun(workshop.page(faulty('throw')))
  if (finished === undefined) throw thrown
  t.equal(finished.record.status, 'failed')
  const made = await check(t, finished.record, await openStore(join(workshop.folder, '.daybook')))
  t.match(made['model-card'], /This run made no model: it ended as failed, /)
  t.equal(JSON.parse(made['ml-bom'] as string).metadata.component.hashes, undefined)
  t.match(questionOf(made.dossier as string, 'Accuracy'), /missing/)
})

t.test('a dossier counts what is present and what is missing', async (t) => {
  const workshop = makeWorkshop(t)
  const { finished, thrown } = await seeRun(workshop.page())
  if (finished === undefined) throw thrown
  const store = await openStore(join(workshop.folder, '.daybook'))
  const read = (digest: string) => store.objects.get(digest)
  const bare = await writeDocument('dossier', finished.record, read)
  const states = (html: string, state: string): number =>
    html.split(`<td><span class="tag ${state}</span></td>`).length - 1
  const [present, missing] = [states(bare, 'ok">present'), states(bare, 'warn">missing')]
  const sums = [...bare.matchAll(/(\d+) questions have evidence, (\d+) have none/g)]
  t.equal(sums.length, 3)
  t.equal(
    sums.reduce((sum, [, count]) => sum + Number(count), 0),
    present,
  )
  t.equal(
    sums.reduce((sum, [, , count]) => sum + Number(count), 0),
    missing,
  )

  await attest(finished.record, signingKey(newKeyPair().privatePem), store)
  const approval = { role: 'validator', note: 'Read <b>it</b>', at: '2026-11-22T10:00:00.000Z' }
  await approve(finished.record, approval, signingKey(newKeyPair().privatePem), store)
  const signed = await signedFor(finished.record, store)
  const full = await writeDocument('dossier', finished.record, read, signed)
  t.match(questionOf(full, 'Validated by somebody'), /present.*validator at 2026-11-22 10:00:00 UTC/s)
  t.match(questionOf(bare, 'By others than those who built it'), /missing/)
  t.match(questionOf(full, 'By others than those who built it'), /present.*2 different keys/s)
  t.match(questionOf(full, 'Place in the ledger'), new RegExp(`present.*${signed.entry.entry}`, 's'))
  t.ok(states(full, 'ok">present') > present)
  t.match(
    await writeDocument('model-card', finished.record, read, signed),
    /\| validator \| 2026-11-22 10:00:00 UTC \|.*Read &lt;b>it/,
  )
})
