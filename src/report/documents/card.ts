import { formatNumber, formatTime } from '../numbers.ts'
import { type Block, blocks, code, type Line, quoted, type Section } from './blocks.ts'
import { algorithmSection, preprocessSection } from './card-cells.ts'
import { checkSection } from './card-checks.ts'
import { dataSection } from './card-data.ts'
import { gateSection, groupSection, importanceSection, performanceSection } from './card-performance.ts'
import { provenanceSection, reproduceSection } from './card-provenance.ts'
import { targetOf } from './columns.ts'
import { headings, underHeading } from './headings.ts'
import { type Note, notesOf, passage } from './notes.ts'
import { demandsOf } from './recorded.ts'
import { type DocumentSource, signOffs } from './source.ts'

/** A model card before it is set: the Markdown file and the report's section are both made of it. */
export interface Card {
  readonly title: string
  readonly lead: readonly Block[]
  readonly sections: readonly Section[]
}

/**
 * The model card of a run. Every figure is read from the record; what the page does not say is named as missing, with what
 * to add. After M. Mitchell et al., "Model cards for model reporting" (FAT* 2019).
 */
export function cardOf(source: DocumentSource): Card {
  const notes = notesOf(source.view)
  return {
    title: source.record.pipeline,
    lead: lead(source),
    sections: [
      useSection(source, notes),
      ownerSection(source),
      limitSection(source, notes),
      ...dataSection(source),
      checkSection(source),
      preprocessSection(source),
      algorithmSection(source),
      performanceSection(source),
      groupSection(source, notes),
      importanceSection(source),
      gateSection(source),
      warningSection(source),
      provenanceSection(source),
      reproduceSection(source),
    ],
  }
}

function lead(source: DocumentSource): readonly Block[] {
  const { record, view } = source
  const { model } = record.result
  const synthetic = view.cells.filter(({ shown }) => shown.facts.synthetic === true).map(({ id }) => id)
  return blocks(
    model === null && {
      kind: 'line',
      text: [
        `This run made no model: it ended as ${record.status}`,
        ...(record.error === null ? [] : [', ', code(record.error.code), ': ', ...quoted(record.error.message)]),
        '.',
      ],
    },
    synthetic.length > 0 && {
      kind: 'line',
      text: [
        'SYNTHETIC: the rows of ',
        code(synthetic.join(', ')),
        ' are made up. Nothing here says anything about real people or a real business.',
      ],
    },
    {
      kind: 'facts',
      rows: [
        ['Run', record.id],
        ['Run digest', code(record.digest)],
        ['Model digest', model === null ? '—' : code(model.digest)],
        ['Algorithm', model === null ? '—' : `${model.algorithm}, ${model.task}`],
        ['Features', model === null ? '—' : formatNumber(model.features)],
        ['Status', record.status],
        ['Finished', formatTime(record.observed.finishedAt)],
        ['Made by', record.observed.tool],
      ],
    },
  )
}

/** The page's text of a key, or that it is missing. */
function said({ view }: DocumentSource, key: string, what: string): Block {
  const text = view.page.text([key])
  if (text !== undefined && text.trim() !== '') return { kind: 'prose', text }
  return { kind: 'missing', what, add: ['Add ', code(`${key}:`), ' to the page.'] }
}

function useSection(source: DocumentSource, notes: readonly Note[]): Section {
  const target = targetOf(source)
  const task = source.record.result.model?.task
  return {
    id: 'use',
    title: 'Intended use',
    blocks: blocks(
      said(source, 'purpose', 'The page does not say what the model is for.'),
      { kind: 'line', text: answerOf(source) },
      target !== undefined &&
        task === 'anomaly' && {
          kind: 'line',
          text: [
            'Learned without a target. ',
            code(target.column),
            ' says which rows are known anomalies, to the evaluation alone.',
          ],
        },
      underHeading(notes, headings.users, 'Who uses it, and about whom it decides, is not said.'),
      underHeading(notes, headings.outOfScope, 'What it must not be used for is not said.'),
    ),
  }
}

