import { createReadStream } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import { fail } from '../base/errors.ts'
import type { SigningKey, VerifyingKey } from '../base/signing-key.ts'
import { writeDurably } from '../store/durable.ts'
import { shownName } from './file-names.ts'
import {
  type FileContent,
  type Files,
  signatureFile,
  signFiles,
  type VerifiedFiles,
  verifyFiles,
} from './model-signature.ts'

export interface SignFolderOptions {
  /** Name of the model. Default: that of the folder. */
  readonly name?: string
  /** Paths that the signature does not cover, with all below them. */
  readonly ignore?: readonly string[]
}

/** Files of Git, which are no part of a model. */
const gitFiles = ['.git', '.gitattributes', '.github', '.gitignore']

/** Bytes that a signature may have. */
const largestSignature = 2 ** 26

/**
 * Signs all files of a folder and writes `model.sig` into it. Files of Git that are there are left out, and the signature says
 * so. @returns the path of the signature
 *
 * @throws DaybookError SIGN_FOLDER, SIGN_LINK, SIGN_BAD_NAME, SIGN_NO_FILES
 */
export async function signFolder(folder: string, key: SigningKey, options: SignFolderOptions = {}): Promise<string> {
  const { ignore = [], name = basename(resolve(folder)) } = options
  const there = await namesOf(folder)
  const left = [...ignore, ...gitFiles.filter((file) => there.includes(file))]
  const text = await signFiles(await filesOf(folder), key, { name, ignore: left })
  const path = join(folder, signatureFile)
  await writeDurably(path, text, 0o644)
  return path
}

/** Holds a folder against the `model.sig` in it. @throws DaybookError SIGN_FOLDER, SIGN_LINK, what {@link verifyFiles} throws */
export async function verifyFolder(folder: string, keys: readonly VerifyingKey[]): Promise<VerifiedFiles> {
  const path = join(folder, signatureFile)
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) throw fail('SIGN_FOLDER', { folder, reason: `it holds no ${signatureFile}` })
  if (!found.isFile()) throw fail('SIGN_LINK', { file: signatureFile })
  if (found.size > largestSignature) throw fail('SIGN_BAD_BUNDLE', { reason: `it has ${found.size} bytes` })
  return verifyFiles(await readFile(path), await filesOf(folder), keys)
}

/**
 * All files under a folder, as they are asked for. A link or anything else that is no plain file throws when it is read, so that
 * one in a part that the signature does not cover is no fault.
 */
async function filesOf(folder: string): Promise<Files> {
  const files = new Map<string, FileContent>()
  const visit = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true })
    for (const entry of entries.sort((a, b) => byCodeUnit(a.name, b.name))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) await visit(name)
      else files.set(name, entry.isFile() ? () => bytesOf(join(folder, name), name) : () => refuse(name))
    }
  }
  await namesOf(folder)
  await visit('')
  return files
}

async function* bytesOf(path: string, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) yield chunk as Uint8Array
  } catch (thrown) {
    throw fail('SIGN_FOLDER', { folder: name, reason: (thrown as Error).message }, { cause: thrown })
  }
}

// biome-ignore lint/correctness/useYield: it is read as a stream, and there is nothing to read
async function* refuse(file: string): AsyncGenerator<Uint8Array> {
  throw fail('SIGN_LINK', { file: shownName(file) })
}

async function namesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (thrown) {
    throw fail('SIGN_FOLDER', { folder, reason: (thrown as Error).message }, { cause: thrown })
  }
}
