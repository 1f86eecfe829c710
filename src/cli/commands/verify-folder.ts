import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fail } from '../../base/errors.ts'
import { verifyPackage, verifyFolder as verifySignature } from '../../index.ts'
import { keysToVerifyBy } from '../keys.ts'
import type { Terminal } from '../output.ts'

/** The list that lies in every package. */
const packageFile = 'daybook-package.json'

/** A folder of files, not the name of a run: it has a path, a signature or the list of a package. */
export function isFolder(word: string): boolean {
  if (statSync(word, { throwIfNoEntry: false })?.isDirectory() !== true) return false
  return /[/\\]/.test(word) || [packageFile, 'model.sig'].some((name) => existsSync(join(word, name)))
}

/** Verifies a package, and holds a folder against the signature in it where a key is named. */
export async function verifyFolder(
  folder: string,
  key: readonly string[] | undefined,
  terminal: Terminal,
): Promise<number> {
  const isPackage = existsSync(join(folder, packageFile))
  if (key === undefined && !isPackage)
    throw fail(
      'CLI_USAGE',
      { reason: 'a folder is held against a key that is trusted' },
      { hint: 'Name its public key: `--key FILE`.' },
    )
  const signed = key === undefined ? undefined : await verifySignature(folder, keysToVerifyBy(key))
  const held = isPackage ? await verifyPackage(folder) : undefined
  const verdict = held?.verdict ?? 'identical'
  terminal.envelope({
    formatVersion: '1.0',
    ok: verdict === 'identical',
    verdict,
    folder: resolve(folder),
    ...(held && {
      target: held.manifest.target,
      model: held.manifest.model,
      files: Object.keys(held.manifest.files).length,
      examples: held.examples,
      notes: [...held.faults, ...held.notes],
    }),
    ...(signed && {
      signed: {
        model: signed.model,
        digest: signed.rootDigest,
        key: signed.key,
        files: signed.resources.length,
        ignored: [...signed.ignored],
      },
    }),
  })
  if (signed !== undefined) {
    const beside = signed.ignored.filter((path) => path !== 'model.sig')
    terminal.result(`signed  ${signed.model}: ${signed.resources.length} files, by key ${signed.key}`)
    if (beside.length > 0) terminal.result(`note    not covered by its own word: ${beside.join(', ')}`)
  }
  for (const fault of held?.faults ?? []) terminal.result(`differs ${fault}`)
  for (const note of held?.notes ?? []) terminal.result(`note    ${note}`)
  const mark = terminal.paint(verdict === 'identical' ? 'green' : 'red', verdict)
  if (held === undefined) terminal.result(`verdict ${mark}: every file is what was signed, and there is no other`)
  else {
    const { target, model, files } = held.manifest
    const what = `, ${Object.keys(files).length} files, ${held.examples} examples replayed`
    terminal.result(`verdict ${mark}: package by ${target}${held.faults.length > 0 ? '' : what}, model ${model}`)
  }
  return verdict === 'identical' ? 0 : 4
}
