import type { Digest } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Model, Prediction } from '../model/index.ts'
import { type Answer, answersOf, isRefusal } from './answers.ts'

/** How far numbers may lie apart: `absolute + relative * |number of the model|`. Both 0: equal to the bit. */
export interface ParityBounds {
  readonly absolute: number
  readonly relative: number
}

/** Scores rows as the user of a package would; null where the package refuses a row and does not say why. */
export type PackageScorer = (rows: readonly JsonObject[]) => Promise<readonly (Answer | null)[]>

export interface ParityRows {
  /** Rows that nothing was fitted on. */
  readonly holdOut: readonly JsonObject[]
  /** Rows that nobody stands behind: see `madeUpRows`. */
  readonly madeUp: readonly JsonObject[]
}

/** Rows of one kind, by what became of them; of rows that are named, the first ones, by number. */
export interface ParityPart {
  readonly rows: number
  /** Rows that both the model and the package refuse. */
  readonly refused: number
  /** Rows that only one of them refuses, or that they refuse with different codes. */
  readonly refusedApart: NamedRows
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
  readonly madeUp: ParityPart
  /** Over the rows that were scored by both. */
  readonly maxAbsolute: number
  /** Largest difference as a share of the model's number, where that is not 0. */
  readonly maxRelative: number
  /**
   * `identical`: every number and label is. `within`: none lies outside of the bounds, no label of the hold-out differs, and
   * of the made-up rows only such as are near a threshold. Else `different`.
   */
  readonly verdict: 'identical' | 'within' | 'different'
}

/** Most hold-out rows that packages are held against, the first ones. */
export const mostHoldOut = 20_000

/** Most rows that a certificate names of a kind. */
const NAMED = 50

/** The first row that a package may not answer as it does. */
interface Fault {
  /** Kind and number. */
  readonly row: string
  readonly model: Answer
  readonly package: Answer | null
}

/** Compares a package with the model that it was made of, row by row. */
export async function certifyParity(
  model: Model,
  scorer: PackageScorer,
  rows: ParityRows,
  bounds: ParityBounds,
): Promise<ParityCertificate> {
  return (await compare(model, scorer, rows, bounds)).certificate
}

/**
 * As {@link certifyParity}, for what is to be shipped.
 *
 * @throws DaybookError PACKAGE_NOT_EQUAL where the verdict is `different`
 */
export async function requireParity(
  model: Model,
  scorer: PackageScorer,
  rows: ParityRows,
  bounds: ParityBounds,
): Promise<ParityCertificate> {
  const { certificate, fault } = await compare(model, scorer, rows, bounds)
  if (fault === undefined) return certificate
  const shown = (answer: Answer | null): string => (answer === null ? 'a refusal' : JSON.stringify(answer))
  throw fail('PACKAGE_NOT_EQUAL', { row: fault.row, model: shown(fault.model), package: shown(fault.package) })
}

/** Is this what a copy of a model may answer where the model answers `expected`? */
export function mayAnswer(expected: Answer, given: Answer | null, bounds: ParityBounds): boolean {
  const { refused, outside, sameLabel, near } = compareRow(expected, given, bounds, 0)
  return refused !== 'apart' && !outside && (sameLabel || near)
}

async function compare(
  model: Model,
  scorer: PackageScorer,
  { holdOut, madeUp }: ParityRows,
  bounds: ParityBounds,
): Promise<{ readonly certificate: ParityCertificate; readonly fault: Fault | undefined }> {
  const all = [...holdOut, ...madeUp]
  const expected = answersOf(model, all)
  const given = await scorer(all)
  if (given.length !== all.length) throw new TypeError(`the scorer gave ${given.length} answers for ${all.length} rows`)
  const threshold = thresholdOf(model)
  const compared = expected.map((answer, row) => compareRow(answer, given[row] ?? null, bounds, threshold))
  const isFault = (one: ComparedRow, row: number): boolean =>
    one.refused === 'apart' || one.outside || (!one.sameLabel && (!one.near || row < holdOut.length))
  const first = compared.findIndex(isFault)
  const most = (of: (one: ComparedRow) => number): number =>
    compared.reduce((largest, one) => Math.max(largest, of(one)), 0)
  const isSame = compared.every(({ refused, isSame }) => isSame || refused === 'both')
  const certificate: ParityCertificate = {
    format: 1,
    model: model.digest,
    bounds,
    holdOut: partOf(compared.slice(0, holdOut.length)),
    madeUp: partOf(compared.slice(holdOut.length)),
    maxAbsolute: most(({ absolute }) => absolute),
    maxRelative: most(({ relative }) => relative),
    verdict: first >= 0 ? 'different' : isSame ? 'identical' : 'within',
  }
  const fault = first < 0 ? undefined : faultAt(first, expected, given, holdOut.length)
  return { certificate, fault }
}

function faultAt(at: number, expected: readonly Answer[], given: readonly (Answer | null)[], holdOut: number): Fault {
  const row = at < holdOut ? `hold-out row ${at}` : `made-up row ${at - holdOut}`
  return { row, model: expected[at] as Answer, package: given[at] ?? null }
}

interface ComparedRow {
  readonly refused: 'both' | 'apart' | 'none'
  /** To the bit. */
  readonly isSame: boolean
  readonly sameLabel: boolean
  readonly absolute: number
  readonly relative: number
  readonly outside: boolean
  readonly near: boolean
}

function compareRow(expected: Answer, given: Answer | null, bounds: ParityBounds, threshold: number): ComparedRow {
  if (isRefusal(expected) || given === null || isRefusal(given)) {
    const both = isRefusal(expected) && (given === null || (isRefusal(given) && given.error === expected.error))
    const scored = { isSame: false, sameLabel: true, absolute: 0, relative: 0, outside: false, near: false }
    return { refused: both ? 'both' : 'apart', ...scored }
  }
  const [own, other] = [numbersOf(expected), numbersOf(given)]
  let [absolute, relative, outside] = [0, 0, shapeOf(expected) !== shapeOf(given)]
  own.forEach((number, i) => {
    const distance = Math.abs(number - (other[i] as number))
    const apart = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance
    absolute = Math.max(absolute, apart)
    if (number !== 0) relative = Math.max(relative, apart / Math.abs(number))
    if (!(apart <= bounds.absolute + bounds.relative * Math.abs(number))) outside = true
  })
  // A predicted number is compared as a number; texts, clusters and truths have to be the same.
  const sameLabel = expected.value !== undefined || expected.prediction === given.prediction
  const isExact = bounds.absolute === 0 && bounds.relative === 0
  return {
    refused: 'none',
    isSame: sameLabel && absolute === 0 && !outside,
    sameLabel,
    absolute,
    relative,
    outside: outside || (isExact && !sameLabel),
    near: isNear(expected, bounds, threshold),
  }
}

/** Names of all that an answer holds. */
function shapeOf(answer: Prediction): string {
  return JSON.stringify(answer, (_, value) => (typeof value === 'object' ? value : null))
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

function partOf(compared: readonly ComparedRow[]): ParityPart {
  const named = (is: (one: ComparedRow) => boolean): NamedRows => {
    const rows = compared.flatMap((one, row) => (is(one) ? [row] : []))
    return { count: rows.length, rows: rows.slice(0, NAMED) }
  }
  return {
    rows: compared.length,
    refused: compared.filter(({ refused }) => refused === 'both').length,
    refusedApart: named(({ refused }) => refused === 'apart'),
    labelsDiffer: named(({ sameLabel }) => !sameLabel),
    outside: named(({ outside }) => outside),
    nearThreshold: named(({ near }) => near),
  }
}
