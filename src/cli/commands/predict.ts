import type { Json } from '../../base/json.ts'
import { openRunModel, openStore, scoreFile, scoreFileOptions, storeFolder } from '../../index.ts'
import type { Prediction } from '../../model/index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

interface PredictOptions extends CommonOptions {
  readonly format?: 'jsonl' | 'csv'
}

/** Scores a file: one line a row on stdout, in the order of the file; with `--json` all of them in one document. */
export async function predict(run: string, file: string, options: PredictOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const predictions = scoreFile(file, await openRunModel(store, record), scoreFileOptions(record.result.page))
  if (terminal.json) {
    const rows: Json[] = []
    for await (const row of predictions) rows.push(row as unknown as Json)
    terminal.envelope({ formatVersion: '1.0', ok: true, run: record.id, predictions: rows })
    return 0
  }
  const write = async (line: string) => {
    if (!process.stdout.write(`${line}\n`)) await new Promise((drained) => process.stdout.once('drain', drained))
  }
  let count = 0
  for await (const row of predictions) {
    if (options.format === 'csv') {
      const cells = flat(row)
      if (count === 0) await write(Object.keys(cells).map(csvField).join(','))
      await write(Object.values(cells).map(csvField).join(','))
    } else await write(JSON.stringify(row))
    count++
  }
  terminal.message(`${count} ${count === 1 ? 'row' : 'rows'} scored by run ${record.id} of ${record.pipeline}.`)
  return 0
}

/** `{ probabilities: { yes: 0.2 } }` as `{ "probabilities.yes": 0.2 }`. */
function flat(row: Prediction): Record<string, string | number | boolean> {
  const cells: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(row)) {
    if (typeof value !== 'object') cells[name] = value as string | number | boolean
    else
      for (const [inner, number] of Object.entries(value as Record<string, number>)) cells[`${name}.${inner}`] = number
  }
  return cells
}

function csvField(value: string | number | boolean): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
