import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { fail, failAll } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import {
  attestedBy,
  checkRelied,
  openStore,
  storeFolder,
  type Verification,
  verifyFolder,
  verifyRun,
} from '../../index.ts'
import { keysToVerifyBy } from '../keys.ts'
import { alignColumns, type Terminal } from '../output.ts'
import { Progress } from '../progress.ts'
import type { CommonOptions } from './options.ts'

/** Exit codes by verdict. */
const exits = { identical: 0, different: 4, unverifiable: 1 } as const

interface VerifyCommandOptions extends CommonOptions {
  readonly data?: readonly string[]
  readonly key?: readonly string[]
}

/** Replays a run in a clean store and says whether every cell gave the same bytes again. */
export async function verify(word: string, options: VerifyCommandOptions, terminal: Terminal): Promise<number> {
  if (isFolder(word)) return verifySigned(word, options, terminal)
  const keys = options.key === undefined ? undefined : keysToVerifyBy(options.key)
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(word)
  const signed = keys === undefined ? [] : await attestedBy(record, keys, store)
  const broken = await checkRelied(record, store)
  if (broken.length > 0) throw failAll(broken)
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
  const statements = signed.map(({ kind, key, trusted, approval }) => ({ kind, key, trusted, ...approval }))
  const trusted = new Set(keys?.map(({ id }) => id))
  const relied = (record.approvals ?? []).map(({ role, by, run }) => ({
    role,
    by,
    run,
    ...(keys !== undefined && { trusted: by !== null && trusted.has(by) }),
  }))
  terminal.envelope({
    formatVersion: '1.0',
    ...(keys !== undefined && { signed: statements }),
    ...(relied.length > 0 && { approvals: relied }),
    ...(verification as unknown as { readonly [key: string]: Json }),
  })
  for (const { kind, key, approval, trusted } of signed) {
    const what = kind === 'provenance' ? 'attested' : `approved as ${approval?.role}, ${approval?.at}`
    terminal.result(
      `signed  ${what}, by key ${key}${trusted ? '' : terminal.paint('yellow', ' (not among those trusted)')}`,
    )
  }
  for (const { role, by, run, trusted } of relied) {
    const whom = by === null ? 'waited for' : `by key ${by}, of run ${run}`
    const doubt = by !== null && trusted === false ? terminal.paint('yellow', ' (not among those trusted)') : ''
    terminal.result(`approve ${role}: ${whom}${doubt}`)
  }
  print(verification, terminal)
  return exits[verification.verdict]
}

/** A folder of files, not the name of a run: it has a path, or a signature. */
function isFolder(word: string): boolean {
  const found = statSync(word, { throwIfNoEntry: false })
  return found?.isDirectory() === true && (/[/\\]/.test(word) || existsSync(join(word, 'model.sig')))
}

/** Holds a folder against the signature in it. */
async function verifySigned(folder: string, { key }: VerifyCommandOptions, terminal: Terminal): Promise<number> {
  if (key === undefined)
    throw fail(
      'CLI_USAGE',
      { reason: 'a folder is held against a key that is trusted' },
      { hint: 'Name its public key: `--key FILE`.' },
    )
  const verified = await verifyFolder(folder, keysToVerifyBy(key))
  const { model, rootDigest, resources, ignored } = verified
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    verdict: 'identical',
    folder: resolve(folder),
    model,
    digest: rootDigest,
    key: verified.key,
    files: resources.length,
    ignored: [...ignored],
  })
  const beside = ignored.filter((path) => path !== 'model.sig')
  terminal.result(`signed  ${model}: ${resources.length} files, by key ${verified.key}`)
  if (beside.length > 0) terminal.result(`note    not covered by its own word: ${beside.join(', ')}`)
  terminal.result(
    `verdict ${terminal.paint('green', 'identical')}: every file is what was signed, and there is no other`,
  )
  return exits.identical
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
