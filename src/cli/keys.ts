import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import { DaybookError, fail } from '../base/errors.ts'
import { type SigningKey, signingKey, type VerifyingKey, verifyingKey } from '../base/signing-key.ts'
import { askHidden, canAsk } from './passphrase.ts'

/** Bytes that a key's file may have. */
const largestKey = 2 ** 16

/** File of the key that was named, by `--key` or DAYBOOK_KEY. */
export function keyFile(given: string | undefined): string | undefined {
  return given ?? (process.env.DAYBOOK_KEY || undefined)
}

/**
 * The key to sign with; its passphrase comes from DAYBOOK_KEY_PASSPHRASE, or is asked for at a terminal.
 *
 * @throws DaybookError SIGN_NO_KEY, SIGN_BAD_KEY, SIGN_PASSPHRASE
 */
export async function keyToSignWith(given: string | undefined): Promise<SigningKey> {
  const file = keyFile(given)
  if (file === undefined) throw fail('SIGN_NO_KEY', {})
  const pem = readKey(file)
  const passphrase = process.env.DAYBOOK_KEY_PASSPHRASE || undefined
  try {
    return signingKey(pem, passphrase)
  } catch (thrown) {
    const locked = thrown instanceof DaybookError && thrown.code === 'SIGN_PASSPHRASE'
    if (!locked || passphrase !== undefined || !canAsk()) throw thrown
    const [typed] = await askHidden(({ length }) => (length === 0 ? `Passphrase of ${file}: ` : undefined))
    return signingKey(pem, typed)
  }
}

/**
 * The passphrase for a new key: DAYBOOK_KEY_PASSPHRASE, else asked for twice at a terminal. Undefined for none.
 *
 * @throws DaybookError CLI_USAGE where the two differ, CLI_CANCELLED after Ctrl-C
 */
export async function newPassphrase(): Promise<string | undefined> {
  const given = process.env.DAYBOOK_KEY_PASSPHRASE || undefined
  if (given !== undefined || !canAsk()) return given
  const [first = '', second] = await askHidden(([first, second]) => {
    if (first === undefined) return 'Passphrase of the new key (empty for none): '
    return first === '' || second !== undefined ? undefined : 'The same again: '
  })
  if (first === '') return undefined
  if (first !== second)
    throw fail(
      'CLI_USAGE',
      { reason: 'the passphrase was typed in two ways' },
      { hint: 'Nothing was written: type it again.' },
    )
  return first
}

/** The public keys in some files, or in all `.pub` files of a folder. @throws DaybookError SIGN_BAD_KEY */
export function keysToVerifyBy(given: readonly string[]): VerifyingKey[] {
  const keys = given.flatMap(filesOf).map((file) => verifyingKey(readKey(file)))
  return [...new Map(keys.map((key) => [key.id, key])).values()]
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const files = readdirSync(path)
      .filter((name) => name.endsWith('.pub'))
      .sort(byCodeUnit)
    if (files.length === 0) throw new Error(`${path} holds no .pub file`)
    return files.map((name) => join(path, name))
  } catch (thrown) {
    throw unreadable(path, thrown)
  }
}

function readKey(file: string): string {
  try {
    const { size } = statSync(file)
    if (size > largestKey) throw new RangeError(`${file} has ${size} bytes`)
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    throw unreadable(file, thrown)
  }
}

function unreadable(path: string, thrown: unknown): DaybookError {
  const { code, message } = thrown as NodeJS.ErrnoException
  const reason = code === 'ENOENT' ? `there is no file ${path}` : message
  return fail('SIGN_BAD_KEY', { reason }, { cause: thrown })
}