function answerOf(source: DocumentSource): Line {
  const { manifest, record } = source
  const target = targetOf(source)
  const task = record.result.model?.task
  if (manifest === undefined || task === undefined) return 'What it answers is not known: no model can be read.'
  const { output, classes } = manifest.signature
  if (output === 'clusters')
    return 'It answers with the number of a cluster, and how far the row lies from the middle of it.'
  if (task === 'anomaly')
    return 'It answers with a score of how strange a row is, and whether that is above its threshold.'
  const of: Line = target === undefined ? [] : [' of ', code(target.column)]
  if (output === 'values') return ['It answers with a number: the value', ...of, '.']
  const named = classes.flatMap((name, i) => (i === 0 ? [code(name)] : [', ', code(name)]))
  const asked: Line = target?.positive === undefined ? [] : ['; the scored class is ', code(target.positive)]
  const what = output === 'probabilities' ? 'probabilities' : 'scores, which are no probabilities,'
  const rule = ' The class of the largest one is the prediction; a threshold of your own is not part of the model.'
  return [`It answers with ${what} of the classes`, ...of, ': ', ...named, ...asked, '.', rule]
}

function ownerSection(source: DocumentSource): Section {
  const { view, signed } = source
  const owner = view.page.text(['owner'])
  const review = view.page.text(['reviewBy'])
  return {
    id: 'owner',
    title: 'Owner and review',
    blocks: blocks(
      owner === undefined
        ? { kind: 'missing', what: 'Nobody is named as the owner.', add: ['Add ', code('owner:'), ' to the page.'] }
        : { kind: 'line', text: ['Owner: ', owner] },
      review === undefined
        ? {
            kind: 'missing',
            what: 'No date of review is set.',
            add: ['Add ', code('reviewBy:'), ' to the page.'],
          }
        : { kind: 'line', text: ['Review by: ', review] },
      ...approvalBlocks(source),
      signed !== undefined &&
        signed.damaged > 0 && {
          kind: 'line',
          text: `${formatNumber(signed.damaged)} signed statements about this run do not verify: see \`daybook fsck\`.`,
        },
    ),
  }
}

function approvalBlocks(source: DocumentSource): readonly Block[] {
  const given = signOffs(source)
  const awaited = demandsOf(source.view).filter(({ by }) => by === undefined)
  return blocks(
    awaited.length > 0 && {
      kind: 'line',
      text: ['Before it deploys, the page waits for: ', awaited.map(({ role }) => role).join(', '), '.'],
    },
    given.length > 0 && {
      kind: 'table',
      title: 'Signed off; each signature was verified by the key beside it',
      columns: [{ name: 'Role' }, { name: 'When' }, { name: 'Key' }, { name: 'Note' }],
      rows: given.map(({ role, at, key, note }) => [role, formatTime(at), code(key.slice(0, 16)), note]),
    },
    given.length === 0 &&
      source.signed === undefined && {
        kind: 'line',
        text: 'Sign-offs are given after a run: a document written from the store lists them.',
      },
    given.length === 0 &&
      source.signed !== undefined && {
        kind: 'missing',
        what: 'Nobody has signed this run off.',
        add: [code('daybook approve RUN --role validator --note TEXT --key FILE'), ' signs it.'],
      },
  )
}

function limitSection(source: DocumentSource, notes: readonly Note[]): Section {
  const assumptions = passage(notes, headings.assumptions)
  return {
    id: 'limitations',
    title: 'Limitations',
    blocks: blocks(
      said(source, 'limitations', 'The page names no limitations, which does not mean that there are none.'),
      assumptions && { kind: 'prose', text: assumptions.text },
    ),
  }
}

function warningSection({ warnings }: DocumentSource): Section {
  const items = (silenced: boolean): readonly Line[] =>
    warnings
      .filter((warning) => (warning.silenced !== undefined) === silenced)
      .map(({ cell, code: name, message, silenced }) => [
        code(name),
        ' in cell ',
        code(cell),
        ': ',
        ...quoted(message),
        ...(silenced === undefined ? [] : [` Silenced: ${silenced}`]),
      ])
  const [open, quiet] = [items(false), items(true)]
  return {
    id: 'warnings',
    title: 'Warnings',
    blocks: blocks(
      open.length === 0 && { kind: 'line', text: quiet.length === 0 ? 'None were given.' : 'None stand open.' },
      open.length > 0 && { kind: 'list', items: open },
      quiet.length > 0 && { kind: 'line', text: 'Silenced by the page, each with its reason:' },
      quiet.length > 0 && { kind: 'list', items: quiet },
    ),
  }
}
