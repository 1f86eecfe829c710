import { fail } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { openRunModel, openStore, scoreFile, scoreFileOptions, storeFolder } from '../../index.ts'
import { checkReasons, type Model, type Prediction, type ReasonOptions } from '../../model/index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

interface PredictOptions extends CommonOptions {
  readonly format?: 'jsonl' | 'csv'
  readonly reasons?: number
  readonly of?: string
}

/** Scores a file: one line a row on stdout, in the order of the file; with `--json` all of them in one document. */
export async function predict(run: string, file: string, options: PredictOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const model = await openRunModel(store, record)
  const reasons = reasonsAsked(options, model)
  const predictions = scoreFile(file, model, { ...scoreFileOptions(record.result.page), reasons })
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
      const cells = flat(row, reasons?.count ?? 0)
      if (count === 0) await write(Object.keys(cells).map(csvField).join(','))
      await write(Object.values(cells).map(csvField).join(','))
    } else await write(JSON.stringify(row))
    count++
  }
  terminal.message(`${count} ${count === 1 ? 'row' : 'rows'} scored by run ${record.id} of ${record.pipeline}.`)
  return 0
}

/** @throws DaybookError CLI_USAGE, MODEL_REASON_CLASS, MODEL_NO_REASONS */
function reasonsAsked({ reasons: count, of }: PredictOptions, model: Model): ReasonOptions | undefined {
  if (count === undefined && of === undefined) return undefined
  if (count === undefined)
    throw fail('CLI_USAGE', { reason: '`--of` says for which class there are reasons' }, { hint: 'Add --reasons N.' })
  checkReasons(model.signature, { count, of })
  return { count, of }
}

/**
 * `{ probabilities: { yes: 0.2 } }` as `{ "probabilities.yes": 0.2 }`, and so many reasons behind it: rows with fewer leave them
 * empty, so that all rows have the same cells.
 */
function flat({ reasons = [], ...row }: Prediction, most: number): Record<string, string | number | boolean> {
  const cells: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(row)) {
    if (typeof value !== 'object') cells[name] = value as string | number | boolean
    else
      for (const [inner, number] of Object.entries(value as Record<string, number>)) cells[`${name}.${inner}`] = number
  }
  for (let i = 0; i < most; i++) {
    const { column = '', contribution = '', reason = '' } = reasons[i] ?? {}
    Object.assign(cells, {
      [`reasons.${i + 1}.column`]: column,
      [`reasons.${i + 1}.contribution`]: contribution,
      [`reasons.${i + 1}.reason`]: reason,
    })
  }
  return cells
}

function csvField(value: string | number | boolean): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
