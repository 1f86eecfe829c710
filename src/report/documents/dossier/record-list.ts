import { digestJson } from '../../../base/digest.ts'
import { code } from '../blocks.ts'
import { environmentOf } from '../recorded.ts'
import type { DocumentSource } from '../source.ts'
import * as data from './evidence-data.ts'
import * as model from './evidence-model.ts'
import * as run from './evidence-run.ts'
import { key } from './evidence-words.ts'
import { addKey } from './hints.ts'
import { type Evidence, type Part, type Point, type Question, question } from './point.ts'

/** What an auditor looks for in the record of a run, whatever the rule. */
export function recordList(source: DocumentSource): Part {
  const { record } = source
  const notKept = 'This record does not hold it.'
  return {
    id: 'record',
    title: 'The run record',
    about: 'What a record has to hold so that somebody else can repeat the run and hold it against what was claimed.',
    points: [
      point('R1', 'Identity and page', [
        question('Run and what came before', [run.version(source), run.previous(source)], notKept),
        question('Page as written, as resolved', [run.pages(source), resolved(source)], notKept),
      ]),
      point('R2', 'Version control', [question('Commit', [run.commit(source)], 'Keep the page in Git.')]),
      point('R3', 'Environment', [
        question('Tool, Node, system', [run.software(source), run.machine(source)], notKept),
        question('Time zone and locale', [place(source)], notKept),
      ]),
      point('R4', 'Code', [
        question('Plugins', [run.plugins(source), run.foreign(source)], notKept),
        question('Locked packages', [run.lockfile(source)], 'Keep a lock file of the packages beside the page.'),
      ]),
      point('R5', 'Inputs', [
        question('Content, rows, columns', [data.inputs(source), data.locations(source)], notKept),
        question('Schema and quality', [data.columns(source), data.checks(source)], notKept),
        question('Control totals', [data.totals(source)], notKept),
      ]),
      point('R6', 'Split and seeds', [
        question('Split and folds', [data.split(source), data.folds(source)], notKept),
        question('Seed', [seed(source)], addKey('seed')),
        question('Rows that each fit saw', [data.noLeak(source)], notKept),
      ]),
      point('R7', 'Cells', [
        question('Outputs by digest, cached ones with their origin', [run.cells(source), cached(source)], notKept),
      ]),
      point('R8', 'Tuning', [
        question(
          'Every trial',
          [],
          'The page tunes nothing: its params were set by hand. If they were found by trials, say so in a note.',
        ),
      ]),
      point('R9', 'Metrics', [
        question('Metrics with intervals', [model.metrics(source), model.spread(source)], addKey('evaluate')),
        question(
          'Calibration',
          [model.calibration(source)],
          'The model gives no probabilities, or nothing was evaluated.',
        ),
        question('Base for drift', [model.stability(source)], addKey('evaluate')),
        question('Metrics by group', [], ['None are in this run. Compare groups by ', code('daybook predict'), '.']),
      ]),
      point('R10', 'Model and packages', [
        question('Model', [modelDigest(source)], 'The run made no model.'),
        question('Packages', [run.targets(source)], addKey('deploy')),
      ]),
      point('R11', 'People', [
        question('Who ran it', [user(source)], notKept),
        question(
          'Who reviewed and approved',
          [run.approvals(source), run.twoPersons(source)],
          [code('daybook approve RUN --role ROLE --note TEXT --key FILE'), ' signs it.'],
        ),
        question(
          'Use, limits, end of validity',
          [
            key(source, 'purpose', 'card-use'),
            key(source, 'limitations', 'card-limitations'),
            key(source, 'reviewBy', 'card-owner'),
          ],
          addKey('purpose'),
        ),
      ]),
      point('R12', 'Log, errors, overrides', [
        question('Log', [run.log(source)], 'Write the dossier from the store, which has the log.'),
        question('Errors and overrides', [errors(source)], notKept),
        question('Warnings', [run.warnings(source)], notKept),
      ]),
      point('R13', 'Chain', [
        question(
          'Place in the ledger',
          [run.ledger(source)],
          'Write the dossier from the store, which has the ledger.',
        ),
        question('Signature', [run.provenance(source)], [code('daybook attest RUN --key FILE'), ' signs it.']),
      ]),
      point('R14', 'Replay', [
        question(
          'Outcome of a replay',
          [],
          ['Run ', code(`daybook verify ${record.id}`), ' and keep what it answers beside this file.'],
        ),
      ]),
    ],
  }
}

function point(number: string, title: string, questions: readonly Question[]): Point {
  return { number, title, questions }
}

function resolved({ page }: DocumentSource): Evidence {
  return { text: ['Resolved page ', code(digestJson(page))], at: 'resolved' }
}

function place({ record }: DocumentSource): Evidence | undefined {
  const { timeZone, locale } = environmentOf(record)
  return timeZone === undefined ? undefined : { text: `${timeZone}, ${locale ?? ''}`, at: 'card-provenance' }
}

function seed({ page }: DocumentSource): Evidence | undefined {
  if (typeof page.seed !== 'number') return undefined
  return { text: `${page.seed}; streams by Philox, keyed by seed, cell, fold and purpose`, at: 'card-algorithm' }
}

function cached({ record }: DocumentSource): Evidence {
  const reused = record.observed.cells.filter(({ state }) => state === 'cached').length
  return { text: `${reused} taken from the cache, each with the run that made it`, at: 'card-provenance' }
}

function modelDigest({ record }: DocumentSource): Evidence | undefined {
  const { model } = record.result
  return model === null ? undefined : { text: code(model.digest), at: 'card-provenance' }
}

function user({ record }: DocumentSource): Evidence {
  return { text: `User ${record.observed.user} of the machine; no proof of a person`, at: 'card-provenance' }
}

function errors({ record }: DocumentSource): Evidence {
  const error = record.error === null ? 'No error' : `${record.error.code}: ${record.error.message}`
  return { text: `${error}; ${record.overrides.length} values overridden by --set`, at: 'card-provenance' }
}
