import { code } from '../blocks.ts'
import { headingHint, headings } from '../headings.ts'
import type { DocumentSource } from '../source.ts'
import { developmentPoints } from './annex-iv-development.ts'
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
    points: [...general(source), ...developmentPoints(source), ...operation(source)],
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
