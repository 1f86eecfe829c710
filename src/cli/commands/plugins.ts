import { fail } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { openRegistry } from '../../index.ts'
import type { PluginKind } from '../../plugin/api.ts'
import { alignColumns, type Terminal } from '../output.ts'

const kinds: readonly PluginKind[] = ['data', 'preprocess', 'algorithm', 'optimizer', 'compress', 'metric', 'deploy']

/** Lists the built-in plugins, of one kind or all. */
export async function plugins(kind: string | undefined, terminal: Terminal): Promise<number> {
  const asked = kinds.filter((known) => kind === undefined || known === kind)
  if (asked.length === 0) {
    const near = nearest(kind as string, kinds)
    throw fail(
      'CLI_USAGE',
      { reason: `\`${kind}\` is not a kind of plugin` },
      {
        hint: near ? `Did you mean \`${near}\`?` : `Kinds: ${kinds.join(', ')}.`,
      },
    )
  }
  const registry = await openRegistry({ folder: process.cwd() })
  const rows: { kind: string; id: string; version: number; summary: string }[] = []
  for (const kind of asked) {
    for (const id of registry.ids(kind)) {
      const { plugin } = await registry.find(kind, id)
      rows.push({ kind, id, version: plugin.version, summary: plugin.summary })
    }
  }
  terminal.envelope({ formatVersion: '1.0', plugins: rows })
  for (const line of alignColumns(rows.map(({ kind, id, summary }) => [kind, id, summary]))) terminal.result(line)
  return 0
}
