import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { fail, failAll } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import {
  type ArchiveVerification,
  attestedBy,
  checkRelied,
  openStore,
  type RunEvent,
  type RunRecord,
  type Store,
  sampleRun,
  storeFolder,
  type TrustedAttestation,
  type Verification,
  verifyArchive,
  verifyDigests,
  verifyRun,
} from '../../index.ts'
import { keysToVerifyBy } from '../keys.ts'
import { alignColumns, type Terminal } from '../output.ts'
import { Progress } from '../progress.ts'
import type { CommonOptions } from './options.ts'
import { isFolder, verifyFolder } from './verify-folder.ts'

/** Exit codes by verdict. */
const exits = { identical: 0, different: 4, unverifiable: 1 } as const

interface VerifyCommandOptions extends CommonOptions {
  readonly data?: readonly string[]
  readonly key?: readonly string[]
  /** False for `--no-replay`. */
  readonly replay?: boolean
  readonly runCode?: boolean
  /** A share above 0 and up to 1. */
  readonly sample?: number
  readonly seed?: number
}

/** Says whether a run, or the run in an archive, is what it claims to be. */
export async function verify(word: string, options: VerifyCommandOptions, terminal: Terminal): Promise<number> {
  if (options.sample !== undefined && options.replay === false)
    throw fail('CLI_USAGE', { reason: '`--sample` runs cells again, `--no-replay` runs none: name one of them' })
  if (isFolder(word)) return verifyFolder(word, options.key, terminal)
  return isFile(word) ? verifyFile(word, options, terminal) : verifyStored(word, options, terminal)
}

/** A path is a file; all else is looked up in the ledger. */
function isFile(word: string): boolean {
  return /[/\\]|\.tar$/.test(word)
}

/** A run of the store: replayed, sampled, or its files alone. */
async function verifyStored(word: string, options: VerifyCommandOptions, terminal: Terminal): Promise<number> {
  const { key, replay = true, sample } = options
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const entry = await store.runs.find(word)
  if (!replay && key === undefined) return conclude(await verifyDigests(entry, store), undefined, terminal)
  const record = await store.runs.read(entry.run)
  const signed = await signedBy(record, key, store)
  const relied = reliedJson(record, key)
  if (!replay) return conclude(await verifyDigests(entry, store), signed, terminal, relied)
  const broken = await checkRelied(record, store)
  if (broken.length > 0) throw failAll(broken.map(({ error }) => error))
  const verification = await watched(terminal, async (signal, show) => {
    const settings = { ...settingsOf(options), store: store.folder, signal }
    if (sample === undefined) return show(verifyRun(record, settings))
    const seed = options.seed ?? randomInt(2 ** 31)
    return sampleRun(record, store, { ...settings, share: sample, seed })
  })
  return conclude(verification, signed, terminal, relied)
}

/** Approvals that a run relied on, and whether their keys are among those that are trusted, where any are named. */
interface ReliedApproval {
  readonly role: string
  readonly by: string | null
  readonly run: string | null
  readonly trusted?: boolean
}

function reliedJson(
  { approvals = [] }: Pick<RunRecord, 'approvals'>,
  key: readonly string[] | undefined,
): readonly ReliedApproval[] {
  const trusted = key && new Set(keysToVerifyBy(key).map(({ id }) => id))
  return approvals.map(({ role, by, run }) => ({
    role,
    by,
    run,
    ...(trusted && { trusted: by !== null && trusted.has(by) }),
  }))
}

/** A run in an archive. */
async function verifyFile(file: string, options: VerifyCommandOptions, terminal: Terminal): Promise<number> {
  const { key, replay = true, runCode = false, sample } = options
  if (sample !== undefined)
    throw fail('CLI_USAGE', { reason: '`--sample` audits the cache of a store: an archive has none' })
  const verification = await watched(terminal, (signal, show) =>
    show(
      verifyArchive(file, {
        ...settingsOf(options),
        signal,
        replay,
        runCode,
        folder: process.cwd(),
        ...(key !== undefined && { keys: keysToVerifyBy(key) }),
      }),
    ),
  )
  const { signed, approvals } = verification
  return conclude(verification, key && signed, terminal, reliedJson({ approvals }, key))
}

