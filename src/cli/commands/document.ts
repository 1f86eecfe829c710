import { writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { fail } from '../../base/errors.ts'
import {
  type DocumentKind,
  openStore,
  postEvents,
  type RunRecord,
  type Signed,
  type Store,
  signedFor,
  storeFolder,
  writeDocument,
} from '../../index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

interface DocumentOptions extends CommonOptions {
  readonly as?: DocumentKind
  readonly out?: string
  readonly post?: string
}

/** Writes a document made of a run's record to a file, to stdout or, lineage events alone, to a collector. */
export async function document(run: string, options: DocumentOptions, terminal: Terminal): Promise<number> {
  const kind = options.as ?? 'model-card'
  if (options.post !== undefined && kind !== 'open-lineage')
    throw fail('CLI_USAGE', { reason: '`--post` sends lineage events: it needs `--as open-lineage`' })
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const text = await writeDocument(
    kind,
    record,
    (digest) => store.objects.get(digest),
    await signed(record, store, terminal),
  )
  const file = options.out === undefined ? null : resolve(options.out)
  if (file !== null) await write(file, text)
  const posted = options.post === undefined ? null : await post(text, options.post)
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    run: record.id,
    document: kind,
    file,
    ...(posted !== null && { posted }),
    ...(file === null && posted === null && { text }),
  })
  if (file !== null) terminal.result(relative('.', file))
  if (posted !== null) terminal.result(`${posted.events} events sent to ${posted.url}`)
  if (file === null && posted === null) terminal.result(text.trimEnd())
  return 0
}

/** What the record holds can be printed though the ledger or the signatures beside it are damaged. */
async function signed(record: RunRecord, store: Store, terminal: Terminal): Promise<Signed | undefined> {
  try {
    return await signedFor(record, store)
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    terminal.problem(`The document says nothing of the ledger and of sign-offs: ${reason}. See daybook fsck.`)
    return undefined
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (thrown) {
    const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
    throw fail('CLI_USAGE', { reason: `${file} cannot be written: ${reason}` })
  }
}

async function post(lines: string, url: string): Promise<{ readonly url: string; readonly events: number }> {
  const events = await postEvents(lines, url, { token: process.env.DAYBOOK_OPENLINEAGE_TOKEN || undefined })
  const { origin, pathname } = new URL(url)
  return { url: `${origin}${pathname}`, events }
}
