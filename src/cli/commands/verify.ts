import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../../base/json.ts'
import { attestedBy, openStore, storeFolder, type Verification, verifyPackage, verifyRun } from '../../index.ts'
import { alignColumns, type Terminal } from '../output.ts'
import { Progress } from '../progress.ts'
import type { CommonOptions } from './options.ts'
import { keyToVerifyBy } from './sign.ts'

/** Exit codes by verdict. */
const exits = { identical: 0, different: 4, unverifiable: 1 } as const

interface VerifyCommandOptions extends CommonOptions {
  readonly data?: readonly string[]
  readonly key?: string
}

/** Verifies a package: a folder that holds its list. */
async function verifyFolder(folder: string, terminal: Terminal): Promise<number> {
  const { verdict, manifest, examples, faults } = await verifyPackage(folder)
  const { target, model, files } = manifest
  terminal.envelope({ formatVersion: '1.0', verdict, package: folder, target, model, examples, notes: [...faults] })
  for (const fault of faults) terminal.result(`differs ${fault}`)
  const what = `${Object.keys(files).length} files, ${examples} examples replayed`
  const mark = terminal.paint(verdict === 'identical' ? 'green' : 'red', verdict)
  terminal.result(`verdict ${mark}: package by ${target}${faults.length > 0 ? '' : `, ${what}`}, model ${model}`)
  return exits[verdict]
}

/** Replays a run in a clean store and says whether every cell gave the same bytes again. */
export async function verify(word: string, options: VerifyCommandOptions, terminal: Terminal): Promise<number> {
  if (existsSync(join(word, 'daybook-package.json'))) return verifyFolder(word, terminal)
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(word)
  const signed = options.key === undefined ? [] : await attestedBy(record, keyToVerifyBy(options.key), store)
  const progress = new Progress(terminal)
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt)
  let verification: Verification
  try {
    const events = verifyRun(record, {
      store: store.folder,
      threads: options.threads ?? availableParallelism(),
      env: process.env,
      signal: stop.signal,
      ...(options.data && { data: options.data }),
    })
    let next = await events.next()
    for (; !next.done; next = await events.next()) progress.show(next.value)
    verification = next.value
  } finally {
    progress.close()
    process.removeListener('SIGINT', interrupt)
  }
  const statements = signed.map(({ kind, key, approval }) => ({ kind, key, ...approval }))
  terminal.envelope({
    formatVersion: '1.0',
    ...(options.key !== undefined && { signed: statements }),
    ...(verification as unknown as { readonly [key: string]: Json }),
  })
  for (const { kind, key, approval } of signed) {
    const what = kind === 'provenance' ? 'attested' : `approved as ${approval?.role}, ${approval?.at}`
    terminal.result(`signed  ${what}, by key ${key}`)
  }
  print(verification, terminal)
  return exits[verification.verdict]
}

function print({ verdict, run, cells, first, notes }: Verification, terminal: Terminal): void {
  const mark = terminal.paint(verdict === 'identical' ? 'green' : 'red', verdict)
  const short = (digest: string | null): string => digest?.slice(0, 12) ?? '-'
  if (verdict !== 'unverifiable') {
    const rows = cells.map(({ id, expected, actual, same }) => [
      id,
      short(expected),
      short(actual),
      same ? '' : 'DIFFERS',
    ])
    for (const line of alignColumns([['cell', 'recorded', 'replayed', ''], ...rows])) terminal.result(line)
    terminal.result()
  }
  terminal.result(`verdict ${mark}: run ${run}${first === null ? '' : `, first at cell ${first}`}`)
  for (const note of notes) terminal.result(`note    ${note}`)
}
