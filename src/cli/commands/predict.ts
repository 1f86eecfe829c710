import { resolve } from 'node:path'
import { fail } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import {
  openPackage,
  openRunModel,
  openStore,
  type ScoreFileOptions,
  scoreFile,
  scoreFileOptions,
  storeFolder,
} from '../../index.ts'
import { checkReasons, type Model, type Prediction, type ReasonOptions } from '../../model/index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'
import { isFolder } from './verify-folder.ts'

interface PredictOptions extends CommonOptions {
  readonly format?: 'jsonl' | 'csv'
  readonly reasons?: number
  readonly of?: string
}

/** Scores a file: one line a row on stdout, in the order of the file; with `--json` all of them in one document. */
export async function predict(run: string, file: string, options: PredictOptions, terminal: Terminal): Promise<number> {
  const { model, form, shown, named } = isFolder(run) ? await packaged(run) : await recorded(run, options)
  const reasons = reasonsAsked(options, model)
  const predictions = scoreFile(file, model, { ...form, reasons })
  if (terminal.json) {
    const rows: Json[] = []
    for await (const row of predictions) rows.push(row as unknown as Json)
    terminal.envelope({ formatVersion: '1.0', ok: true, ...named, predictions: rows })
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
  terminal.message(`${count} ${count === 1 ? 'row' : 'rows'} scored by ${shown}.`)
  return 0
}

/** What scores, how files are read for it, and how it is called. */
interface Scoring {
  readonly model: Model
  readonly form: ScoreFileOptions
  readonly shown: string
  readonly named: { readonly run: string } | { readonly package: string; readonly model: string }
}

async function recorded(run: string, options: CommonOptions): Promise<Scoring> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  return {
    model: await openRunModel(store, record),
    form: scoreFileOptions(record.result.page),
    shown: `run ${record.id} of ${record.pipeline}`,
    named: { run: record.id },
  }
}

/** A package does not say how the page's files are written: plain CSV is read. */
async function packaged(folder: string): Promise<Scoring> {
  const { model, manifest } = await openPackage(folder)
  const named = { package: resolve(folder), model: model.digest }
  return { model, form: {}, shown: `the package of ${manifest.pipeline} in ${folder}`, named }
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
