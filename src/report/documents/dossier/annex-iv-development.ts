import { code } from '../blocks.ts'
import { headingHint, headings } from '../headings.ts'
import type { DocumentSource } from '../source.ts'
import * as data from './evidence-data.ts'
import * as model from './evidence-model.ts'
import * as run from './evidence-run.ts'
import { cellNotes, note } from './evidence-words.ts'
import { addKey } from './hints.ts'
import { type Point, question } from './point.ts'

/** Annex IV, point 2: the elements of the system and how it was developed. */
export function developmentPoints(source: DocumentSource): readonly Point[] {
  const under = (names: readonly string[]) => note(source, names)
  return [
    {
      number: '2(a)',
      title: 'Methods and steps',
      questions: [
        question('Every step of the development', [run.pages(source), run.cells(source)], 'Run the page.'),
        question('Parts by third parties', [run.foreign(source), under(headings.thirdParties)], 'Run the page.'),
      ],
    },
    {
      number: '2(b)',
      title: 'Design',
      questions: [
        question(
          'General logic and algorithm',
          [model.algorithm(source), model.preprocessing(source)],
          'Run the page.',
        ),
        question(
          'Why it was designed so',
          [under(headings.rationale), cellNotes(source, (id) => !isSource(source, id))],
          ['Add a ', code('note:'), ' to the cells under ', code('preprocess:'), ' and to ', code('algorithm:'), '.'],
        ),
        question('Assumptions', [under(headings.assumptions)], headingHint(headings.assumptions)),
        question('Persons it is to be used on', [under(headings.users)], headingHint(headings.users)),
        question('What it optimises for', [model.objective(source)], 'Run the page.'),
        question('Weight of the parameters', [model.importance(source)], 'The algorithm tells no importance.'),
        question('Quality that is expected', [model.gates(source)], addKey('gates')),
        question('Trade-offs', [under(headings.tradeOffs)], headingHint(headings.tradeOffs)),
      ],
    },
    {
      number: '2(c)',
      title: 'Architecture and resources',
      questions: [
        question('How the parts build on each other', [run.cells(source)], 'Run the page.'),
        question('Computing resources', [run.machine(source)], 'Run the page.'),
      ],
    },
    {
      number: '2(d)',
      title: 'Data',
      questions: [
        question('Data sets and their characteristics', [data.inputs(source), data.columns(source)], 'Run the page.'),
        question(
          'Where the data come from, how they were chosen',
          [under(headings.collection), data.synthetic(source), cellNotes(source, (id) => isSource(source, id))],
          headingHint(headings.collection),
        ),
        question('Files', [data.locations(source)], 'The sources read no files.'),
        question('Labelling', [under(headings.labelling)], headingHint(headings.labelling)),
        question(
          'Cleaning',
          [model.preprocessing(source), data.promises(source)],
          ['State facts under ', code('data.columns'), ' or add cells under ', code('preprocess:'), '.'],
        ),
        question('Leakage and quality', [data.checks(source)], 'Run the page with a Daybook that checks its data.'),
      ],
    },
    {
      number: '2(e)',
      title: 'Human oversight',
      questions: [
        question('Measures of oversight (Article 14)', [under(headings.oversight)], headingHint(headings.oversight)),
        question(
          'Means to understand an output (Article 13)',
          [model.reasons(source), model.importance(source)],
          ['Add ', code('reason:'), ' to columns under ', code('data.columns'), '.'],
        ),
      ],
    },
    {
      number: '2(f)',
      title: 'Changes that are planned beforehand',
      questions: [question('Planned changes', [under(headings.planned)], headingHint(headings.planned))],
    },
    {
      number: '2(g)',
      title: 'Validation and testing',
      questions: [
        question('Procedure', [data.split(source), data.folds(source)], addKey('data.split')),
        question(
          'Proof that no test row was learned from',
          [data.noLeak(source)],
          'The record tells no rows of its cells.',
        ),
        question('Accuracy', [model.metrics(source)], addKey('evaluate')),
        question('Robustness', [model.spread(source), model.stability(source)], addKey('evaluate.folds')),
        question(
          'Columns kept from the model',
          [model.guarded(source)],
          ['Give columns ', code('role: protected'), '.'],
        ),
        question(
          'Effects by group',
          [under(headings.fairness)],
          [
            'No metrics by group are in this run: compare groups by ',
            code('daybook predict'),
            ' and say what came of it under the heading ',
            code('Fairness'),
            '.',
          ],
        ),
        question('Test log', [run.log(source)], 'Write the dossier from the store, which has the log.'),
        question(
          'Reports dated and signed',
          [run.approvals(source), run.provenance(source)],
          [code('daybook approve RUN --role validator --note TEXT --key FILE'), ' signs the run.'],
        ),
      ],
    },
    {
      number: '2(h)',
      title: 'Cybersecurity',
      questions: [
        question(
          'Integrity of data, code and model',
          [run.ledger(source), run.plugins(source)],
          'Write the dossier from the store.',
        ),
        question('Measures where it runs', [under(headings.security)], headingHint(headings.security)),
      ],
    },
  ]
}

function isSource({ record }: DocumentSource, id: string): boolean {
  return record.result.inputs.some(({ cell }) => cell === id)
}
