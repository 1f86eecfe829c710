import type { JsonObject } from '../base/json.ts'
import { closed, count, digest, list, number, orNull, text, time } from './schema-forms.ts'

/** Schema of a record's `observed`: times, machine, versions. */
export function observedSchema(): JsonObject {
  return closed(
    'What was seen around the run. Never part of `digest`.',
    {
      startedAt: time('Start, by the clock of the machine.'),
      finishedAt: time('End.'),
      durationMs: number('Duration by a clock that is never set back.'),
      tool: text('Daybook and its version.'),
      node: text('Version of Node.js.'),
      v8: text('Version of V8.'),
      icu: text('Version of ICU.'),
      os: text('Operating system.'),
      arch: text('Architecture.'),
      cpu: text('Processor.'),
      cpus: count('Processors that could be used.'),
      threads: count('Threads that were used.'),
      user: text('Who ran it, by the operating system.'),
      timeZone: text('Time zone of the process.'),
      locale: text('Locale of the process.'),
      command: text('Command that repeats it; empty where there was none.'),
      pageFile: text('File of the page, as it was named.'),
      cells: list(
        'Cells, in order.',
        closed('How a cell came to its output.', {
          id: text('Id of the cell.'),
          state: { enum: ['ran', 'cached', 'failed', 'skipped'], description: 'What became of it.' },
          key: orNull(digest('Key of the cache.')),
          ms: number('Time of its plugin alone, in milliseconds.'),
          madeBy: orNull(text('Run that made the output: another one where it was cached.')),
          shown: orNull(digest('Object with what it showed.')),
          code: orNull(digest('Digest of the code of its plugin; null for parts of the engine.')),
        }),
      ),
      inputs: list(
        'Files that sources read.',
        closed('A file.', {
          cell: text('Source.'),
          param: text('Param that names it.'),
          location: text('As the page writes it: `${env:NAME}` unresolved.'),
          digest: digest('SHA-256 of its bytes.'),
          bytes: count('Size.'),
        }),
      ),
      plugins: list(
        'Every plugin of the page.',
        closed(
          'A plugin.',
          {
            cell: text('Where the page uses it: id of the cell, `evaluate.auc`, `optimizer`.'),
            kind: {
              enum: ['data', 'preprocess', 'algorithm', 'optimizer', 'compress', 'metric', 'deploy'],
              description: 'Kind of plugin.',
            },
            plugin: text('Name and version.'),
            origin: { enum: ['built-in', 'npm', 'local'], description: 'Where it comes from.' },
            package: text('Package and version that it comes from.'),
            code: digest('Digest of its code; from npm, with its locked dependencies.'),
          },
          ['package'],
        ),
      ),
      git: closed('Where the folder of the page stood in Git; absent where there is none.', {
        commit: text('Commit.', '^[0-9a-f]{40,64}$'),
        dirty: { type: 'boolean', description: 'Were files changed that Git knows?' },
        patch: orNull(digest('SHA-256 of the patch to the commit; null where there is none or it is too large.')),
      }),
      lockfile: orNull(
        closed('The nearest lockfile of a package manager, upward from the page; null where there is none.', {
          file: text('Its path from the folder of the page.'),
          digest: digest('SHA-256 of its bytes.'),
        }),
      ),
    },
    ['git'],
  )
}
