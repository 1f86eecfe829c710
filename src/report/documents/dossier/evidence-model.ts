import { formatMetric, formatNumber, formatShare } from '../../numbers.ts'
import { importanceOf } from '../../sections/importance.ts'
import { metricOrder } from '../../sections/metrics.ts'
import { code, type Line } from '../blocks.ts'
import { columnsOf, dataCell, protectedColumns, targetOf } from '../columns.ts'
import { objectAt } from '../recorded.ts'
import type { DocumentSource } from '../source.ts'
import { names } from './evidence-words.ts'
import type { Evidence } from './point.ts'

type Found = Evidence | undefined

/** Preprocess cells, in order. */
export function preprocessing({ page }: DocumentSource): Found {
  const cells = (Array.isArray(page.preprocess) ? page.preprocess : []).map((cell) => String(objectAt(cell).use))
  if (cells.length === 0) return undefined
  return { text: ['Cells ', ...names(cells)], at: 'card-preprocessing' }
}

/** The algorithm with its params. */
export function algorithm({ page, record }: DocumentSource): Found {
  const { use } = objectAt(page, ['algorithm'])
  if (typeof use !== 'string') return undefined
  const { model } = record.result
  const task = model === null ? '' : `, ${model.task}, ${formatNumber(model.features)} features`
  return { text: [code(use), `${task}; every param, defaults included`], at: 'card-algorithm' }
}

/** What it learns to tell, and what it is judged by. */
export function objective(source: DocumentSource): Found {
  const target = targetOf(source)
  const { loss } = objectAt(source.page, ['algorithm', 'with'])
  const positive: Line = target?.positive === undefined ? [] : [', positive class ', code(target.positive)]
  const by: Line = typeof loss === 'string' ? [', loss ', code(loss)] : []
  if (target === undefined) return { text: ['No target: it describes the rows', ...by], at: 'card-use' }
  return { text: ['Target ', code(target.column), ...positive, ...by], at: 'card-use' }
}

/** What a row must look like to be scored. */
export function signature({ manifest }: DocumentSource): Found {
  if (manifest === undefined) return undefined
  const { columns, classes, output } = manifest.signature
  const gives = classes.length > 0 ? [` of `, ...names(classes)] : []
  return {
    text: [
      `${formatNumber(columns.length)} columns in, each with type, levels and whether it may be missing; ${output}`,
      ...gives,
      ' out',
    ],
    at: 'card-columns',
  }
}

/** The first metric on the test rows, with its interval. */
export function metrics({ record }: DocumentSource): Found {
  const { metrics } = record.result
  const order = metricOrder(record)
  if (metrics === null || order.length === 0) return undefined
  const said = order.slice(0, 3).map((name) => {
    const interval = metrics.intervals?.[name]
    const bounds = interval ? ` (${formatMetric(interval.low)} to ${formatMetric(interval.high)})` : ''
    return `${name} ${formatMetric(metrics.test[name])}${bounds}`
  })
  const rows = formatNumber(record.result.split.rows.test ?? 0)
  const more = order.length > 3 ? ` and ${formatNumber(order.length - 3)} more` : ''
  return { text: `On ${rows} test rows: ${said.join(', ')}${more}`, at: 'card-performance' }
}

/** How much the folds differ. */
export function spread({ record }: DocumentSource): Found {
  const { metrics } = record.result
  const name = metricOrder(record).find((metric) => metrics?.folds?.[metric])
  const fold = name === undefined ? undefined : metrics?.folds?.[name]
  if (fold === undefined) return undefined
  return {
    text: `Over the folds: ${name} ${formatMetric(fold.mean)} ± ${formatMetric(fold.sd)}`,
    at: 'card-performance',
  }
}

/** Whether the test rows look like the training rows. */
export function stability({ evaluation }: DocumentSource): Found {
  if (evaluation === undefined) return undefined
  const all = [...evaluation.stability.scores, ...evaluation.stability.features].filter(({ psi }) => psi !== null)
  if (all.length === 0) return undefined
  const shifted = all.filter(({ psi }) => (psi as number) > 0.1).length
  return {
    text: `Population stability of ${formatNumber(all.length)} scores and columns, training against test: ${formatNumber(shifted)} above 0.1`,
    at: 'card-performance',
  }
}

/** How probabilities agree with what happened. */
export function calibration({ evaluation }: DocumentSource): Found {
  const known = (evaluation?.classResults?.curves ?? []).flatMap(({ calibration }) => calibration ?? [])
  const [first] = known
  if (first === undefined) return undefined
  return { text: `Calibration error ${formatMetric(first.error)} over ten bins`, at: 'card-performance' }
}

/** Gates and their outcome. */
export function gates({ record }: DocumentSource): Found {
  const { gates } = record.result
  if (gates.length === 0) return undefined
  const failed = gates.filter(({ passed }) => !passed).length
  const outcome = failed === 0 ? 'all passed' : `${formatNumber(failed)} FAILED`
  return {
    text: [
      `${formatNumber(gates.length)} gates on `,
      ...names([...new Set(gates.map(({ metric }) => metric))]),
      `: ${outcome}`,
    ],
    at: 'card-gates',
  }
}

/** What the model leans on. */
export function importance({ view }: DocumentSource): Found {
  const train = view.cells.find(({ id }) => id === 'train')
  const found = train && importanceOf(train)
  if (!found) return undefined
  const sum = found.features.reduce((all, { value }) => all + Math.max(value, 0), 0)
  const [first] = found.features
  if (first === undefined) return undefined
  const share = sum > 0 ? ` (${formatShare(Math.max(first.value, 0) / sum)})` : ''
  return { text: [`Importance by ${found.measure}; first `, code(first.name), share], at: 'card-importance' }
}

/** Words for decisions. */
export function reasons(source: DocumentSource): Found {
  const worded = columnsOf(source, dataCell(source)).filter(({ reason }) => reason !== undefined)
  if (worded.length === 0) return undefined
  return { text: ['Reasons in words for ', ...names(worded.map(({ name }) => name))], at: 'card-importance' }
}

/** Columns that are kept for comparisons and are no features. */
export function guarded(source: DocumentSource): Found {
  const list = protectedColumns(source)
  if (list.length === 0) return undefined
  return { text: ['Kept from the model as ', code('role: protected'), ': ', ...names(list)], at: 'card-groups' }
}
