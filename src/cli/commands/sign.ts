import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { fail } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import {
  type Attestation,
  approve as approveRun,
  attest as attestRun,
  newKeyPair,
  openStore,
  type SigningKey,
  signingKey,
  storeFolder,
  type VerifyingKey,
  verifyingKey,
} from '../../index.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

export interface KeyOptions {
  readonly key?: string
}

/** Makes a key pair: FILE, locked by DAYBOOK_KEY_PASSPHRASE where that is set, and FILE with `.pub` for the public half. */
export async function keyNew(file: string, _: CommonOptions, terminal: Terminal): Promise<number> {
  const passphrase = process.env.DAYBOOK_KEY_PASSPHRASE || undefined
  const publicFile = `${file}.pub`
  for (const one of [file, publicFile]) if (existsSync(one)) throw fail('SIGN_KEY_EXISTS', { file: one })
  const { privatePem, publicPem } = newKeyPair(passphrase)
  await writeFile(file, privatePem, { mode: 0o600, flag: 'wx' })
  await writeFile(publicFile, publicPem, { flag: 'wx' })
  const { id } = verifyingKey(publicPem)
  terminal.envelope({ formatVersion: '1.0', ok: true, key: id, private: resolve(file), public: resolve(publicFile) })
  terminal.result(`key     ${id}`)
  terminal.result(`private ${relative('.', resolve(file))}${passphrase === undefined ? ' (no passphrase)' : ''}`)
  terminal.result(`public  ${relative('.', resolve(publicFile))}`)
  if (passphrase === undefined) terminal.message('Set DAYBOOK_KEY_PASSPHRASE before to lock the private key.')
  return 0
}

/** Signs where a run came from. */
export async function attest(run: string, options: CommonOptions & KeyOptions, terminal: Terminal): Promise<number> {
  const key = keyToSignWith(options)
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  printSigned(await attestRun(record, key, store), record.id, terminal)
  return 0
}

interface ApproveOptions extends CommonOptions, KeyOptions {
  readonly role?: string
  readonly note?: string
}

/** Signs a run off in a role. */
export async function approve(run: string, options: ApproveOptions, terminal: Terminal): Promise<number> {
  const key = keyToSignWith(options)
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const { role = 'reviewer', note = '' } = options
  const at = new Date().toISOString()
  printSigned(await approveRun(record, { role, note, at }, key, store), record.id, terminal)
  return 0
}

/** The key that was named, by `--key` or DAYBOOK_KEY. @throws DaybookError SIGN_NO_KEY, SIGN_BAD_KEY, SIGN_PASSPHRASE */
export function keyToSignWith({ key }: KeyOptions): SigningKey {
  const file = key ?? process.env.DAYBOOK_KEY
  if (!file) throw fail('SIGN_NO_KEY', {})
  return signingKey(readKey(file), process.env.DAYBOOK_KEY_PASSPHRASE || undefined)
}

/** The public key in a file. @throws DaybookError SIGN_BAD_KEY */
export function keyToVerifyBy(file: string): VerifyingKey {
  return verifyingKey(readKey(file))
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    throw fail('SIGN_BAD_KEY', { reason: (thrown as Error).message }, { cause: thrown })
  }
}

function printSigned({ kind, key, approval, envelope }: Attestation, run: string, terminal: Terminal): void {
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    run,
    kind,
    key,
    ...(approval && { approval: approval as unknown as Json }),
    envelope: envelope as unknown as Json,
  })
  terminal.result(`${kind === 'provenance' ? 'attested' : `approved as ${approval?.role}`}: run ${run} by key ${key}`)
}
