import type { Digest } from '../base/digest.ts'
import { DaybookError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Model, Prediction } from '../model/index.ts'

/** How far numbers may lie apart: `absolute + relative * |number of the model|`. Both 0: equal to the bit. */
export interface ParityBounds {
  readonly absolute: number
  readonly relative: number
}

/** Scores rows as the user of a package would; null where the package refuses a row. */
export type PackageScorer = (rows: readonly JsonObject[]) => Promise<readonly (Prediction | null)[]>

export interface ParityRows {
  /** Rows that nothing was fitted on. */
  readonly holdOut: readonly JsonObject[]
  /** Rows at the edges: see `edgeRows`. */
  readonly edges: readonly JsonObject[]
}

/** Rows of one kind, by what became of them; of rows that are named, the first ones, by number. */
export interface ParityPart {
  readonly rows: number
  /** Rows that both the model and the package refuse. */
  readonly refused: number
  /** Rows that only one of them refuses. */
  readonly refusedByOne: NamedRows
  readonly labelsDiffer: NamedRows
  /** Rows with a number that lies further apart than the bounds. */
  readonly outside: NamedRows
  /** Rows whose decision is closer than the bounds: another label there would say nothing. */
  readonly nearThreshold: NamedRows
}

export interface NamedRows {
  readonly count: number
  /** Numbers of the first of them, from 0. */
  readonly rows: readonly number[]
}

/** What a package was found to give beside the model that it was made of. Plain data: it goes into the package. */
export interface ParityCertificate {
  readonly format: 1
  readonly model: Digest
  readonly bounds: ParityBounds
  readonly holdOut: ParityPart
  readonly edges: ParityPart
  /** Over the rows that were scored by both. */
  readonly maxAbsolute: number
  /** Largest difference as a share of the model's number, where that is not 0. */
  readonly maxRelative: number
  /**
   * `identical`: every number and label is. `within`: none lies outside of the bounds, no label of the hold-out differs, and
   * of the edge rows only such as are near a threshold. Else `different`.
   */
  readonly verdict: 'identical' | 'within' | 'different'
}

/** Most rows that a certificate names of a kind. */
const NAMED = 50

/** Compares a package with the model that it was made of, row by row. */
export async function certifyParity(
  model: Model,
  scorer: PackageScorer,
  { holdOut, edges }: ParityRows,
  bounds: ParityBounds,
): Promise<ParityCertificate> {
  const all = [...holdOut, ...edges]
  const expected = predictionsOf(model, all)
  const given = await scorer(all)
  if (given.length !== all.length) throw new TypeError(`the scorer gave ${given.length} answers for ${all.length} rows`)
  const threshold = thresholdOf(model)
  const compared = all.map((_, row) => compareRow(expected[row] ?? null, given[row] ?? null, bounds, threshold))
  const parts = { holdOut: compared.slice(0, holdOut.length), edges: compared.slice(holdOut.length) }
  const most = (of: (one: ComparedRow) => number): number =>
    compared.reduce((largest, one) => Math.max(largest, of(one)), 0)
  const certificate = {
    format: 1 as const,
    model: model.digest,
    bounds,
    holdOut: partOf(parts.holdOut),
    edges: partOf(parts.edges),
    maxAbsolute: most(({ absolute }) => absolute),
    maxRelative: most(({ relative }) => relative),
  }
  const isSame = compared.every((one) => one.refused !== 'one' && one.absolute === 0 && one.sameLabel)
  const isWithin =
    compared.every((one) => one.refused !== 'one' && !one.outside && (one.sameLabel || one.near)) &&
    parts.holdOut.every(({ sameLabel }) => sameLabel)
  return { ...certificate, verdict: isSame ? 'identical' : isWithin ? 'within' : 'different' }
}

interface ComparedRow {
  readonly refused: 'both' | 'one' | 'none'
  readonly sameLabel: boolean
  readonly absolute: number
  readonly relative: number
  readonly outside: boolean
  readonly near: boolean
}

