import type { Json, JsonObject } from '../../base/json.ts'
import { metricOrder } from '../sections/metrics.ts'
import { protectedColumns } from './columns.ts'
import { headings } from './headings.ts'
import { notesOf, passage } from './notes.ts'
import { objectAt } from './recorded.ts'
import type { DocumentSource } from './source.ts'

/** The model card as CycloneDX has it: parameters, what was measured with intervals, considerations of the page. */
export function bomModelCard(source: DocumentSource, dataRef: (cell: string) => string): JsonObject {
  const considered = considerations(source)
  return {
    'bom-ref': 'model-card',
    modelParameters: parameters(source, dataRef),
    quantitativeAnalysis: { performanceMetrics: performance(source) },
    ...(Object.keys(considered).length > 0 && { considerations: considered }),
    properties: algorithmParams(source),
  }
}

function parameters(source: DocumentSource, dataRef: (cell: string) => string): JsonObject {
  const { record, manifest, page } = source
  const { model, inputs } = record.result
  const preprocess = Array.isArray(page.preprocess) ? page.preprocess : []
  const steps = [...preprocess.map((cell) => objectAt(cell).use), objectAt(page, ['algorithm']).use]
  return {
    approach: { type: approachOf(model?.task ?? manifest?.signature.task, page) },
    ...(model !== null && { task: model.task, architectureFamily: model.algorithm }),
    modelArchitecture: steps.filter((step) => typeof step === 'string').join(', '),
    datasets: inputs.map(({ cell }) => ({ ref: dataRef(cell) })),
    ...(manifest && {
      inputs: manifest.signature.columns.map(({ name, type, unit }) => ({
        format: `${name}: ${type}${unit === undefined ? '' : `, ${unit}`}`,
      })),
      outputs: outputsOf(manifest.signature),
    }),
  }
}

/** Without a model the page says whether there was a target to learn. */
function approachOf(task: string | undefined, page: JsonObject): string {
  if (task === 'clustering' || task === 'anomaly') return 'unsupervised'
  return task === undefined && objectAt(page, ['data']).target === undefined ? 'unsupervised' : 'supervised'
}

function outputsOf({
  output,
  classes,
  target,
}: {
  readonly output: string
  readonly classes: readonly string[]
  readonly target: string | null
}): Json {
  if (output === 'clusters') return [{ format: 'cluster: number' }, { format: 'distance: number' }]
  if (classes.length === 0) return [{ format: output === 'values' ? `${target ?? 'value'}: number` : 'score: number' }]
  return [{ format: 'prediction: class' }, ...classes.map((name) => ({ format: `${output} of ${name}: number` }))]
}

function performance({ record }: DocumentSource): JsonObject[] {
  const { metrics } = record.result
  if (metrics === null) return []
  const { train, validation, test, folds, intervals } = metrics
  return metricOrder(record).flatMap((type) => {
    const interval = intervals?.[type]
    const fold = folds?.[type]
    const confidenceInterval = interval && {
      lowerBound: String(interval.low),
      upperBound: String(interval.high),
    }
    const entry = (value: number | null | undefined, slice: string, more?: JsonObject): JsonObject[] =>
      value === null || value === undefined ? [] : [{ type, value: String(value), slice, ...more }]
    return [
      ...entry(test[type], 'test rows', confidenceInterval && { confidenceInterval }),
      ...entry(fold?.mean, `mean of ${fold?.values.length ?? 0} folds`),
      ...entry(validation?.[type], 'validation rows'),
      ...entry(train[type], 'training rows'),
    ]
  })
}

/** What the page says; nothing that it does not. */
function considerations(source: DocumentSource): JsonObject {
  const { view, record, warnings } = source
  const notes = notesOf(view)
  const under = (names: readonly string[]): string | undefined => passage(notes, names)?.text
  const users = under(headings.users)
  const uses = [view.page.text(['purpose']), prefixed('Out of scope: ', under(headings.outOfScope))]
  const synthetic = view.cells.some(({ shown }) => shown.facts.synthetic === true)
  const limits = [
    view.page.text(['limitations']),
    prefixed('Assumptions: ', under(headings.assumptions)),
    synthetic ? 'Trained on synthetic rows: it says nothing about real people or a real business.' : undefined,
    ...warnings.filter(({ silenced }) => silenced === undefined).map(({ code, message }) => `${code}: ${message}`),
    ...record.result.gates
      .filter(({ passed }) => !passed)
      .map(({ metric, on, value }) => `A gate failed: ${metric} on ${on} is ${value}.`),
  ]
  const fairness = under(headings.fairness)
  const assessments = protectedColumns(source).map((groupAtRisk) => ({
    groupAtRisk,
    mitigationStrategy: fairness ?? 'The column is no feature. Nothing was measured by group in this run.',
  }))
  const risks = under(headings.risks)
  const tradeOffs = under(headings.tradeOffs)
  return Object.fromEntries(
    Object.entries({
      users: known([users]),
      useCases: known(uses),
      technicalLimitations: known(limits),
      performanceTradeoffs: known([tradeOffs]),
      ethicalConsiderations: risks === undefined ? [] : [{ name: risks }],
      fairnessAssessments: assessments,
    }).filter(([, list]) => list.length > 0),
  )
}

function prefixed(prefix: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${prefix}${text}`
}

function known(texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text): text is string => text !== undefined && text.trim() !== '')
}

/** Every param that the algorithm was trained with, and what optimized it. */
function algorithmParams({ page }: DocumentSource): JsonObject[] {
  return ['algorithm', 'optimizer'].flatMap((section) =>
    Object.entries(objectAt(page, [section, 'with'])).flatMap(([name, value]) =>
      value === null || value === undefined
        ? []
        : [{ name: `daybook:${section}:${name}`, value: typeof value === 'string' ? value : JSON.stringify(value) }],
    ),
  )
}
