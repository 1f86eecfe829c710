import { writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { type DocumentKind, openStore, storeFolder, writeDocument } from '../../index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

interface DocumentOptions extends CommonOptions {
  readonly as?: DocumentKind
  readonly out?: string
}

/** Writes a document made of a run's record to a file, or to stdout. */
export async function document(run: string, options: DocumentOptions, terminal: Terminal): Promise<number> {
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const kind = options.as ?? 'model-card'
  const text = await writeDocument(kind, record, (digest) => store.objects.get(digest))
  const file = options.out === undefined ? null : resolve(options.out)
  if (file !== null) await writeFile(file, text)
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    run: record.id,
    document: kind,
    file,
    ...(file === null && { text }),
  })
  terminal.result(file === null ? text.trimEnd() : relative('.', file))
  return 0
}
