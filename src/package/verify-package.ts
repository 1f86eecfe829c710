import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { byCodeUnit } from '../base/canonical.ts'
import { digestBytes } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Example } from '../plugin/api.ts'
import { type PackageManifest, packageFile } from '../run/packaging.ts'
import { askModule } from './certificate.ts'

/** What came of verifying a package. */
export interface PackageVerification {
  readonly verdict: 'identical' | 'different'
  readonly manifest: PackageManifest
  /** Examples that were replayed. */
  readonly examples: number
  /** What is not as the package says, in words; the first is where it begins. */
  readonly faults: readonly string[]
}

/** Files that others may lay into a package's folder: signatures, and what npm makes of it when it is installed. */
const passedOver = new Set([packageFile, 'model.sig', 'node_modules', 'package-lock.json'])

/**
 * Holds every file of a package against its list, names those that the list does not know, and asks the module in it, in a process
 * of its own, for its examples again.
 *
 * @throws DaybookError PACKAGE_BROKEN where the folder holds no package
 */
export async function verifyPackage(folder: string): Promise<PackageVerification> {
  const manifest = await readManifest(folder)
  const faults: string[] = []
  const found = await filesIn(folder)
  for (const [path, digest] of Object.entries(manifest.files)) {
    if (!found.includes(path)) faults.push(`${path} is missing`)
    else if (digestBytes(await readFile(join(folder, path))) !== digest) faults.push(`${path} was changed`)
  }
  for (const path of found) {
    if (!Object.hasOwn(manifest.files, path)) faults.push(`${path} is not in the package’s list`)
  }
  // Code that is not what was certified is not run.
  const examples = faults.length > 0 ? [] : await readExamples(folder, manifest)
  const at = Object.keys(manifest.files).find((path) => path === 'index.js' || path.endsWith('/index.js'))
  if (examples.length > 0 && at !== undefined) {
    const rows = examples.map(({ row }) => row)
    const answers = await askModule(join(folder, at), rows)
    examples.forEach(({ answer }, i) => {
      if (JSON.stringify(answer) !== JSON.stringify(answers[i]))
        faults.push(`example ${i} was ${JSON.stringify(answer)} and is ${JSON.stringify(answers[i])}`)
    })
  }
  return { verdict: faults.length === 0 ? 'identical' : 'different', manifest, examples: examples.length, faults }
}

/**
 * Asks a package for its answer to a row, once its files are as its list says.
 *
 * @throws DaybookError PACKAGE_BROKEN
 */
export async function askPackage(
  folder: string,
  row: JsonObject,
): Promise<{ readonly manifest: PackageManifest; readonly answer: JsonObject }> {
  const { manifest, faults } = await verifyPackage(folder)
  const at = Object.keys(manifest.files).find((path) => path === 'index.js' || path.endsWith('/index.js'))
  const [fault = at === undefined ? 'it holds no module' : undefined] = faults
  if (fault !== undefined || at === undefined) throw fail('PACKAGE_BROKEN', { reason: fault ?? '' })
  const [answer] = await askModule(join(folder, at), [row])
  return { manifest, answer: answer as JsonObject }
}

async function readManifest(folder: string): Promise<PackageManifest> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, packageFile), 'utf8')) as PackageManifest
    if (manifest.format !== 1) throw new TypeError(`its format is ${manifest.format}, this version reads 1`)
    if (typeof manifest.files !== 'object' || manifest.files === null) throw new TypeError('it lists no files')
    return manifest
  } catch (thrown) {
    throw fail('PACKAGE_BROKEN', { reason: (thrown as Error).message }, { cause: thrown })
  }
}

async function readExamples(folder: string, { files }: PackageManifest): Promise<readonly Example[]> {
  const path = Object.keys(files).find((one) => one === 'examples.json' || one.endsWith('/examples.json'))
  if (path === undefined) return []
  const examples: unknown = JSON.parse(await readFile(join(folder, path), 'utf8'))
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
