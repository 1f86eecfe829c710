import { digestJson } from '../../base/digest.ts'
import { formatNumber, formatTime, formatValue } from '../numbers.ts'
import { blocks, code, type Line, type Section } from './blocks.ts'
import { environmentOf, pluginsOf } from './recorded.ts'
import type { DocumentSource } from './source.ts'

/** Digests of all that went in and came out, what it ran on, and where it stands in the ledger. */
export function provenanceSection(source: DocumentSource): Section {
  const { record, view, signed } = source
  const { result, observed } = record
  const codes = new Map(pluginsOf(view).map((one) => [one.plugin, one.code]))
  const { patch, lockfile, v8, timeZone, locale } = environmentOf(record)
  const facts: readonly (readonly [string, Line | undefined])[] = [
    ['Page text, SHA-256', code(record.page.digest)],
    ['Resolved page, SHA-256', code(digestJson(result.page))],
    ['Changed by --set', record.overrides.map(({ path, value }) => `${path}=${formatValue(value)}`).join(', ')],
    ['Git commit', observed.git && code(observed.git.commit)],
    ['Uncommitted changes', observed.git && uncommitted(observed.git.dirty, patch)],
    ['Lock file of packages', lockfile && [lockfile.file, ' ', code(lockfile.digest)]],
    ['Split assignment, SHA-256', code(result.split.assignment)],
    ['Run before this one', record.previous === null ? 'none of this pipeline in this store' : code(record.previous)],
    ['Ledger entry', signed && [`${formatNumber(signed.entry.number)}, `, code(signed.entry.entry)]],
    ['Record, SHA-256', signed && code(signed.entry.files.record)],
    ['Provenance signed by key', signed && signed.provenance.length > 0 ? keys(signed.provenance) : undefined],
    ['Started', formatTime(observed.startedAt)],
    ['Node', v8 === undefined ? observed.node : `${observed.node}, V8 ${v8}`],
    ['System', `${observed.os} ${observed.arch}, ${observed.cpu}, ${formatNumber(observed.threads)} threads`],
    ['Time zone and locale', [timeZone, locale].filter(Boolean).join(', ')],
    ['Run by', observed.user],
  ]
  return {
    id: 'provenance',
    title: 'Provenance',
    blocks: blocks(
      { kind: 'facts', rows: facts.flatMap(([name, value]) => (value ? [[name, value] as const] : [])) },
      {
        kind: 'table',
        title: 'Cells, the code that ran and what came out',
        columns: [
          { name: 'Cell' },
          { name: 'Plugin' },
          { name: 'State' },
          { name: 'Code, SHA-256' },
          { name: 'Output, SHA-256' },
        ],
        rows: view.cells.map(({ id, plugin, state, output }) => [
          code(id),
          code(plugin),
          state,
          plugin.startsWith('engine:') ? 'Daybook itself' : digestOf(codes.get(plugin)),
          digestOf(output),
        ]),
      },
    ),
  }
}

function digestOf(digest: string | null | undefined): Line {
  return digest ? code(digest) : '—'
}

function uncommitted(dirty: boolean, patch: string | undefined): Line {
  if (!dirty) return 'none'
  return patch === undefined ? 'yes, not recorded which' : ['yes, patch ', code(patch)]
}

function keys(ids: readonly string[]): Line {
  return ids.flatMap((id, i) => [i === 0 ? '' : ', ', code(id.slice(0, 16))])
}

/** How to check the card. */
export function reproduceSection({ record }: DocumentSource): Section {
  return {
    id: 'check',
    title: 'How to check this card',
    blocks: [
      {
        kind: 'line',
        text: [
          'Every figure is read from the record of the run. ',
          code(`daybook verify ${record.id}`),
          ' replays it in a clean store and compares every cell. ',
          code(record.observed.command),
          ' runs the page again, which must give the run digest above.',
        ],
      },
    ],
  }
}
