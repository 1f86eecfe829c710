import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { fail } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import {
  type Attestation,
  attest as attestRun,
  newKeyPair,
  openStore,
  signFolder,
  storeFolder,
  verifyingKey,
  writeSignedModel,
} from '../../index.ts'
import { keysToVerifyBy, keyToSignWith, newPassphrase } from '../keys.ts'
import type { Terminal } from '../output.ts'
import type { CommonOptions } from './options.ts'

export interface KeyOptions extends CommonOptions {
  readonly key?: string
}

/** Makes a key pair: FILE, locked by a passphrase where one is given, and FILE with `.pub` for the public half. */
export async function keyNew(file: string, _: CommonOptions, terminal: Terminal): Promise<number> {
  const publicFile = `${file}.pub`
  for (const one of [file, publicFile]) if (existsSync(one)) throw fail('SIGN_KEY_EXISTS', { file: one })
  const passphrase = await newPassphrase()
  const { privatePem, publicPem } = newKeyPair(passphrase)
  await write(file, privatePem, 0o600)
  await write(publicFile, publicPem, 0o644)
  const { id } = verifyingKey(publicPem)
  const locked = passphrase !== undefined
  terminal.envelope({
    formatVersion: '1.0',
    ok: true,
    key: id,
    private: resolve(file),
    public: resolve(publicFile),
    locked,
  })
  terminal.result(`key     ${id}`)
  terminal.result(
    `private ${relative('.', resolve(file))}${locked ? ', locked by its passphrase' : ' (no passphrase)'}`,
  )
  terminal.result(`public  ${relative('.', resolve(publicFile))}`)
  if (!locked) terminal.message('Whoever reads the private key can sign with it: DAYBOOK_KEY_PASSPHRASE locks one.')
  return 0
}

/** Prints the ids of public keys, as pages and records name them. */
export function keyShow(file: string, _: CommonOptions, terminal: Terminal): number {
  const keys = keysToVerifyBy([file]).map(({ id }) => id)
  terminal.envelope({ formatVersion: '1.0', ok: true, keys })
  for (const id of keys) terminal.result(id)
  return 0
}

interface AttestOptions extends KeyOptions {
  readonly out?: string
}

/** Signs where a run came from; with `--out`, writes its model with a `model.sig` too. */
export async function attest(run: string, options: AttestOptions, terminal: Terminal): Promise<number> {
  const key = await keyToSignWith(options.key)
  const store = await openStore(storeFolder(undefined, options.store), { create: false })
  const record = await store.runs.resolve(run)
  const attestation = await attestRun(record, key, store)
  if (options.out !== undefined) await writeSignedModel(record, store, key, options.out)
  const out = options.out === undefined ? undefined : resolve(options.out)
  terminal.envelope({ ...signedJson(attestation, record.id), ...(out !== undefined && { out }) })
  terminal.result(`attested: run ${record.id} by key ${attestation.key}`)
  if (out !== undefined) terminal.result(`model    ${relative('.', out)}, signed in model.sig`)
  return 0
}

interface SignOptions extends KeyOptions {
  readonly name?: string
  readonly ignore?: readonly string[]
}

/** Signs all files of a folder: OpenSSF Model Signing. */
export async function sign(folder: string, options: SignOptions, terminal: Terminal): Promise<number> {
  const { name, ignore = [] } = options
  const key = await keyToSignWith(options.key)
  const ignored = ignore.map((path) => path.replace(/^\.\//, '').replace(/\/+$/, ''))
  const signature = await signFolder(folder, key, { ...(name !== undefined && { name }), ignore: ignored })
  terminal.envelope({ formatVersion: '1.0', ok: true, key: key.id, signature: resolve(signature) })
  terminal.result(`signed: ${relative('.', resolve(signature))} by key ${key.id}`)
  return 0
}

/** A signed statement as `--json` gives it. */
export function signedJson({ kind, key, statement, approval, envelope }: Attestation, run: string) {
  return {
    formatVersion: '1.0',
    ok: true,
    run,
    kind,
    key,
    statement,
    ...(approval && { approval: approval as unknown as Json }),
    envelope: envelope as unknown as Json,
  }
}

async function write(file: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(file, text, { mode, flag: 'wx' })
  } catch (thrown) {
    throw fail('SIGN_KEY_UNWRITABLE', { file, reason: (thrown as Error).message }, { cause: thrown })
  }
}
