import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import { digestBytes } from '../base/digest.ts'
import { DaybookError, fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Example, PackageFiles } from '../plugin/api.ts'
import { readPackageList } from '../run/open-package.ts'
import { type PackageManifest, packageFile } from '../run/packaging.ts'
import { type Replay, replayModule, replayOnnx } from './replay.ts'

/** What came of verifying a package. */
export interface PackageVerification {
  readonly verdict: 'identical' | 'different'
  readonly manifest: PackageManifest
  /** Examples that were replayed. */
  readonly examples: number
  /** What is not as the package says, in words; the first is where it begins. */
  readonly faults: readonly string[]
  /** What could not be looked at, and why. */
  readonly notes: readonly string[]
}

/** Files that others may lay into a package's folder: signatures, and what npm makes of it when it is installed. */
const passedOver = new Set([packageFile, 'model.sig', 'node_modules', 'package-lock.json'])

/**
 * Holds every file of a package against its list, names those that the list does not know, hashes the blobs of an image, and asks what
 * scores in it for its examples again: a module in a process of its own, an ONNX file through an engine that is installed here.
 *
 * @throws DaybookError PACKAGE_BROKEN where the folder holds no package
 */
export async function verifyPackage(folder: string): Promise<PackageVerification> {
  const manifest = await readPackageList(folder)
  const faults: string[] = []
  const found = await filesIn(folder)
  const files = new Map<string, Uint8Array>()
  for (const [path, digest] of Object.entries(manifest.files)) {
    if (!found.includes(path)) {
      faults.push(`${path} is missing`)
      continue
    }
    const bytes = await readFile(join(folder, path))
    if (digestBytes(bytes) === digest) files.set(path, bytes)
    else faults.push(`${path} was changed`)
  }
  for (const path of found) {
    if (!Object.hasOwn(manifest.files, path)) faults.push(`${path} is not in the package’s list`)
  }
  // What is not what was certified is not run.
  if (faults.length > 0) return { verdict: 'different', manifest, examples: 0, faults, notes: [] }
  const { replayed, faults: differing, notes } = await replay(files, resolve(folder))
  return {
    verdict: differing.length === 0 ? 'identical' : 'different',
    manifest,
    examples: replayed,
    faults: differing,
    notes,
  }
}

async function replay(files: PackageFiles, folder: string): Promise<Replay> {
  if (files.has('oci-layout')) {
    const { filesOfLayers, imageFaults } = await import('./check-image.ts')
    const faults = imageFaults(files)
    if (faults.length > 0) return { replayed: 0, faults, notes: [] }
    return replay(await broken(() => filesOfLayers(files)), folder)
  }
  const at = [...files.keys()].find((path) => /(^|\/)examples\.json$/.test(path))
  if (at === undefined) return { replayed: 0, faults: [], notes: ['the package has no examples'] }
  const inside = new Map([...files].map(([path, bytes]) => [relative(dirname(at), path).replaceAll('\\', '/'), bytes]))
  const examples = await broken(async () => examplesIn(inside))
  if (inside.has('model.onnx')) return broken(() => replayOnnx(inside, examples, folder))
  return broken(() => replayModule(inside, examples))
}

/** Whatever stumbles over a file of a package says that the package is broken. */
async function broken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof DaybookError) throw thrown
    throw fail('PACKAGE_BROKEN', { reason: (thrown as Error).message }, { cause: thrown })
  }
}

function examplesIn(files: PackageFiles): readonly Example[] {
  const examples: unknown = JSON.parse(new TextDecoder().decode(files.get('examples.json')))
  return Array.isArray(examples) ? (examples as readonly (JsonObject & Example)[]) : []
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !passedOver.has(path.split('/')[0] as string))
    .sort(byCodeUnit)
}
