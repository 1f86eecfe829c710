import type { TakeScores } from './batcher.ts'
import type { Catalog, Entry } from './catalog.ts'
import type { Exchange } from './exchange.ts'
import { jsonType } from './exchange.ts'
import type { MediaType } from './media-type.ts'
import { inference } from './protocol/inference.ts'
import { mlflow } from './protocol/mlflow.ts'
import { predict } from './protocol/predict.ts'
import type { More, Protocol } from './protocol/protocol.ts'
import { type Receipts, receiptsFor } from './receipts.ts'
import type { AddressNames, Route } from './route.ts'
import type { ScoringThreads } from './scoring-threads.ts'
import { shadow } from './shadow.ts'
import type { Tallies } from './tallies.ts'

export interface Scoring {
  readonly catalog: Catalog
  readonly tallies: Tallies
  /** Most rows of one request. */
  readonly rows: number
  /** Threads that take large bodies; absent: all are scored here. */
  readonly threads?: ScoringThreads | undefined
  /** Where decisions of `/predict` are written down before they are answered. */
  readonly receipts?: Receipts | undefined
}

/** Addresses at which rows are scored. */
export function scoringRoutes(scoring: Scoring): readonly Route[] {
  const at = (protocol: Protocol, ...paths: readonly string[]): Route[] =>
    paths.map((path) => ({
      method: 'POST',
      path,
      scope: 'infer',
      protocol: protocol.name,
      sheds: true,
      error: protocol.error,
      takes: protocol.takes,
      answer: (exchange, names, body, type) => answer(scoring, protocol, exchange, names, body, type as MediaType),
    }))
  const named = ['/models/{model}', '/models/{model}/versions/{version}'] as const
  return [
    ...at(predict, '/predict', ...named.map((path) => `${path}/predict`)),
    ...at(mlflow, '/invocations', ...named.map((path) => `${path}/invocations`)),
    ...at(inference, ...named.map((path) => `/v2${path}/infer`)),
  ]
}

function answer(
  scoring: Scoring,
  protocol: Protocol,
  exchange: Exchange,
  names: AddressNames,
  body: Buffer,
  type: MediaType,
): void {
  const entry = scoring.catalog.find(names.model, names.version)
  const { served } = entry
  exchange.label = { protocol: protocol.name, model: served.name, version: served.version }
  const receipts = protocol === predict ? scoring.receipts : undefined // one thread writes the chain
  if (!receipts && scoring.catalog.challengerOf(entry) === undefined && scoring.threads?.takes(body, served)) {
    const tally = scoring.tallies.batch(served.name, served.version)
    scoring.threads.answer(protocol, { body, type, query: exchange.query }, served).then(
      ({ status, type: given, text, rows }) => {
        exchange.send(status, given, text, status === 200 ? entry.headers : [])
        tally.rows += rows
        if (rows > 0) tally.size.add(rows)
      },
      (error) => exchange.fail(error),
    )
    return
  }
  const asked = protocol.read(body, type, { served, rows: scoring.rows, query: exchange.query })
  const written = receipts && receiptsFor(receipts, entry.served, asked)
  const take: TakeScores = (error, scored, reasons) => {
    try {
      if (scored === undefined) throw error
      const more: More = { reasons, receipts: written?.(scored, reasons) }
      exchange.send(200, jsonType, asked.answer(scored, more), entry.headers)
      follow(scoring, entry, asked.rows, scored)
    } catch (thrown) {
      exchange.fail(thrown)
    }
  }
  entry.batcher.score(asked.rows, take, asked.reasons)
}

/** The challenger scores the rows too, once the answer is on its way. */
function follow(
  { catalog, tallies }: Scoring,
  entry: Entry,
  rows: Parameters<typeof shadow>[0],
  scored: Parameters<typeof shadow>[1],
): void {
  const challenger = catalog.challengerOf(entry)
  if (challenger === undefined) return
  const { name, version } = entry.served
  shadow(rows, scored, entry, challenger, tallies.shadow(name, version, challenger.served.version))
}
