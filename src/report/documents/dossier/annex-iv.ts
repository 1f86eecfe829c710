import { code } from '../blocks.ts'
import { headingHint, headings } from '../headings.ts'
import type { DocumentSource } from '../source.ts'
import * as data from './evidence-data.ts'
import * as model from './evidence-model.ts'
import * as run from './evidence-run.ts'
import { cellNotes, key, note } from './evidence-words.ts'
import { addKey, attach } from './hints.ts'
import { type Part, type Point, question } from './point.ts'

/** Regulation (EU) 2024/1689, Annex IV: what technical documentation holds, point by point. */
export function annexIv(source: DocumentSource): Part {
  return {
    id: 'annex-iv',
    title: 'EU AI Act, Annex IV',
    about:
      'Technical documentation of a high-risk system by Article 11 of Regulation (EU) 2024/1689. Its nine points, in short words of our own; the text of the regulation holds.',
    points: [...general(source), ...development(source), ...operation(source)],
  }
}

function general(source: DocumentSource): readonly Point[] {
  const under = (names: readonly string[]) => note(source, names)
  return [
    {
      number: '1(a)',
      title: 'Purpose, provider, version',
      questions: [
        question('Intended purpose', [key(source, 'purpose', 'card-use')], addKey('purpose')),
        question('Name of the provider', [under(headings.provider)], headingHint(headings.provider)),
        question('Who answers for it', [key(source, 'owner', 'card-owner')], addKey('owner')),
        question('Version of the system', [run.version(source)], 'Run the page.'),
        question('How it relates to versions before', [run.previous(source)], 'Run the page.'),
      ],
    },
    {
      number: '1(b)',
      title: 'What it works together with',
      questions: [
        question('What goes in and what comes out', [model.signature(source)], 'The run made no model.'),
        question('Systems around it', [under(headings.interfaces)], headingHint(headings.interfaces)),
      ],
    },
    {
      number: '1(c)',
      title: 'Versions of software',
      questions: [
        question('Software and its versions', [run.software(source), run.plugins(source)], 'Run the page.'),
        question('Locked packages', [run.lockfile(source)], 'Keep a lock file of the packages beside the page.'),
        question('What an update requires', [under(headings.updates)], headingHint(headings.updates)),
      ],
    },
    {
      number: '1(d)',
      title: 'Forms in which it is put into service',
      questions: [question('Targets of deployment', [run.targets(source)], addKey('deploy'))],
    },
    {
      number: '1(e)',
      title: 'Hardware it is meant to run on',
      questions: [question('Hardware in use', [under(headings.hardware)], headingHint(headings.hardware))],
    },
    {
      number: '1(f)',
      title: 'Part of a product',
      questions: [
        question(
          'Pictures of the product, where it is part of one',
          [under(headings.product)],
          attach('Only where the model is part of a product.', headings.product),
        ),
      ],
    },
    {
      number: '1(g)',
      title: 'User interface',
      questions: [
        question(
          'The interface that deployers see',
          [under(headings.userInterface)],
          headingHint(headings.userInterface),
        ),
      ],
    },
    {
      number: '1(h)',
      title: 'Instructions for use',
      questions: [
        question('Instructions for deployers', [under(headings.instructions)], headingHint(headings.instructions)),
        question('What it must not be used for', [under(headings.outOfScope)], headingHint(headings.outOfScope)),
      ],
    },
  ]
}

function development(source: DocumentSource): readonly Point[] {
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

function operation(source: DocumentSource): readonly Point[] {
  const under = (names: readonly string[]) => note(source, names)
  return [
    {
      number: '3',
      title: 'Monitoring, functioning, control',
      questions: [
        question('Limitations', [key(source, 'limitations', 'card-limitations')], addKey('limitations')),
        question('Accuracy that is expected', [model.metrics(source), model.gates(source)], addKey('evaluate')),
        question(
          'Accuracy for particular groups',
          [under(headings.fairness)],
          [
            'Compare groups by ',
            code('daybook predict'),
            ' and say what came of it under the heading ',
            code('Fairness'),
            '.',
          ],
        ),
        question('Risks and unintended outcomes', [under(headings.risks)], headingHint(headings.risks)),
        question(
          'Specification of the input',
          [model.signature(source), data.promises(source)],
          'The run made no model.',
        ),
      ],
    },
    {
      number: '4',
      title: 'Why the metrics fit',
      questions: [
        question(
          'Reasons for these metrics',
          [under(headings.metricChoice), cellNotes(source, (id) => id === 'evaluate' || id === 'gates')],
          ['Add a ', code('note:'), ' to ', code('evaluate:'), ', or the heading ', code('Why these metrics'), '.'],
        ),
      ],
    },
    {
      number: '5',
      title: 'Risk management (Article 9)',
      questions: [
        question('The risk management system', [under(headings.riskManagement)], headingHint(headings.riskManagement)),
      ],
    },
    {
      number: '6',
      title: 'Changes over the lifecycle',
      questions: [
        question('What can be traced', [run.previous(source), run.commit(source)], 'Keep the page in Git.'),
        question('What was changed and why', [under(headings.changes)], headingHint(headings.changes)),
      ],
    },
    {
      number: '7',
      title: 'Standards',
      questions: [question('Standards applied', [under(headings.standards)], headingHint(headings.standards))],
    },
    {
      number: '8',
      title: 'Declaration of conformity (Article 47)',
      questions: [
        question(
          'Copy of the declaration',
          [under(headings.declaration)],
          attach('No run can give one.', headings.declaration),
        ),
      ],
    },
    {
      number: '9',
      title: 'After it is in use (Article 72)',
      questions: [
        question('Plan of monitoring', [under(headings.monitoring)], headingHint(headings.monitoring)),
        question('Date of review', [key(source, 'reviewBy', 'card-owner')], addKey('reviewBy')),
      ],
    },
  ]
}

function isSource({ record }: DocumentSource, id: string): boolean {
  return record.result.inputs.some(({ cell }) => cell === id)
}