function settingsOf({ threads, data }: VerifyCommandOptions) {
  return { threads: threads ?? availableParallelism(), env: process.env, ...(data && { data }) }
}

type Show = <Result>(events: AsyncGenerator<RunEvent, Result>) => Promise<Result>

/** Shows the events of a replay, and stops it at an interrupt. */
async function watched<Result>(
  terminal: Terminal,
  work: (signal: AbortSignal, show: Show) => Promise<Result>,
): Promise<Result> {
  const progress = new Progress(terminal)
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt)
  try {
    return await work(stop.signal, async (events) => {
      for (;;) {
        const next = await events.next()
        if (next.done) return next.value
        progress.show(next.value)
      }
    })
  } finally {
    progress.close()
    process.removeListener('SIGINT', interrupt)
  }
}

/** Statements about a run, where keys were asked for. */
async function signedBy(
  record: RunRecord,
  key: readonly string[] | undefined,
  store: Store,
): Promise<readonly TrustedAttestation[] | undefined> {
  return key === undefined ? undefined : attestedBy(record, keysToVerifyBy(key), store)
}

function conclude(
  verification: Verification | ArchiveVerification,
  signed: readonly TrustedAttestation[] | undefined,
  terminal: Terminal,
  relied: readonly ReliedApproval[] = [],
): number {
  const statements = signed?.map(({ kind, key, trusted, approval }) => ({ kind, key, trusted, ...approval }))
  terminal.envelope({
    formatVersion: '1.0',
    ...(verification as unknown as { readonly [key: string]: Json }),
    ...(statements !== undefined && { signed: statements }),
    ...(relied.length > 0 && { approvals: relied.map((one) => ({ ...one })) }),
  })
  const doubt = (trusted: boolean | undefined) =>
    trusted === false ? terminal.paint('yellow', ' (not among those trusted)') : ''
  for (const { kind, key, approval, trusted } of signed ?? []) {
    const what = kind === 'provenance' ? 'attested' : `approved as ${approval?.role}, ${approval?.at}`
    terminal.result(`signed  ${what}, by key ${key}${doubt(trusted)}`)
  }
  for (const { role, by, run, trusted } of relied)
    terminal.result(
      by === null ? `approve ${role}: waited for` : `approve ${role}: by key ${by}, of run ${run}${doubt(trusted)}`,
    )
  print(verification, terminal)
  return exits[verification.verdict]
}

function print(verification: Verification | ArchiveVerification, terminal: Terminal): void {
  const { verdict, run, cells, first, notes, files, sample } = verification
  const mark = terminal.paint(verdict === 'identical' ? 'green' : 'red', verdict)
  const short = (digest: string | null): string => digest?.slice(0, 12) ?? '-'
  if (verdict !== 'unverifiable' && cells.length > 0) {
    const rows = cells.map(({ id, expected, actual, same }) => [
      id,
      short(expected),
      short(actual),
      same ? '' : 'DIFFERS',
    ])
    for (const line of alignColumns([['cell', 'recorded', 'replayed', ''], ...rows])) terminal.result(line)
    terminal.result()
  }
  if ('sha256' in verification) {
    terminal.result(`archive ${verification.sha256}`)
    terminal.result(`ledger  entry ${verification.entry}`)
  }
  if (files !== undefined) {
    const bad = files.problems.length
    terminal.result(`files   ${files.checked} checked, ${bad === 0 ? 'all as recorded' : `${bad} not as recorded`}`)
    for (const { code, message } of files.problems) terminal.result(`  ${code}  ${inPlain(message)}`)
  }
  if (sample !== undefined)
    terminal.result(
      `sample  ${sample.cells} of ${sample.of} cells; the same again: --sample ${sample.share * 100}% --seed ${sample.seed}`,
    )
  terminal.result(`verdict ${mark}: run ${run}${first === null ? '' : `, first at cell ${first}`}`)
  for (const note of notes) terminal.result(`note    ${inPlain(note)}`)
}

/** Words that can come from an archive, without what a terminal obeys or hides. */
function inPlain(text: string): string {
  return text.replace(/\p{C}/gu, '\ufffd')
}
