import { formatMetric, formatNumber } from '../numbers.ts'
import { blocks, code, figures, type Line, type Section } from './blocks.ts'
import type { CheckKind } from './recorded.ts'
import type { DocumentSource } from './source.ts'

/** What was looked for in the data, how near it came, and whether the parts of the split are apart. */
export function checkSection({ checks }: DocumentSource): Section {
  const [id, title] = ['checks', 'Checks of the data']
  if (checks === undefined)
    return {
      id,
      title,
      blocks: [
        {
          kind: 'missing',
          what: 'This run looked for no leaks and no faults in its data.',
          add: 'Run the page again.',
        },
      ],
    }
  return {
    id,
    title,
    blocks: blocks(
      checks.apart !== undefined && {
        kind: 'line',
        text: checks.apart
          ? 'Proven by the digests of the row keys: training, validation and test rows are apart, and so are the rows that each fold trained on and scored.'
          : 'THE PARTS SHARE ROWS: rows that trained were scored as well.',
      },
      {
        kind: 'table',
        title: 'What was looked for, and the worst that was seen',
        columns: [
          { name: 'Kind' },
          figures('Looked at'),
          { name: 'Worst' },
          figures('Value'),
          figures('Threshold'),
          figures('Found'),
        ],
        rows: checks.kinds.map(row),
      },
    ),
  }
}

function row({ code: name, looked, of, worst, threshold, found }: CheckKind): readonly Line[] {
  return [
    code(name),
    `${formatNumber(looked)} ${of}`,
    worst?.column === undefined ? '—' : code(worst.column),
    formatMetric(worst?.value),
    threshold === undefined ? '—' : formatNumber(threshold),
    formatNumber(found),
  ]
}
