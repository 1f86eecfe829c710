import { code } from '../blocks.ts'
import { headingHint, headings } from '../headings.ts'
import { objectAt } from '../recorded.ts'
import type { DocumentSource } from '../source.ts'
import * as data from './evidence-data.ts'
import * as model from './evidence-model.ts'
import * as run from './evidence-run.ts'
import { cellNotes, key, names, note } from './evidence-words.ts'
import { addKey } from './hints.ts'
import { type Evidence, type Part, type Point, question } from './point.ts'

/** Model-risk guidance of the US banking supervisors: development, validation, governance. */
export function modelRisk(source: DocumentSource): Part {
  return {
    id: 'model-risk',
    title: 'Model-risk guidance',
    about:
      'SR 26-2 (formerly SR 11-7) and what other supervisors ask alike, under headings of our own: development, validation, governance. How deep each has to go depends on how material the model is.',
    points: [...development(source), ...validation(source), ...governance(source)],
  }
}

function development(source: DocumentSource): readonly Point[] {
  const under = (names: readonly string[]) => note(source, names)
  return [
    {
      number: 'D1',
      title: 'Purpose and materiality',
      questions: [
        question('What it is for', [key(source, 'purpose', 'card-use')], addKey('purpose')),
        question('Exposure, tier', [under(headings.materiality)], headingHint(headings.materiality)),
      ],
    },
    {
      number: 'D2',
      title: 'Theory and design',
      questions: [
        question('Method and its params', [model.algorithm(source)], 'Run the page.'),
        question(
          'Why this method',
          [under(headings.rationale), cellNotes(source, (id) => id === 'train')],
          ['Add a ', code('note:'), ' to ', code('algorithm:'), '.'],
        ),
        question('Alternatives that were tried', [under(headings.benchmark)], headingHint(headings.benchmark)),
      ],
    },
    {
      number: 'D3',
      title: 'Data',
      questions: [
        question(
          'Source and suitability',
          [under(headings.collection), data.synthetic(source)],
          headingHint(headings.collection),
        ),
        question('Lineage to the source', [data.inputs(source), data.locations(source)], 'Run the page.'),
        question('Reconciliation with the books', [data.totals(source)], 'The record holds no control totals.'),
        question('Quality', [data.columns(source), data.promises(source), data.checks(source)], 'Run the page.'),
      ],
    },
    {
      number: 'D4',
      title: 'Testing while developing',
      questions: [
        question('Accuracy with its uncertainty', [model.metrics(source), model.spread(source)], addKey('evaluate')),
        question(
          'Calibration',
          [model.calibration(source)],
          'The model gives no probabilities, or nothing was evaluated.',
        ),
        question('Stability', [model.stability(source)], addKey('evaluate')),
      ],
    },
    {
      number: 'D5',
      title: 'Assumptions and limits',
      questions: [
        question('Limits', [key(source, 'limitations', 'card-limitations')], addKey('limitations')),
        question('Assumptions', [under(headings.assumptions)], headingHint(headings.assumptions)),
        question('What it must not be used for', [under(headings.outOfScope)], headingHint(headings.outOfScope)),
      ],
    },
    {
      number: 'D6',
      title: 'Documentation and implementation',
      questions: [
        question('Enough for a stranger to repeat it', [run.pages(source), run.cells(source)], 'Run the page.'),
        question('What was shipped is what was tested', [run.targets(source)], addKey('deploy')),
      ],
    },
  ]
}

