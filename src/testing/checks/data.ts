import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { JsonObject } from '../../base/json.ts'
import type { Frame, Table } from '../../frame/index.ts'
import type { ParamsSchema } from '../../plugin/api.ts'
import { nearlyEqual, plainValues } from '../example-frame.ts'
import type { Check } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'
import type { Subject } from '../subject.ts'

export function dataChecks(subject: Subject<'data'>): Check[] {
  const { plugin } = subject
  const { example } = plugin
  const inputs = new Map<string, Frame>(Object.entries(subject.options.inputs ?? {}))
  if (plugin.inputs === 'some' && inputs.size === 0)
    return [{ name: 'there are frames to read', run: () => ['pass the option `inputs`: the frames that `from` names'] }]

  const read = async (params: JsonObject, folder: string, how?: { threads?: number; memory?: 0 | 1 }): Promise<Table> =>
    subject.call('read', () => plugin.read(params, { ...subject.context(params, how), inputs }), folder)

  return [
    {
      name: 'example is true',
      async *run() {
        if (example === undefined) {
          const other = plugin.synthetic === true || plugin.inputs === 'some' || subject.options.files !== undefined
          return other ? undefined : yield 'there is no `example`, and the option `files` is not passed'
        }
        yield* await inFolder(example.files, async (folder) => {
          const rows = plainRows(await read(located(plugin.params, subject.fill(example.params), folder), folder))
          const said = JSON.stringify(example.gives)
          return nearlyEqual(rows, example.gives, 1e-9)
            ? []
            : [`it gives ${JSON.stringify(rows)}, the example says ${said}`]
        })
      },
    },
    {
      name: 'reading twice gives the same rows, with 1 and 3 threads',
      async *run() {
        const given = example === undefined ? subject.generalParams : subject.fill(example.params)
        if (given === undefined) return yield 'pass the option `params`'
        yield* await inFolder(example?.files ?? subject.options.files, async (folder) => {
          const params = located(plugin.params, given, folder)
          const before = fingerprint([...inputs.values()])
          const first = await read(params, folder)
          const found = lengthFaults(first)
          if (fingerprint(first) !== fingerprint(await read(params, folder, { memory: 1 })))
            found.push('two reads differ')
          if (fingerprint(first) !== fingerprint(await read(params, folder, { threads: 3 })))
            found.push('3 threads read other rows than 1')
          if (before !== fingerprint([...inputs.values()])) found.push('read changed a frame that it was given')
          return found
        })
      },
    },
  ]
}

/** Runs `work` in a folder of its own that holds the example's files. */
async function inFolder<T>(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-example-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Params whose locations are absolute paths in `folder`, as the engine hands them over. */
function located(schema: ParamsSchema, params: JsonObject, folder: string): JsonObject {
  const placed = Object.entries(params).map(([name, value]) => {
    const one = schema[name]
    if (typeof value === 'string' && one?.location === true) return [name, join(folder, value)]
    if (Array.isArray(value) && one?.items?.location === true)
      return [name, value.map((path) => join(folder, String(path)))]
    return [name, value]
  })
  return Object.fromEntries(placed) as JsonObject
}

function lengthFaults({ rows, columns }: Table): string[] {
  return columns.flatMap((column) => {
    const length = column.type === 'sparse' ? column.starts.length - 1 : column.values.length
    return length === rows ? [] : [`\`${column.name}\` has ${length} values, the table says ${rows} rows`]
  })
}

/** A table's rows as an example writes them; untyped values are their text. */
function plainRows({ rows, columns }: Table): JsonObject[] {
  const values = columns.map((column) => (column.type === 'untyped' ? column.values : plainValues(column, rows)))
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(({ name }, i) => [name, values[i]?.[row] ?? null])),
  )
}
