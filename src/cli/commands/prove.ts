import { readFileSync } from 'node:fs'
import { isDigest } from '../../base/digest.ts'
import { fail } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { openRunModel, openStore, type Proof, type ProveOptions, proveReceipt, storeFolder } from '../../index.ts'
import { keysToVerifyBy } from '../keys.ts'
import { printable, type Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'
import { isFolder } from './verify-folder.ts'

interface ProveCommandOptions extends CommonOptions {
  readonly key?: string
  readonly receipt?: string
  readonly row?: string
  readonly package?: string
}

/** Checks a file of receipts, or proves one decision. Exit 4 where something is not as it was written. */
export async function prove(file: string, options: ProveCommandOptions, terminal: Terminal): Promise<number> {
  const usage = (reason: string, hint: string) => fail('CLI_USAGE', { reason }, { hint })
  const { receipt, row, package: by } = options
  if (options.key === undefined)
    throw usage('receipts are held against a key that is trusted', 'Name its public key: `--key FILE`.')
  if (receipt !== undefined && !isDigest(receipt))
    throw usage('that is no receipt’s id', 'It has 64 hex digits, as the answer named it.')
  if ((receipt === undefined && row !== undefined) || (row === undefined && by !== undefined))
    throw usage('a row is held against its receipt', 'Give --receipt ID and --row FILE together.')
  const [key] = keysToVerifyBy([options.key])
  if (key === undefined) throw usage('there is no key', 'Name a public key: `--key FILE`.')
  const proof = await proveReceipt(file, {
    key,
    receipt,
    ...(row !== undefined && { row: readRow(row) }),
    ...(by !== undefined && { by: await scorer(by, options) }),
  })
  const ok = proof.verdict === 'proven'
  const { header: _, ...told } = proof
  terminal.envelope({ formatVersion: '1.0', ok, key: key.id, ...(told as unknown as { readonly [key: string]: Json }) })
  for (const line of lines(proof, terminal)) terminal.result(line)
  for (const fault of proof.faults) terminal.problem(`${terminal.paintMessage('red', 'not so')}  ${printable(fault)}`)
  return ok ? 0 : 4
}

async function scorer(word: string, options: CommonOptions): Promise<ProveOptions['by']> {
  if (isFolder(word)) return { folder: word }
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  return { model: await openRunModel(store, await store.runs.resolve(word)) }
}

function lines(
  { file, receipts, signed, torn, beside, found, sameRow, sameAnswer, faults, head }: Proof,
  terminal: Terminal,
): string[] {
  const good = (text: string): string => `${terminal.paint('green', 'so')}      ${text}`
  const rest = receipts - signed
  const whole = faults.length === 0
  return [
    `${terminal.paint('bold', printable(file))}: ${receipts} decisions, ${signed} of them signed`,
    ...(whole ? [good(`the chain is whole up to ${head}`)] : []),
    ...(rest > 0
      ? [
          `open    the last ${rest} ${rest === 1 ? 'is' : 'are'} chained and not signed: the server ended before it could, or still runs`,
        ]
      : []),
    ...(torn > 0
      ? [`open    a last line was cut off after ${torn} bytes: its decision was not answered, or is gone`]
      : []),
    ...(beside.next === undefined && whole
      ? [
          'open    nothing here shows whether decisions were cut off at the end: compare the head with one kept elsewhere',
        ]
      : []),
    ...(found?.signed
      ? [good(`the receipt stands in line ${found.line}, number ${found.receipt.n}, ${found.receipt.time}`)]
      : []),
    ...(sameRow ? [good('it is of this row')] : []),
    ...(sameAnswer ? [good(`the model answers so again, to the bit: ${JSON.stringify(found?.receipt.output)}`)] : []),
  ]
}

function readRow(file: string): JsonObject {
  try {
    const row: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new TypeError('it is no object of columns')
    return row as JsonObject
  } catch (thrown) {
    const reason = `the row ${file} cannot be read: ${(thrown as Error).message}`
    throw fail('CLI_USAGE', { reason }, { hint: 'It is one JSON object { "column": value }, as it was sent.' })
  }
}