function validation(source: DocumentSource): readonly Point[] {
  const under = (names: readonly string[]) => note(source, names)
  return [
    {
      number: 'V1',
      title: 'Independence and effective challenge',
      questions: [
        question(
          'Validated by somebody',
          [run.approvals(source, 'validator')],
          [code('daybook approve RUN --role validator --note TEXT --key FILE'), ' signs it.'],
        ),
        question(
          'By others than those who built it',
          [run.twoPersons(source)],
          'Have developer and validator sign with different keys.',
        ),
      ],
    },
    {
      number: 'V2',
      title: 'Conceptual soundness',
      questions: [
        question('What drives the result', [model.importance(source)], 'The algorithm tells no importance.'),
        question(
          'Directions that experts expect',
          [monotone(source)],
          ['Promise ', code('monotone: increasing'), ' or ', code('decreasing'), ' where it is known.'],
        ),
        question('No leak from the test rows', [data.noLeak(source)], 'The record tells no rows of its cells.'),
      ],
    },
    {
      number: 'V3',
      title: 'Outcomes',
      questions: [
        question('Held-out rows', [model.metrics(source)], addKey('evaluate')),
        question(
          'A later time than that of training',
          [outOfTime(source)],
          ['Split ', code('by: time'), ', so that the test rows come after the training rows.'],
        ),
        question('Against a benchmark', [under(headings.benchmark)], headingHint(headings.benchmark)),
        question('Limits that it must keep', [model.gates(source)], addKey('gates')),
      ],
    },
    {
      number: 'V4',
      title: 'Replication',
      questions: [
        question(
          'The run was repeated',
          [],
          [
            'Run ',
            code(`daybook verify ${source.record.id}`),
            ' and keep what it answers beside this file: a run cannot know of its own replay.',
          ],
        ),
      ],
    },
    {
      number: 'V5',
      title: 'Monitoring',
      questions: [
        question('Plan and thresholds', [under(headings.monitoring)], headingHint(headings.monitoring)),
        question('Date of review', [key(source, 'reviewBy', 'card-owner')], addKey('reviewBy')),
      ],
    },
    {
      number: 'V6',
      title: 'Fair treatment and reasons',
      questions: [
        question(
          'Columns kept from the model',
          [model.guarded(source)],
          ['Give columns ', code('role: protected'), '.'],
        ),
        question('Outcomes by group', [under(headings.fairness)], headingHint(headings.fairness)),
        question(
          'Reasons for a decision (Reg B, 12 CFR 1002.9)',
          [model.reasons(source)],
          ['Add ', code('reason:'), ' to columns under ', code('data.columns'), '.'],
        ),
      ],
    },
  ]
}

function governance(source: DocumentSource): readonly Point[] {
  const under = (names: readonly string[]) => note(source, names)
  return [
    {
      number: 'G1',
      title: 'Inventory',
      questions: [
        question('Entry', [run.version(source), run.ledger(source)], 'Run the page.'),
        question('Owner', [key(source, 'owner', 'card-owner')], addKey('owner')),
        question('Valid until', [key(source, 'reviewBy', 'card-owner')], addKey('reviewBy')),
      ],
    },
    {
      number: 'G2',
      title: 'Approval',
      questions: [
        question('Roles that must sign', [run.demands(source)], addKey('approvals')),
        question(
          'Who signed',
          [run.approvals(source)],
          [code('daybook approve RUN --role ROLE --note TEXT --key FILE'), ' signs it.'],
        ),
      ],
    },
    {
      number: 'G3',
      title: 'Change control',
      questions: [
        question('What came before', [run.previous(source)], 'Run the page.'),
        question('Version of the page', [run.commit(source)], 'Keep the page in Git.'),
        question('Changes and their reasons', [under(headings.changes)], headingHint(headings.changes)),
      ],
    },
    {
      number: 'G4',
      title: 'Exceptions',
      questions: [
        question('Warnings and which were silenced', [run.warnings(source)], 'Run the page.'),
        question('How people overrule it', [under(headings.escalation)], headingHint(headings.escalation)),
      ],
    },
    {
      number: 'G5',
      title: 'Parts by vendors',
      questions: [
        question('Parts from elsewhere', [run.foreign(source), run.lockfile(source)], 'Run the page.'),
        question(
          'Signed statement of where it came from',
          [run.provenance(source)],
          [code('daybook attest RUN --key FILE'), ' signs it.'],
        ),
      ],
    },
  ]
}

/** Promised directions: an algorithm that cannot keep them is refused. */
function monotone({ page }: DocumentSource): Evidence | undefined {
  const promised = Object.entries(objectAt(page, ['data', 'columns'])).flatMap(([name, facts]) =>
    typeof objectAt(facts).monotone === 'string' ? [name] : [],
  )
  return promised.length === 0
    ? undefined
    : { text: ['Promised, and the algorithm is held to it: ', ...names(promised)], at: 'card-columns' }
}

function outOfTime({ page, record }: DocumentSource): Evidence | undefined {
  if (objectAt(page, ['data', 'split']).by !== 'time' || record.result.metrics === null) return undefined
  return { text: 'Split by time: the test rows are later than the training rows', at: 'card-data' }
}