function compareRow(
  expected: Prediction | null,
  given: Prediction | null,
  bounds: ParityBounds,
  threshold: number,
): ComparedRow {
  const refusals = Number(expected === null) + Number(given === null)
  if (expected === null || given === null) {
    const refused = refusals === 2 ? 'both' : 'one'
    return { refused, sameLabel: true, absolute: 0, relative: 0, outside: false, near: false }
  }
  const [own, other] = [numbersOf(expected), numbersOf(given)]
  let [absolute, relative, outside] = [0, 0, own.length !== other.length]
  own.forEach((number, i) => {
    const distance = Math.abs(number - (other[i] as number))
    const apart = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance
    absolute = Math.max(absolute, apart)
    if (number !== 0) relative = Math.max(relative, apart / Math.abs(number))
    if (!(apart <= bounds.absolute + bounds.relative * Math.abs(number))) outside = true
  })
  // A predicted number is compared as a number; texts, clusters and truths have to be the same.
  const sameLabel = expected.value !== undefined || expected.prediction === given.prediction
  return { refused: 'none', sameLabel, absolute, relative, outside, near: isNear(expected, bounds, threshold) }
}

function numbersOf({ probabilities, score, value, distance }: Prediction): readonly number[] {
  if (probabilities !== undefined) return Object.values(probabilities)
  if (typeof score === 'object') return Object.values(score)
  return [score, value, distance].filter((number) => number !== undefined)
}

/** Does a row lie so near to another decision that numbers within the bounds could bring it there? */
function isNear({ probabilities, score }: Prediction, bounds: ParityBounds, threshold: number): boolean {
  const byClass = probabilities ?? (typeof score === 'object' ? score : undefined)
  if (byClass !== undefined) {
    const [first = 0, second = Number.NEGATIVE_INFINITY] = Object.values(byClass).sort((a, b) => b - a)
    return first - second <= 2 * (bounds.absolute + bounds.relative * Math.abs(first))
  }
  if (typeof score !== 'number') return false
  return Math.abs(score - threshold) <= bounds.absolute + bounds.relative * Math.abs(score)
}

/** The score above which a row is positive, or an anomaly. */
function thresholdOf({ signature, parts }: Model): number {
  if (signature.task !== 'anomaly') return 0
  return parts.algorithm.plugin.threshold?.(parts.algorithm.state) ?? 0
}

/** What the model answers, row by row where it refuses some; null for those. */
function predictionsOf(model: Model, rows: readonly JsonObject[]): (Prediction | null)[] {
  const predict = (some: readonly JsonObject[]): (Prediction | null)[] | undefined => {
    try {
      return model.predictRows(some)
    } catch (thrown) {
      if (thrown instanceof DaybookError) return undefined
      throw thrown
    }
  }
  // One fault refuses a batch: it is halved until the rows at fault stand alone.
  const scored = (some: readonly JsonObject[]): (Prediction | null)[] => {
    const whole = predict(some)
    if (whole !== undefined) return whole
    if (some.length === 1) return [null]
    const middle = some.length >> 1
    return [...scored(some.slice(0, middle)), ...scored(some.slice(middle))]
  }
  return rows.length === 0 ? [] : scored(rows)
}

function partOf(compared: readonly ComparedRow[]): ParityPart {
  const named = (is: (one: ComparedRow) => boolean): NamedRows => {
    const rows = compared.flatMap((one, row) => (is(one) ? [row] : []))
    return { count: rows.length, rows: rows.slice(0, NAMED) }
  }
  return {
    rows: compared.length,
    refused: compared.filter(({ refused }) => refused === 'both').length,
    refusedByOne: named(({ refused }) => refused === 'one'),
    labelsDiffer: named(({ sameLabel }) => !sameLabel),
    outside: named(({ outside }) => outside),
    nearThreshold: named(({ near }) => near),
  }
}
