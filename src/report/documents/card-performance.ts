import type { Evaluation, Stability } from '../../store/evaluation.ts'
import { formatMetric, formatNumber, formatShare } from '../numbers.ts'
import { importanceOf } from '../sections/importance.ts'
import { metricOrder } from '../sections/metrics.ts'
import { gateBound } from '../sections/verdict.ts'
import { type Block, blocks, code, figures, type Line, type Section, type TableColumn } from './blocks.ts'
import { columnsOf, dataCell, protectedColumns } from './columns.ts'
import { headings, underHeading } from './headings.ts'
import type { Note } from './notes.ts'
import type { DocumentSource } from './source.ts'

/** Rows that a card prints of what the model leans on, and classes of a confusion. */
const mostFeatures = 15
const mostClasses = 10

/** How well it does: metrics with intervals and folds, and what the test rows show beyond one number. */
export function performanceSection(source: DocumentSource): Section {
  const { record, evaluation } = source
  const content: readonly Block[] =
    record.result.metrics === null
      ? [{ kind: 'line', text: 'The run did not come to its evaluation: nothing was measured.' }]
      : blocks(metricBlock(source), ...(evaluation === undefined ? [] : resultBlocks(evaluation)))
  return { id: 'performance', title: 'Performance', blocks: content }
}

function metricBlock({ record }: DocumentSource): Block | undefined {
  const { metrics } = record.result
  if (metrics === null) return undefined
  const { train, validation, test, folds, intervals } = metrics
  const [any] = Object.values(intervals ?? {})
  const columns: TableColumn[] = [
    { name: 'Metric' },
    figures('Test'),
    figures(any === undefined ? 'Interval' : `${formatNumber(any.level * 100)} % interval`),
    ...(folds === undefined ? [] : [figures('Folds, mean ± sd')]),
    ...(validation === undefined ? [] : [figures('Validation')]),
    figures('Training'),
  ]
  const rows = metricOrder(record).map((name): readonly Line[] => {
    const interval = intervals?.[name]
    const fold = folds?.[name]
    return [
      code(name),
      formatMetric(test[name]),
      interval === undefined ? '—' : `${formatMetric(interval.low)} to ${formatMetric(interval.high)}`,
      ...(folds === undefined
        ? []
        : [fold === undefined ? '—' : `${formatMetric(fold.mean)} ± ${formatMetric(fold.sd)}`]),
      ...(validation === undefined ? [] : [formatMetric(validation[name])]),
      formatMetric(train[name]),
    ]
  })
  const how =
    any === undefined ? '' : `; intervals by bootstrap of the test rows (${formatNumber(any.resamples)} resamples)`
  const measured = formatNumber(record.result.split.rows.test ?? 0)
  return { kind: 'table', title: `Metrics on ${measured} test rows and beside them${how}`, columns, rows }
}

function resultBlocks(evaluation: Evaluation): readonly Block[] {
  const { classResults, regressionResults, clusterResults, anomalyResults } = evaluation
  return blocks(
    classResults !== null && confusion(evaluation),
    classResults !== null && calibration(evaluation),
    regressionResults !== null && {
      kind: 'line',
      text: `Residuals (actual less predicted) on the test rows: mean ${formatNumber(regressionResults.residualMean)}, standard deviation ${formatNumber(regressionResults.residualSd)}.`,
    },
    clusterResults !== undefined && {
      kind: 'table',
      title: 'Clusters',
      columns: [{ name: 'Cluster' }, figures('Train rows'), figures('Test rows'), figures('Mean distance in test')],
      rows: clusterResults.clusters.map(({ cluster, train, test, distance }) => [
        String(cluster),
        formatNumber(train),
        formatNumber(test),
        formatMetric(distance),
      ]),
    },
    anomalyResults !== undefined && {
      kind: 'line',
      text: `Above its threshold of ${formatNumber(anomalyResults.threshold)} lie ${countOf(anomalyResults.above.train, evaluation.parts.train.rows)} training rows and ${countOf(anomalyResults.above.test, evaluation.parts.test.rows)} test rows.`,
    },
    stability(evaluation),
  )
}

function countOf(count: number, all: number): string {
  return `${formatNumber(count)} of ${formatNumber(all)}${all === 0 ? '' : ` (${formatShare(count / all)})`}`
}

function confusion({ classes, classResults }: Evaluation): Block | undefined {
  const matrix = classResults?.confusion ?? []
  if (matrix.length === 0 || classes.length > mostClasses) return undefined
  return {
    kind: 'table',
    title: 'Test rows by actual class (rows) and predicted class (columns)',
    columns: [{ name: 'Actual' }, ...classes.map((name) => figures(`predicted ${name}`))],
    rows: matrix.map((counts, i) => {
      const all = counts.reduce((sum, count) => sum + count, 0)
      return [
        classes[i] ?? '',
        ...counts.map((count) => `${formatNumber(count)}${all === 0 ? '' : ` (${formatShare(count / all)})`}`),
      ]
    }),
  }
}

function calibration({ classResults }: Evaluation): Block | undefined {
  const known = (classResults?.curves ?? []).flatMap(({ class: name, calibration }) =>
    calibration === null ? [] : [{ name, ...calibration }],
  )
  if (known.length === 0)
    return { kind: 'line', text: 'It gives scores, not probabilities: there is no calibration to speak of.' }
  return {
    kind: 'table',
    title: 'Calibration on the test rows, over ten bins of the probability',
    columns: [{ name: 'Class' }, figures('Calibration error'), figures('Brier score')],
    rows: known.map(({ name, error, brier }) => [name, formatMetric(error), formatMetric(brier)]),
  }
}

