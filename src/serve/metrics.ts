import type { Attributes, HrTime } from '@opentelemetry/api'
import type { HistogramMetricData, MetricProducer, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { QuantityDrift } from '../model/drift/compare.ts'
import type { Catalog } from './catalog.ts'
import type { Histogram, Tallies } from './tallies.ts'

export interface Measured {
  readonly catalog: Catalog
  readonly tallies: Tallies
  /** Requests that were not answered yet. */
  readonly underWay: () => number
}

/** Reads what a server has counted, as Prometheus text. */
export interface Metrics {
  text(): Promise<string>
  close(): Promise<void>
}

/**
 * Metrics of one server through OpenTelemetry, with a provider of its own. Instruments are observed when somebody asks, so
 * that requests pay for a few additions alone; histograms, which OpenTelemetry does not observe, come from a producer.
 */
export async function openMetrics(measured: Measured): Promise<Metrics> {
  const [{ AggregationTemporality, DataPointType, MeterProvider }, { PrometheusExporter, PrometheusSerializer }, api] =
    await Promise.all([
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/exporter-prometheus'),
      import('@opentelemetry/api'),
    ])
  const began: HrTime = [Math.floor(Date.now() / 1000), 0]
  const histogram = (name: string, description: string, points: readonly Point[]): HistogramMetricData => ({
    descriptor: { name, description, unit: '', valueType: api.ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: points.map(({ attributes, histogram: { bounds, counts, sum, count } }) => ({
      startTime: began,
      endTime: [Math.floor(Date.now() / 1000), 0],
      attributes,
      value: { buckets: { boundaries: [...bounds], counts: [...counts] }, sum, count },
    })),
  })
  const histograms: MetricProducer = {
    async collect() {
      const metrics = histogramsOf(measured).map(({ name, description, points }) =>
        histogram(name, description, points),
      )
      const scopeMetrics = [{ scope: { name: scope }, metrics }]
      return { resourceMetrics: { resource: {} as Resource, scopeMetrics }, errors: [] } // the provider's own is taken
    },
  }
  const exporter = new PrometheusExporter({ preventServerStart: true, metricProducers: [histograms] })
  const meters = new MeterProvider({ readers: [exporter] })
  const meter = meters.getMeter(scope)
  for (const { kind, name, description, read } of [...observed(measured), ...observedDrift(measured)]) {
    const instrument =
      kind === 'counter'
        ? meter.createObservableCounter(name, { description })
        : meter.createObservableGauge(name, { description })
    instrument.addCallback((result) => {
      for (const { value, attributes } of read()) result.observe(value, attributes)
    })
  }
  const serializer = new PrometheusSerializer(undefined, false, undefined, true) // `target_info` says nothing here
  return {
    async text() {
      const { resourceMetrics } = await exporter.collect()
      return serializer.serialize(resourceMetrics)
    },
    close: () => meters.shutdown(),
  }
}

type Resource = ResourceMetrics['resource']

const scope = 'daybook'

interface Point {
  readonly attributes: Attributes
  readonly histogram: Histogram
}

function histogramsOf({ tallies }: Measured) {
  const batches = [...tallies.batches.values()]
  return [
    {
      name: 'daybook_infer_duration_seconds',
      description: 'Time from the arrival of a request to its answer.',
      points: [...tallies.requests.values()].map(({ model, version, protocol, duration }) => ({
        attributes: { model, version, protocol },
        histogram: duration,
      })),
    },
    {
      name: 'daybook_infer_queue_seconds',
      description: 'Time that a request waited to be scored.',
      points: batches.map(({ model, version, queue }) => ({ attributes: { model, version }, histogram: queue })),
    },
    {
      name: 'daybook_infer_batch_size',
      description: 'Rows that were scored together.',
      points: batches.map(({ model, version, size }) => ({ attributes: { model, version }, histogram: size })),
    },
    {
      name: 'daybook_shadow_score_difference',
      description: 'Largest difference of the numbers of a row between champion and challenger.',
      points: [...tallies.shadows.values()].map(({ distance, model, champion, challenger }) => ({
        attributes: { model, champion, challenger },
        histogram: distance,
      })),
    },
  ]
}

interface Observed {
  readonly kind: 'counter' | 'gauge'
  readonly name: string
  readonly description: string
  read(): Iterable<{ readonly value: number; readonly attributes: Attributes }>
}

/** Gauges of drift: a version and a column, or one of what the model gives, each. */
function observedDrift({ catalog }: Measured): readonly Observed[] {
  const watched = () =>
    catalog
      .entries()
      .flatMap(({ served, drift }) => (drift === undefined || drift.rows === 0 ? [] : [{ served, drift }]))
  const gauge = (
    name: string,
    description: string,
    kind: 'column' | 'score',
    read: (one: QuantityDrift) => number | null,
  ): Observed => ({
    kind: 'gauge',
    name,
    description,
    read: () =>
      watched().flatMap(({ served: { name: model, version }, drift }) =>
        (kind === 'column' ? drift.columns() : drift.scores()).flatMap((one) => {
          const value = read(one)
          return value === null ? [] : [{ value, attributes: { model, version, [kind]: one.name } }]
        }),
      ),
  })
  return [
    {
      kind: 'gauge',
      name: 'daybook_drift_rows',
      description: 'Rows that drift is measured over: the last ones that were scored.',
      read: () =>
        watched().map(({ served: { name, version }, drift }) => ({
          value: drift.rows,
          attributes: { model: name, version },
        })),
    },
    gauge(
      'daybook_drift_psi',
      'Population stability index of a column, training against the last rows.',
      'column',
      ({ psi }) => psi,
    ),
    gauge(
      'daybook_drift_ks',
      'Largest difference of the shares of a column at or below a cut.',
      'column',
      ({ ks }) => ks,
    ),
    gauge(
      'daybook_drift_missing_share',
      'Share of the last rows in which a column is missing.',
      'column',
      ({ missing }) => missing.now,
    ),
    gauge(
      'daybook_drift_unseen_share',
      'Share of the last rows with a level that training did not see.',
      'column',
      ({ unseen }) => unseen,
    ),
    gauge('daybook_drift_score_psi', 'Population stability index of what the model gives.', 'score', ({ psi }) => psi),
  ]
}

function observed({ catalog, tallies, underWay }: Measured): readonly Observed[] {
  const shadows = (value: 'rows' | 'different' | 'dropped') => () =>
    [...tallies.shadows.values()].map(({ model, champion, challenger, ...counts }) => ({
      value: counts[value],
      attributes: { model, champion, challenger },
    }))
  return [
    {
      kind: 'counter',
      name: 'daybook_infer_requests_total',
      description: 'Requests for scores, by the status that they were answered with.',
      read: () =>
        [...tallies.requests.values()].flatMap(({ codes, model, version, protocol }) =>
          [...codes].map(([code, value]) => ({ value, attributes: { model, version, protocol, code: String(code) } })),
        ),
    },
    {
      kind: 'counter',
      name: 'daybook_infer_rows_total',
      description: 'Rows that were scored.',
      read: () =>
        [...tallies.batches.values()].map(({ rows, model, version }) => ({
          value: rows,
          attributes: { model, version },
        })),
    },
    {
      kind: 'gauge',
      name: 'daybook_infer_inflight',
      description: 'Requests that were not answered yet.',
      read: () => [{ value: underWay(), attributes: {} }],
    },
    {
      kind: 'gauge',
      name: 'daybook_model_ready',
      description: '1 where a version takes rows, 0 where it was unloaded.',
      read: () =>
        catalog.list().map(({ name, version, state }) => ({
          value: state === 'READY' ? 1 : 0,
          attributes: { model: name, version },
        })),
    },
    {
      kind: 'gauge',
      name: 'daybook_model_info',
      description: 'The run behind a version; always 1.',
      read: () =>
        catalog.entries().map(({ served: { name, version, run } }) => ({
          value: 1,
          attributes: { model: name, version, run_digest: run },
        })),
    },
    {
      kind: 'counter',
      name: 'daybook_model_loads_total',
      description: 'Times that a model was to be loaded, by outcome.',
      read: () =>
        [...tallies.loads.values()].map(({ count, model, outcome }) => ({
          value: count,
          attributes: { model, outcome },
        })),
    },
    {
      kind: 'counter',
      name: 'daybook_shadow_rows_total',
      description: 'Rows that the challenger scored beside the champion.',
      read: shadows('rows'),
    },
    {
      kind: 'counter',
      name: 'daybook_shadow_different_total',
      description: 'Rows for which the challenger predicts otherwise than the champion.',
      read: shadows('different'),
    },
    {
      kind: 'counter',
      name: 'daybook_shadow_dropped_total',
      description: 'Rows that the challenger did not score.',
      read: shadows('dropped'),
    },
  ]
}
