import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { canonicalJson } from '../base/canonical.ts'
import { type Digest, digestBytes } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { scoringKernels } from '../kernels/index.ts'
import { type Model, openModel, parseManifest } from '../model/index.ts'
import { openRegistry } from '../plugin/open-registry.ts'
import type { Registry } from '../plugin/registry.ts'
import { type PackageManifest, packageFile } from './packaging.ts'

/** A package that was opened as a model. */
export interface OpenedPackage {
  readonly model: Model
  readonly manifest: PackageManifest
}

/** Does this name a package, and not a run? A folder that holds the list of one. */
export async function isPackageFolder(folder: string): Promise<boolean> {
  return (await stat(join(folder, packageFile)).catch(() => undefined))?.isFile() === true
}

/** What a package says of itself. @throws DaybookError PACKAGE_BROKEN */
export async function readPackageList(folder: string): Promise<PackageManifest> {
  const list = await read(folder, packageFile, (bytes) => jsonOf(bytes) as unknown as PackageManifest)
  const { format, pipeline, model, files } = list ?? {}
  const holds = format === 1 && [pipeline, model].every((text) => typeof text === 'string')
  if (!holds || typeof files !== 'object' || files === null)
    throw fail('PACKAGE_BROKEN', { reason: `${packageFile} is not the list of a package` })
  return list
}

/**
 * Opens the model in a package folder of a target that carries the module (npm, docker, lambda). No code of the package is run: its
 * data are read as JSON, held against their digests, and opened with the plugins that come with Daybook.
 *
 * @throws DaybookError PACKAGE_BROKEN, PACKAGE_NO_MODEL, MODEL_…, STATE_CORRUPT
 */
export async function openPackage(folder: string): Promise<OpenedPackage> {
  const manifest = await readPackageList(folder)
  const at = Object.keys(manifest.files).find((path) => /^([\w-]+\/)?model\.js$/.test(path))
  if (at === undefined) throw fail('PACKAGE_NO_MODEL', { reason: 'it holds no `model.js`' })
  const packed = await read(folder, at, (bytes) => {
    if (digestBytes(bytes) !== manifest.files[at]) throw new TypeError(`${at} was changed`)
    return packedIn(bytes)
  })
  const objects = new Map<string, Uint8Array>()
  for (const [digest, text] of Object.entries(packed.objects as JsonObject)) {
    const bytes = Buffer.from(String(text), 'base64')
    if (digestBytes(bytes) !== digest)
      throw fail('PACKAGE_BROKEN', { reason: `state ${digest} does not have its digest` })
    objects.set(digest, bytes)
  }
  const own = parseManifest(new TextEncoder().encode(canonicalJson(packed.manifest as Json)))
  const model = await openModel(
    own,
    async (digest) => stateOf(objects, digest),
    await ownPlugins(folder),
    scoringKernels(),
  )
  if (model.digest !== manifest.model)
    throw fail('PACKAGE_BROKEN', { reason: 'it holds another model than its list says' })
  await replay(folder, join(dirname(at), 'examples.json'), model)
  return { model, manifest }
}

/** Plugins of Daybook alone: a package could name a file that lies in it. */
async function ownPlugins(folder: string): Promise<Pick<Registry, 'find'>> {
  const registry = await openRegistry({ folder })
  return {
    find: async (kind, use) => {
      if (!/^[a-z0-9-]+$/.test(use))
        throw fail('PACKAGE_NO_MODEL', { reason: `its plugin \`${use}\` does not come with Daybook` })
      return registry.find(kind, use)
    },
  }
}

/** The examples that it carries, by the code that is here: a package of another version may score otherwise. */
async function replay(folder: string, file: string, model: Model): Promise<void> {
  const examples = await read(folder, file, jsonOf)
  if (!Array.isArray(examples)) throw fail('PACKAGE_BROKEN', { reason: `${file} holds no list` })
  for (const [i, example] of examples.entries()) {
    const { row, answer } = example as unknown as { readonly row: JsonObject; readonly answer: JsonObject }
    const given = JSON.stringify(answerOf(model, row))
    const said = JSON.stringify(answer)
    if (given !== said) throw fail('PACKAGE_NOT_EQUAL', { row: `example ${i}`, model: said, package: given })
  }
}

function answerOf(model: Model, row: JsonObject): object {
  try {
    return model.predictRows([row])[0] as object
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown }
    if (typeof code !== 'string') throw thrown
    return { error: code }
  }
}

function stateOf(objects: ReadonlyMap<string, Uint8Array>, digest: Digest): Uint8Array {
  const state = objects.get(digest)
  if (state === undefined) throw fail('PACKAGE_BROKEN', { reason: `state ${digest} is not in it` })
  return state
}

const before = 'export const packed = '

function packedIn(bytes: Uint8Array): JsonObject {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  if (!text.startsWith(before)) throw new TypeError('`model.js` holds something else than a model')
  const packed = JSON.parse(text.slice(before.length)) as JsonObject
  if (typeof packed?.objects !== 'object' || packed.objects === null || typeof packed.manifest !== 'object')
    throw new TypeError('`model.js` holds no manifest or no states')
  return packed
}

function jsonOf(bytes: Uint8Array): Json {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json
}

/** A file of a package, read. @throws DaybookError PACKAGE_BROKEN */
async function read<T>(folder: string, file: string, by: (bytes: Uint8Array) => T): Promise<T> {
  try {
    return by(await readFile(join(folder, file)))
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? `there is no ${file}` : message
    throw fail('PACKAGE_BROKEN', { reason }, { cause: thrown })
  }
}