function stability({ stability }: Evaluation): Block | undefined {
  const all: readonly Stability[] = [...stability.scores, ...stability.features]
  const known = all.filter((one): one is Stability & { psi: number } => one.psi !== null)
  if (known.length === 0) return undefined
  const shifted = known.filter(({ psi }) => psi > 0.1)
  const worst = [...known].sort((a, b) => b.psi - a.psi)[0]
  const text: Line =
    shifted.length === 0
      ? [
          `Training against test: none of ${formatNumber(known.length)} scores and columns is shifted (population stability index above 0.1); the largest is ${formatMetric(worst?.psi)}, `,
          code(worst?.name ?? ''),
          '.',
        ]
      : [
          'Training against test, population stability index above 0.1: ',
          ...shifted
            .slice(0, 10)
            .flatMap(({ name, psi }, i) => [i === 0 ? '' : ', ', code(name), ` ${formatMetric(psi)}`]),
          '.',
        ]
  return { kind: 'line', text }
}

/** How it does for whom: what there is by group, and what there is not. */
export function groupSection(source: DocumentSource, notes: readonly Note[]): Section {
  const named = protectedColumns(source)
  const profile = (source.evaluation?.clusterResults?.profile ?? []).filter(({ column }) => named.includes(column))
  const list = named.flatMap((name, i) => [i === 0 ? '' : ', ', code(name)])
  return {
    id: 'groups',
    title: 'Groups of people',
    blocks: blocks(
      named.length === 0
        ? {
            kind: 'missing',
            what: 'No column is named as protected.',
            add: [
              'Give it ',
              code('role: protected'),
              ' under ',
              code('data.columns'),
              ': it is kept for comparisons and never a feature.',
            ],
          }
        : { kind: 'line', text: ['Protected, and so no features: ', ...list, '.'] },
      profile.length > 0 && {
        kind: 'table',
        title: 'Protected columns by cluster (training rows)',
        columns: [
          { name: 'Column' },
          figures('All'),
          ...(profile[0]?.clusters ?? []).map((_, i) => figures(`Cluster ${i}`)),
        ],
        rows: profile.map(({ column, all, clusters }) => [code(column), ...[all, ...clusters].map(trait)]),
      },
      source.record.result.model?.task !== 'clustering' && {
        kind: 'missing',
        what: 'The run holds no metrics by group.',
        add: ['Score the test rows with ', code('daybook predict'), ' and compare the groups beside this card.'],
      },
      underHeading(notes, headings.fairness, 'What was done about unequal treatment is not said.'),
    ),
  }
}

function trait({ value, share }: { readonly value: number | string | null; readonly share?: number }): string {
  if (value === null) return '—'
  if (typeof value === 'number') return formatNumber(value)
  return share === undefined ? value : `${value} (${formatShare(share)})`
}

/** What the model leans on, and the words that a decision by it is given in. */
export function importanceSection(source: DocumentSource): Section {
  const train = source.view.cells.find(({ id }) => id === 'train')
  const importance = train === undefined ? undefined : importanceOf(train)
  const sum = importance?.features.reduce((all, { value }) => all + value, 0) ?? 0
  const reasons = columnsOf(source, dataCell(source)).filter(({ reason }) => reason !== undefined)
  return {
    id: 'importance',
    title: 'What it leans on',
    blocks: blocks(
      importance === undefined
        ? { kind: 'line', text: 'The algorithm tells no importance of its features.' }
        : {
            kind: 'table',
            title: `Features by ${importance.measure}, largest first`,
            columns: [{ name: 'Feature' }, figures('Importance'), figures('Share')],
            rows: importance.features
              .slice(0, mostFeatures)
              .map(({ name, value }) => [
                code(name),
                formatNumber(value),
                sum > 0 && value >= 0 ? formatShare(value / sum) : '—',
              ]),
          },
      importance !== undefined &&
        importance.features.length > mostFeatures && {
          kind: 'line',
          text: `${formatNumber(importance.features.length - mostFeatures)} more features are less important.`,
        },
      reasons.length > 0 && {
        kind: 'table',
        title: 'Reasons that a decision is given in',
        columns: [{ name: 'Column' }, { name: 'Reason' }],
        rows: reasons.map(({ name, reason }) => [code(name), reason as string]),
      },
      reasons.length === 0 &&
        source.record.result.model?.task !== 'clustering' && {
          kind: 'missing',
          what: 'No column has words for a decision that leans on it.',
          add: ['Add ', code('reason:'), ' under ', code('data.columns'), '.'],
        },
    ),
  }
}

/** What had to be reached, and whether it was. */
export function gateSection({ record }: DocumentSource): Section {
  const { gates } = record.result
  return {
    id: 'gates',
    title: 'Gates',
    blocks: [
      gates.length === 0
        ? {
            kind: 'missing',
            what: 'No metric had to reach anything.',
            add: ['Add ', code('gates:'), ' to the page.'],
          }
        : {
            kind: 'table',
            title: 'What had to be reached',
            columns: [{ name: 'Metric' }, { name: 'On' }, figures('Value'), { name: 'Asked for' }, { name: 'Outcome' }],
            rows: gates.map((gate) => [
              code(gate.metric),
              gate.on,
              formatMetric(gate.value),
              gateBound(gate),
              gate.passed ? 'passed' : 'FAILED',
            ]),
          },
    ],
  }
}
